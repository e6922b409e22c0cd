//! Toggle items in the form of messages: `DynamoDB` JSON.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use toggle_contract::{REMOVED, REVISION, TOGGLE_KEY};

pub use toggle_rules::Item;

/// The whole state: every toggle by its id.
///
/// Also the tombstones, which no message with the state contains: a comparison of two states then
/// finds the revision of a removal.
pub type State = BTreeMap<String, Item>;

/// The id in an item or in a stream record's keys, or `None` if there is none.
#[must_use]
pub fn toggle_id(item: &Item) -> Option<&str> {
    item.get(TOGGLE_KEY)?.get("S")?.as_str()
}

/// Whether an item is a tombstone: `frontage toggles delete` writes one instead of deleting the
/// item, so that a removal has a revision. `DynamoDB` deletes it a day later.
#[must_use]
pub fn is_tombstone(item: &Item) -> bool {
    item.get(REMOVED)
        .is_some_and(|removed| removed.get("BOOL") == Some(&Value::Bool(true)))
}

/// When a tombstone was written, in milliseconds since the epoch by its writer's clock: its
/// revision, which is at least that. `None` for another item, or without one.
#[must_use]
pub fn removed_at(item: &Item) -> Option<u64> {
    let revision = item.get(REVISION).filter(|_| is_tombstone(item))?;
    revision.get("N")?.as_str()?.parse().ok()
}

/// An item that the SDK read, in the form of messages. Sets, which are unordered, are sorted.
#[must_use]
#[expect(clippy::implicit_hasher, reason = "the SDK has this type")]
pub fn from_sdk(item: &HashMap<String, AttributeValue>) -> Item {
    item.iter()
        .map(|(name, value)| (name.clone(), to_json(value)))
        .collect()
}

fn to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::Null(flag) => json!({ "NULL": flag }),
        AttributeValue::B(blob) => json!({ "B": base64(blob.as_ref()) }),
        AttributeValue::Ss(texts) => json!({ "SS": sorted(texts.clone()) }),
        AttributeValue::Ns(numbers) => json!({ "NS": sorted(numbers.clone()) }),
        AttributeValue::Bs(blobs) => {
            json!({ "BS": sorted(blobs.iter().map(|blob| base64(blob.as_ref())).collect()) })
        }
        AttributeValue::L(list) => json!({ "L": list.iter().map(to_json).collect::<Vec<_>>() }),
        AttributeValue::M(map) => json!({ "M": from_sdk(map) }),
        _ => json!({ "NULL": true }),
    }
}

fn base64(bytes: &[u8]) -> String {
    aws_smithy_types::base64::encode(bytes)
}

fn sorted(mut members: Vec<String>) -> Vec<String> {
    members.sort_unstable();
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::Blob;

    #[test]
    fn every_type_has_its_dynamodb_json() {
        let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let item = HashMap::from([
            ("featureId".into(), AttributeValue::S("1".into())),
            ("b".into(), AttributeValue::B(Blob::new("hi"))),
            (
                "bs".into(),
                AttributeValue::Bs(vec![Blob::new("b"), Blob::new("a")]),
            ),
            ("flag".into(), AttributeValue::Bool(true)),
            (
                "list".into(),
                AttributeValue::L(vec![
                    AttributeValue::N("1.5".into()),
                    AttributeValue::Null(true),
                ]),
            ),
            (
                "map".into(),
                AttributeValue::M(HashMap::from([(
                    "x".into(),
                    AttributeValue::Ss(strings(&["b", "a"])),
                )])),
            ),
            ("ns".into(), AttributeValue::Ns(strings(&["2", "1"]))),
        ]);
        let expected = json!({
            "featureId": {"S": "1"},
            "b": {"B": "aGk="},
            "bs": {"BS": ["YQ==", "Yg=="]},
            "flag": {"BOOL": true},
            "list": {"L": [{"N": "1.5"}, {"NULL": true}]},
            "map": {"M": {"x": {"SS": ["a", "b"]}}},
            "ns": {"NS": ["1", "2"]},
        });
        let read = from_sdk(&item);
        assert_eq!(serde_json::to_value(&read).unwrap(), expected);
        assert_eq!(toggle_id(&read), Some("1"));
    }
}
