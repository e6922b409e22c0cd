//! Shared by the tests of the types, which cover behaviour that no emulator has: conflicts that
//! pass, lost answers, pages, waits, merging updates.

pub(super) use engine::{Live, LiveTags, ReadCache, Reader, Writer};
pub(super) use fake_aws::FakeAws;
use model::Attribute;
pub(super) use model::Tags;
pub(super) use serde_json::{Value, json};

pub(super) use crate::Account;
use crate::kit::testing;
pub(super) use crate::kit::testing::{create, driver, findings, sent, tags, update, wanted};
use crate::kit::typed::ResourceDriver;
pub(super) use crate::kit::typed::Untyped;

pub(super) const CONCURRENT: &str = r#"{"__type":"ConflictException","message":"Unable to complete operation due to concurrent modification. Please try again later."}"#;
pub(super) const GONE: &str =
    r#"{"__type":"NotFoundException","message":"Invalid API identifier specified"}"#;
pub(super) const NONE: &str = r#"{"items":[]}"#;
pub(super) const OURS: &str =
    r#"{"tags":{"frontage:system":"acme","frontage:address":"test/api"}}"#;

/// An API of the system, `a`, with the records of its children.
pub(super) const APIS: &str = r#"{"items":[{"apiId":"a","name":"acme","protocolType":"WEBSOCKET","apiEndpoint":"wss://a",
    "tags":{"frontage:system":"acme","frontage:address":"test/api","frontage:fingerprint:route":"f 7877c6027e73",
    "frontage:fingerprint:integration":"f","frontage:fingerprint:authorizer":"f b3f0b638a553","frontage:fingerprint:deployment":"f 7abf232703f4"}}]}"#;

pub(super) fn with(properties: &Value, member: &str, value: Value) -> Value {
    let mut properties = properties.clone();
    properties[member] = value;
    properties
}

pub(super) fn route() -> Value {
    json!({"ApiId": "a", "RouteKey": "$connect", "Target": "integrations/i"})
}

/// Whether a live resource is as desired.
pub(super) fn is_as<D: ResourceDriver>(driver: &Untyped<D>, live: &Live, desired: &Value) -> bool {
    driver.compare(live, desired).unwrap().changes.is_empty()
}

/// A live resource in the API `a`.
pub(super) fn live<D: ResourceDriver>(
    driver: &Untyped<D>,
    id: (Attribute<D::Properties>, &str),
    name: &str,
    properties: &Value,
) -> Live {
    testing::live(driver, "a", id, name, properties)
}
