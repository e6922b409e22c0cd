//! Shared by the tests of the types, which cover behaviour that no emulator has: conflicts that
//! pass, lost answers, pages, waits, updates that reset omitted members.

pub(super) use engine::{Changes, Live, LiveTags, ReadCache, Reader, Writer};
pub(super) use fake_aws::FakeAws;
use model::Attribute;

pub(super) use serde_json::{Value, json};

pub(super) use crate::Account;
use crate::kit::testing;
pub(super) use crate::kit::testing::{create, driver, sent, tags, update, wanted};
use crate::kit::typed::ResourceDriver;
pub(super) use crate::kit::typed::Untyped;

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
    "frontage:address":"test/pool","frontage:fingerprint:client":"f 049b975d3a65","frontage:fingerprint:group":"f 8c88bd725b05",
    "frontage:fingerprint:domain":"f d2d4122122f9","frontage:fingerprint:style":"f 3cdcbd86d521"}}}"#;

/// The tags of the system's pool with a record, `NAME=VALUE`.
pub(super) fn with_record(record: &str) -> String {
    let (name, value) = record.split_once('=').unwrap();
    json!({"Tags": {"frontage:system": "acme", "frontage:address": "test/pool",
        format!("frontage:fingerprint:{name}"): value}})
    .to_string()
}

pub(super) async fn read(driver: &dyn Writer, name: &str, properties: &Value) -> Option<Live> {
    driver
        .read(&wanted(name, properties), &ReadCache::default())
        .await
        .unwrap()
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
    testing::findings(new, &properties)
}

/// A live resource in the pool `p`.
pub(super) fn live<D: ResourceDriver>(
    driver: &Untyped<D>,
    id: (Attribute<D::Properties>, &str),
    name: &str,
    properties: &Value,
) -> Live {
    testing::live(driver, "p", id, name, properties)
}
