//! A toggle.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, Serializer};
use serde_json::Value;
use toggle_contract::receipt::REQUEST;
use toggle_contract::{
    ACTIVE, AT, LAST_CHANGE, PREREQUISITES, REMOVED, REVISION, SEGMENT, TARGETING, TOGGLE_KEY,
    TOUCHED_AT, VALUE,
};
use toggle_rules::references;

use crate::draft::{Item, revision};
use crate::rules::typed;
use crate::value::{AttributeText, Plain, Typed, plain, untyped, with_sorted_sets};

/// The attribute that people read.
pub(crate) const NAME: &str = "featureName";

/// The first revision that is a time: 2015-01-01, before toggles had revisions. Whoever writes items otherwise may
/// count from 1.
const FIRST_TIME: u64 = 1_420_070_400_000;

/// A toggle: its attributes, of any type. It serialises to plain JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Toggle(Item);

impl Serialize for Toggle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(plain(&self.0))
    }
}

impl Toggle {
    /// Its featureId.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text(TOGGLE_KEY).unwrap_or_default()
    }

    /// Its featureName; empty if it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text(NAME).unwrap_or_default()
    }

    /// Whether it is on.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.0.get(ACTIVE) == Some(&AttributeValue::Bool(true))
    }

    /// Whether it is the tombstone of a toggle that was deleted.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.0.get(REMOVED) == Some(&AttributeValue::Bool(true))
    }

    /// Its revision, if it has one.
    #[must_use]
    pub fn revision(&self) -> Option<u64> {
        revision(&self.0)
    }

    /// When it was changed last, in milliseconds since the epoch: as [`LAST_CHANGE`] or its revision says, whichever
    /// is later. `None` if neither does. A change by other means than Frontage, as in the console, writes neither.
    #[must_use]
    pub fn changed_at(&self) -> Option<u64> {
        let signed = self.0.get(LAST_CHANGE).and_then(|of| of.as_m().ok());
        let signed = signed.and_then(|of| of.get(AT)?.as_n().ok()?.parse().ok());
        let revised = self.revision().filter(|revision| *revision >= FIRST_TIME);
        signed.max(revised)
    }

    /// Its value in JSON, if it has one.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        self.json(VALUE)
    }

    /// All attributes but its id, name and state, in JSON and by name.
    pub fn others(&self) -> impl Iterator<Item = (&str, String)> {
        let others =
            plain(&self.0).filter(|(name, _)| ![TOGGLE_KEY, NAME, ACTIVE].contains(&name.as_str()));
        others.map(|(name, value)| (name.as_str(), json(&value)))
    }

    /// All attributes but its id, its revision and who changed it, in JSON and by name: what it has in common
    /// with a copy in another system.
    pub(crate) fn content(&self) -> impl Iterator<Item = (&str, String)> {
        let content = plain(&self.0).filter(|(name, _)| is_content(name));
        content.map(|(name, value)| (name.as_str(), json(&value)))
    }

    /// The same as an item.
    pub(crate) fn content_item(&self) -> Item {
        let content = self.0.iter().filter(|(name, _)| is_content(name));
        content
            .map(|(name, value)| (name.clone(), with_sorted_sets(value)))
            .collect()
    }

    /// The ids of the toggles and segments that its rules refer to.
    #[must_use]
    pub fn references(&self) -> BTreeSet<String> {
        let rules = [TARGETING, PREREQUISITES, SEGMENT];
        let rules = rules.into_iter().filter_map(|name| {
            let value = serde_json::to_value(Typed(self.0.get(name)?));
            Some((name.to_owned(), value.ok()?))
        });
        references(&rules.collect())
    }

    /// Whether all attributes but id, revision and author are the same, with their types.
    pub(crate) fn has_content_of(&self, other: &Self) -> bool {
        self.content_item() == other.content_item()
    }

    /// An attribute that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.0.get(name)?.as_s().ok()?;
        Some(text)
    }

    /// An attribute in JSON.
    #[must_use]
    pub fn json(&self, name: &str) -> Option<String> {
        Some(json(&Plain(self.0.get(name)?)))
    }

    /// A toggle with these attributes.
    pub fn of(attributes: impl IntoIterator<Item = (String, AttributeText)>) -> Self {
        let attributes = attributes.into_iter();
        Self(
            attributes
                .map(|(name, AttributeText(value))| (name, value))
                .collect(),
        )
    }

    /// A toggle from its item in the table, without what is for the functions alone.
    pub(crate) fn from_item(mut item: Item) -> Self {
        item.remove(REQUEST);
        Self(item)
    }

    /// The same toggle without who changed it.
    #[must_use]
    pub fn without_author(mut self) -> Self {
        self.0.remove(LAST_CHANGE);
        self
    }

    /// Its item in DynamoDB's JSON: what [`Self::from_message`] reads.
    #[must_use]
    pub fn to_message(&self) -> toggle_rules::Item {
        typed(&self.0)
    }

    /// A toggle as sent to clients, in DynamoDB's JSON: `{"featureId": {"S": "1"}, …}`.
    #[must_use]
    pub fn from_message(item: &Value) -> Self {
        let attributes = item.as_object().into_iter().flatten();
        Self(
            attributes
                .map(|(name, value)| (name.clone(), untyped(value)))
                .collect(),
        )
    }
}

fn is_content(name: &str) -> bool {
    ![TOGGLE_KEY, REVISION, TOUCHED_AT, LAST_CHANGE].contains(&name)
}

/// Values of attributes always serialise.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

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
        let toggle = Toggle::from_item(item);
        assert_eq!(toggle, Toggle::from_message(&message));
        assert_eq!((toggle.id(), toggle.name()), ("1", "One"));
        assert!(toggle.is_active());
        assert_eq!(
            super::json(&toggle),
            r#"{"featureId":"1","featureName":"One","groups":["beta",null],"isActive":true,"rules":{"percent":5}}"#
        );
    }

    #[test]
    fn the_later_of_signature_and_revision_says_when_it_was_changed() {
        let changed = |more: Value| Toggle::from_message(&more).changed_at();
        let signed = json!({"M": {"at": {"N": "1764503999123"}}});
        let cases = [
            (json!({}), None),
            (json!({"revision": {"N": "7"}}), None),
            (
                json!({"revision": {"N": "1764503999124"}}),
                Some(1_764_503_999_124),
            ),
            (json!({"lastChange": signed}), Some(1_764_503_999_123)),
            (
                json!({"lastChange": signed, "revision": {"N": "7"}}),
                Some(1_764_503_999_123),
            ),
            (
                json!({"lastChange": signed, "revision": {"N": "1764503999124"}}),
                Some(1_764_503_999_124),
            ),
            (json!({"lastChange": {"S": "1"}}), None),
        ];
        for (more, expected) in cases {
            assert_eq!(changed(more.clone()), expected, "{more}");
        }
    }

    #[test]
    fn what_is_no_toggle_is_off_and_has_no_name() {
        let odd = Toggle::from_message(&json!({"isActive": {"S": "true"}, "featureName": 1}));
        assert_eq!((odd.id(), odd.name(), odd.is_active()), ("", "", false));
    }
}
