//! Shared by the tests of the types, which cover behaviour that no emulator has: conflicts that
//! pass, lost answers, pages, waits, updates that reset omitted members.

pub(super) use engine::{
    Changes, Driver, DriverError, Live, LiveProperties, LiveTags, ReadCache, ReadRequest,
};
pub(super) use fake_aws::FakeAws;
use model::Attribute;
pub(super) use model::{Owner, Tags};
pub(super) use serde_json::{Value, json};

pub(super) use crate::Account;
pub(super) use crate::kit::typed::Untyped;
use crate::kit::typed::{ResourceDriver, TypedLive};

pub(super) const CONCURRENT: &str =
    r#"{"__type":"ConcurrentModificationException","message":"another one"}"#;
pub(super) const GONE: &str = r#"{"__type":"ResourceNotFoundException","message":"gone"}"#;
pub(super) const NO_HINTS: &str = r#"{"ResourceTagMappingList":[]}"#;
pub(super) const HINT: &str = r#"{"ResourceTagMappingList":[{"ResourceARN":"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/p",
    "Tags":[{"Key":"frontage:system","Value":"acme"}]}]}"#;

/// The tags of the system's pool, from itself.
pub(super) const OURS: &str =
    r#"{"Tags":{"frontage:system":"acme","frontage:address":"test/pool"}}"#;
pub(super) const THEIRS: &str =
    r#"{"Tags":{"frontage:system":"theirs","frontage:address":"test/pool"}}"#;

/// The system's pool `p`, with the records of its children.
pub(super) const POOL: &str = r#"{"UserPool":{"Id":"p","Name":"acme-test","Domain":"acme","UserPoolTags":{"frontage:system":"acme",
    "frontage:address":"test/pool","frontage:fingerprint:client":"f","frontage:fingerprint:group":"f",
    "frontage:fingerprint:domain":"f","frontage:fingerprint:style":"f"}}}"#;

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

pub(super) async fn read(driver: &dyn Driver, name: &str, properties: &Value) -> Option<Live> {
    driver
        .read(&wanted(name, properties), &ReadCache::default())
        .await
        .unwrap()
}

/// A live resource in the pool `p`.
pub(super) fn live<D: ResourceDriver>(
    driver: &Untyped<D>,
    (attribute, id): (Attribute<D::Properties>, &str),
    name: &str,
    properties: &Value,
) -> Live {
    let properties = driver.normalise(properties).unwrap();
    let properties: D::Properties = serde_json::from_value(properties).unwrap();
    Live {
        id: format!("p/{id}"),
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

/// The names of the calls, in their order.
pub(super) fn calls(fake: &FakeAws) -> Vec<String> {
    let name = |request: &String| {
        let target = request.split(' ').nth(2).unwrap_or_default();
        target.rsplit('.').next().unwrap_or_default().to_owned()
    };
    fake.requests().iter().map(name).collect()
}

pub(super) fn pool_of(members: &Value) -> String {
    let mut pool = json!({"Id": "p", "Name": "acme-test",
        "UserPoolTags": {"frontage:system": "acme", "frontage:address": "test/pool"}});
    for (name, value) in members.as_object().unwrap() {
        pool[name] = value.clone();
    }
    json!({"UserPool": pool}).to_string()
}

/// The findings of a plan for `base` with other `members`. If there are any, a creation makes no
/// call.
pub(super) fn findings<D: ResourceDriver>(
    new: impl Fn(&Account) -> D,
    base: &Value,
    members: &Value,
) -> Vec<String> {
    let mut properties = base.clone();
    for (name, value) in members.as_object().unwrap() {
        properties[name] = value.clone();
    }
    let fake = FakeAws::default();
    let driver = driver(&fake, new);
    let found = driver.check(&properties).unwrap();
    if let Some(first) = found.first() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let created = runtime
            .unwrap()
            .block_on(create(&driver, "it", &properties));
        assert_eq!(created.unwrap_err().to_string(), first.to_string());
        assert!(fake.requests().is_empty());
    }
    found.iter().map(ToString::to_string).collect()
}
