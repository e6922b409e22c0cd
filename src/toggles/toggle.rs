//! A toggle.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde_json::{Map, Value};

/// The attribute that is a toggle's key.
pub(super) const ID: &str = "featureId";
/// The attribute that people read.
pub(super) const NAME: &str = "featureName";
/// The attribute that says whether it is on.
pub(super) const ACTIVE: &str = "isActive";

/// The number that rises with each change.
pub(super) const REVISION: &str = "revision";
/// The attribute of a tombstone: an item that is left of a toggle that was deleted.
pub(super) const REMOVED: &str = "isRemoved";
/// When DynamoDB deletes a tombstone, in seconds since the epoch.
pub(super) const EXPIRY: &str = "tombstoneExpiry";

/// A toggle: its attributes in plain JSON, of any type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Toggle(Map<String, Value>);

impl Toggle {
    /// Its featureId.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text(ID)
    }

    /// Its featureName; empty if it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text(NAME)
    }

    /// Whether it is on.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.0.get(ACTIVE) == Some(&Value::Bool(true))
    }

    /// Whether it is the tombstone of a toggle that was deleted.
    pub(super) fn is_removed(&self) -> bool {
        self.0.get(REMOVED) == Some(&Value::Bool(true))
    }

    /// Its revision, if it has one.
    pub(super) fn revision(&self) -> Option<u64> {
        self.0.get(REVISION)?.as_u64()
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A toggle from its item in the table.
    pub(super) fn from_item(item: &HashMap<String, AttributeValue>) -> Self {
        Self(members(item))
    }

    /// A toggle as sent to clients, in DynamoDB's JSON: `{"featureId": {"S": "1"}, …}`.
    pub(super) fn from_message(item: &Value) -> Self {
        let attributes = item.as_object().into_iter().flatten();
        Self(
            attributes
                .map(|(name, value)| (name.clone(), untyped(value)))
                .collect(),
        )
    }
}

fn members(item: &HashMap<String, AttributeValue>) -> Map<String, Value> {
    item.iter()
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect()
}

/// Text, numbers, truth values, lists and maps as they are; sets as lists, bytes as their length.
fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::from(text.as_str()),
        AttributeValue::N(number) => plain_number(number),
        AttributeValue::Bool(truth) => Value::from(*truth),
        AttributeValue::M(item) => members(item).into(),
        AttributeValue::L(items) => items.iter().map(plain).collect(),
        AttributeValue::Ss(items) | AttributeValue::Ns(items) => {
            items.iter().map(String::as_str).collect()
        }
        AttributeValue::B(bytes) => Value::from(format!("{} bytes", bytes.as_ref().len())),
        _ => Value::Null,
    }
}

/// A value of DynamoDB's JSON, an object whose only member is named for the value's type.
fn untyped(value: &Value) -> Value {
    let mut members = value.as_object().into_iter().flatten();
    match members.next() {
        Some((of, Value::String(number))) if of == "N" => plain_number(number),
        Some((of, Value::Object(item))) if of == "M" => item
            .iter()
            .map(|(name, value)| (name.clone(), untyped(value)))
            .collect::<Map<_, _>>()
            .into(),
        Some((of, Value::Array(items))) if of == "L" => items.iter().map(untyped).collect(),
        Some((of, _)) if of == "NULL" => Value::Null,
        Some((_, value)) => value.clone(),
        None => Value::Null,
    }
}

fn plain_number(number: &str) -> Value {
    serde_json::from_str(number).unwrap_or_else(|_| Value::from(number))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_and_a_message_give_the_same_toggle() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let rules = HashMap::from([("percent".to_owned(), AttributeValue::N("5".to_owned()))]);
        let item = HashMap::from([
            ("featureId".to_owned(), text("1")),
            ("featureName".to_owned(), text("One")),
            ("isActive".to_owned(), AttributeValue::Bool(true)),
            (
                "groups".to_owned(),
                AttributeValue::L(vec![text("beta"), AttributeValue::Null(true)]),
            ),
            ("rules".to_owned(), AttributeValue::M(rules)),
        ]);
        let message = json!({
            "featureId": {"S": "1"}, "featureName": {"S": "One"}, "isActive": {"BOOL": true},
            "groups": {"L": [{"S": "beta"}, {"NULL": true}]}, "rules": {"M": {"percent": {"N": "5"}}},
        });
        let toggle = Toggle::from_item(&item);
        assert_eq!(toggle, Toggle::from_message(&message));
        assert_eq!((toggle.id(), toggle.name()), ("1", "One"));
        assert!(toggle.is_active());
        assert_eq!(
            serde_json::to_value(&toggle).unwrap(),
            json!({
                "featureId": "1", "featureName": "One", "isActive": true, "groups": ["beta", null],
                "rules": {"percent": 5},
            })
        );
    }

    #[test]
    fn what_is_no_toggle_is_off_and_has_no_name() {
        let odd = Toggle::from_message(&json!({"isActive": {"S": "true"}, "featureName": 1}));
        assert_eq!((odd.id(), odd.name(), odd.is_active()), ("", "", false));
    }
}
