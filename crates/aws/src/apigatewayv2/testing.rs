//! Shared by the tests of the types, which cover behaviour that no emulator has: conflicts that
//! pass, lost answers, pages, waits, merging updates.

pub(super) use engine::{
    Driver, DriverError, Live, LiveProperties, LiveTags, ReadCache, ReadRequest,
};
pub(super) use fake_aws::FakeAws;
use model::Attribute;
pub(super) use model::{Owner, Tags};
pub(super) use serde_json::{Value, json};

pub(super) use crate::Account;
pub(super) use crate::kit::typed::Untyped;
use crate::kit::typed::{ResourceDriver, TypedLive};

pub(super) const CONCURRENT: &str = r#"{"__type":"ConflictException","message":"Unable to complete operation due to concurrent modification. Please try again later."}"#;
pub(super) const GONE: &str =
    r#"{"__type":"NotFoundException","message":"Invalid API identifier specified"}"#;
pub(super) const NONE: &str = r#"{"items":[]}"#;
pub(super) const OURS: &str =
    r#"{"tags":{"frontage:system":"acme","frontage:address":"test/api"}}"#;

/// An API of the system, `a`, with the records of its children.
pub(super) const APIS: &str = r#"{"items":[{"apiId":"a","name":"acme","protocolType":"WEBSOCKET","apiEndpoint":"wss://a",
    "tags":{"frontage:system":"acme","frontage:address":"test/api","frontage:fingerprint:route":"f",
    "frontage:fingerprint:integration":"f","frontage:fingerprint:authorizer":"f","frontage:fingerprint:deployment":"f"}}]}"#;

pub(super) fn driver<D: ResourceDriver>(fake: &FakeAws, new: impl Fn(&Account) -> D) -> Untyped<D> {
    Untyped::new(&Account::for_tests(fake), new)
}

fn owner(name: &str) -> Owner {
    Owner {
        system: "acme".to_owned(),
        region: None,
        address: format!("test/{name}").parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

/// The tags of a resource of the system.
pub(super) fn tags(name: &str) -> Tags {
    owner(name).tags()
}

/// Creates a resource of the system, as the engine does.
pub(super) async fn create(
    driver: &dyn Driver,
    name: &str,
    properties: &Value,
) -> Result<Live, DriverError> {
    driver.create(properties, &owner(name), &tags(name)).await
}

pub(super) fn wanted(name: &str, properties: &Value) -> ReadRequest {
    ReadRequest {
        address: owner(name).address,
        properties: properties.clone(),
    }
}

/// A live resource in the API `a`.
pub(super) fn live<D: ResourceDriver>(
    driver: &Untyped<D>,
    (attribute, id): (Attribute<D::Properties>, &str),
    name: &str,
    properties: &Value,
) -> Live {
    let properties = driver.normalise(properties).unwrap();
    let properties: D::Properties = serde_json::from_value(properties).unwrap();
    Live {
        id: format!("a/{id}"),
        properties: LiveProperties::new(properties),
        attributes: TypedLive::assigned([(attribute, id.to_owned())]),
        tags: LiveTags::Read(tags(name)),
    }
}

/// Changes one resource to the desired properties, as the engine does.
pub(super) async fn update(
    driver: &dyn Driver,
    live: &Live,
    desired: &Value,
) -> Result<Live, DriverError> {
    let changes = driver.compare(live, desired)?;
    driver.update(live, desired, &changes).await
}

/// The body of the last request with this in its name.
pub(super) fn sent(fake: &FakeAws, name: &str) -> Value {
    let request = fake
        .requests()
        .into_iter()
        .rfind(|request| request.contains(name))
        .unwrap();
    serde_json::from_str(&request[request.find('{').unwrap()..]).unwrap()
}

pub(super) fn with(properties: &Value, member: &str, value: Value) -> Value {
    let mut properties = properties.clone();
    properties[member] = value;
    properties
}

pub(super) fn route() -> Value {
    json!({"ApiId": "a", "RouteKey": "$connect", "Target": "integrations/i"})
}

/// The findings of a plan for properties. If there are any, a creation makes no call.
pub(super) fn findings<D: ResourceDriver>(
    new: impl Fn(&Account) -> D,
    properties: &Value,
) -> Vec<String> {
    let fake = FakeAws::default();
    let driver = driver(&fake, new);
    let found = driver.check(properties).unwrap();
    if let Some(first) = found.first() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let created = runtime.unwrap().block_on(create(&driver, "it", properties));
        assert_eq!(created.unwrap_err().to_string(), first.to_string());
        assert!(fake.requests().is_empty());
    }
    found.iter().map(ToString::to_string).collect()
}
