//! What no emulator shows: conflicts that pass, lost answers, pages, waits, merging updates.

mod api;
mod children;
mod deployment;
mod stage;

use engine::{Changes, Driver, DriverError, Live, LiveTags, ReadCache, ReadRequest, diff};
use fake_aws::FakeAws;
use model::{Address, Tags};
use serde_json::{Value, json};

use crate::Account;
use crate::kit::typed::{ResourceDriver, Untyped};

const CONCURRENT: &str = r#"{"__type":"ConflictException","message":"Unable to complete operation due to concurrent modification. Please try again later."}"#;
const GONE: &str = r#"{"__type":"NotFoundException","message":"Invalid API identifier specified"}"#;
const NONE: &str = r#"{"items":[]}"#;
const OURS: &str = r#"{"tags":{"frontage:system":"acme","frontage:address":"test/api"}}"#;

/// One API of ours, `a`, with the records of its children.
const APIS: &str = r#"{"items":[{"apiId":"a","name":"acme","protocolType":"WEBSOCKET","apiEndpoint":"wss://a",
    "tags":{"frontage:system":"acme","frontage:address":"test/api","frontage:fingerprint:route":"f",
    "frontage:fingerprint:integration":"f","frontage:fingerprint:authorizer":"f","frontage:fingerprint:deployment":"f"}}]}"#;

fn driver<D: ResourceDriver>(fake: &FakeAws, new: impl Fn(&Account) -> D) -> Untyped<D> {
    Untyped(new(&Account::for_tests(fake)))
}

/// The tags of a resource of ours.
fn tags(name: &str) -> Tags {
    let pairs = [
        ("frontage:system", "acme"),
        ("frontage:address", &format!("test/{name}")),
        ("frontage:fingerprint", "f"),
    ];
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn wanted(name: &str, properties: &Value) -> ReadRequest {
    let address: Address = format!("test/{name}").parse().unwrap();
    ReadRequest {
        address,
        identity: properties.clone(),
        properties: properties.clone(),
    }
}

/// A live resource in the API `a`.
fn live(
    driver: &dyn Driver,
    (attribute, id): (&str, &str),
    name: &str,
    properties: &Value,
) -> Live {
    let attributes = [(attribute.to_owned(), id.to_owned())].into();
    let properties = driver.normalise(properties.clone()).unwrap();
    Live {
        id: format!("a/{id}"),
        properties,
        attributes,
        tags: LiveTags::Read(tags(name)),
    }
}

/// Changes one resource to the wanted properties, as the engine does.
async fn update(driver: &dyn Driver, live: &Live, desired: &Value) -> Result<Live, DriverError> {
    let wanted = driver.normalise(desired.clone()).unwrap();
    let changes: Changes = diff(driver.resource_type(), &live.properties, &wanted);
    driver.update(live, desired, &changes).await
}

/// The body of the last request with this in its name.
fn sent(fake: &FakeAws, name: &str) -> Value {
    let request = fake
        .requests()
        .into_iter()
        .rfind(|request| request.contains(name))
        .unwrap();
    serde_json::from_str(&request[request.find('{').unwrap()..]).unwrap()
}

fn with(properties: &Value, member: &str, value: Value) -> Value {
    let mut properties = properties.clone();
    properties[member] = value;
    properties
}

fn route() -> Value {
    json!({"ApiId": "a", "RouteKey": "$connect", "Target": "integrations/i"})
}
