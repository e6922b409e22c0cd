//! What no emulator shows: conflicts that pass, lost answers, pages, waits, updates that reset what
//! they leave out.

mod branding;
mod client;
mod domain;
mod group;
mod limits;
mod pool;

use engine::{Changes, Driver, DriverError, Live, LiveTags, ReadCache, ReadRequest, diff};
use fake_aws::FakeAws;
use model::{Address, Tags};
use serde_json::{Value, json};

use crate::Account;
use crate::kit::typed::{ResourceDriver, Untyped};

const CONCURRENT: &str = r#"{"__type":"ConcurrentModificationException","message":"another one"}"#;
const GONE: &str = r#"{"__type":"ResourceNotFoundException","message":"gone"}"#;
const NO_HINTS: &str = r#"{"ResourceTagMappingList":[]}"#;
const HINT: &str = r#"{"ResourceTagMappingList":[{"ResourceARN":"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/p",
    "Tags":[{"Key":"frontage:system","Value":"acme"}]}]}"#;

/// Our pool `p`, with the records of its children.
const POOL: &str = r#"{"UserPool":{"Id":"p","Name":"acme-test","Domain":"acme","UserPoolTags":{"frontage:system":"acme",
    "frontage:address":"test/pool","frontage:fingerprint:client":"f","frontage:fingerprint:group":"f",
    "frontage:fingerprint:domain":"f","frontage:fingerprint:style":"f"}}}"#;

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

async fn read(driver: &dyn Driver, name: &str, properties: &Value) -> Option<Live> {
    driver
        .read(&wanted(name, properties), &ReadCache::default())
        .await
        .unwrap()
}

/// A live resource in the pool `p`.
fn live(
    driver: &dyn Driver,
    (attribute, id): (&str, &str),
    name: &str,
    properties: &Value,
) -> Live {
    let attributes = [(attribute.to_owned(), id.to_owned())].into();
    let properties = driver.normalise(properties.clone()).unwrap();
    Live {
        id: format!("p/{id}"),
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

/// The names of the calls, in their order.
fn calls(fake: &FakeAws) -> Vec<String> {
    let name = |request: &String| {
        let target = request.split(' ').nth(2).unwrap_or_default();
        target.rsplit('.').next().unwrap_or_default().to_owned()
    };
    fake.requests().iter().map(name).collect()
}

fn pool_of(members: &Value) -> String {
    let mut pool = json!({"Id": "p", "Name": "acme-test",
        "UserPoolTags": {"frontage:system": "acme", "frontage:address": "test/pool"}});
    for (name, value) in members.as_object().unwrap() {
        pool[name] = value.clone();
    }
    json!({"UserPool": pool}).to_string()
}
