//! The messages that the service sends to its clients.

use serde_json::Value;
use toggle_table::Toggle;

/// A message from the service.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The whole state.
    State(Vec<Toggle>),
    /// A new or changed toggle.
    Changed(Toggle),
    /// A toggle was deleted.
    Removed(Removal),
}

/// A toggle's deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The featureId.
    pub id: String,
    /// Its revision; only a deletion by `frontage toggles delete` has one.
    pub revision: Option<u64>,
}

impl Message {
    /// Reads a message; `None` for text that is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match serde_json::from_str(text).ok()? {
            Value::Array(items) => {
                let toggles = items.iter().map(Toggle::from_message);
                let toggles = toggles.filter(|toggle| !toggle.is_removed());
                Some(Self::State(toggles.collect()))
            }
            // A toggle's own attribute of this name is an object, as every attribute is.
            item if item.get("isRemoved").is_some_and(Value::is_string) => {
                let key = Toggle::from_message(item.get("featureId")?);
                let removal = Toggle::from_message(&item);
                let id = Some(key.id()).filter(|id| !id.is_empty())?;
                Some(Self::removed(id, &removal))
            }
            item => {
                let toggle = Toggle::from_message(&item);
                // Functions older than this program send a tombstone as it is.
                Some(if toggle.is_removed() {
                    Self::removed(toggle.id(), &toggle)
                } else {
                    Self::Changed(toggle)
                })
            }
        }
    }

    fn removed(id: &str, item: &Toggle) -> Self {
        let id = id.to_owned();
        let revision = item.revision();
        Self::Removed(Removal { id, revision })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn removal(id: &str, revision: Option<u64>) -> Message {
        let id = id.to_owned();
        Message::Removed(Removal { id, revision })
    }

    /// In the format of the published design.
    #[test]
    fn each_kind_of_message_is_read() {
        let item = r#"{"featureId": {"S": "1"}, "isActive": {"BOOL": false}, "featureName": {"S": "Feature toggle 1"}}"#;
        let Some(Message::Changed(toggle)) = Message::parse(item) else {
            panic!("a change")
        };
        assert_eq!(
            (toggle.id(), toggle.name(), toggle.is_active()),
            ("1", "Feature toggle 1", false)
        );
        assert_eq!(
            Message::parse(&format!("[{item}]")),
            Some(Message::State(vec![toggle]))
        );
        let removed = r#"{"isRemoved": "true", "featureId": {"featureId": {"S": "2"}}}"#;
        assert_eq!(Message::parse(removed), Some(removal("2", None)));
        let revised =
            r#"{"isRemoved":"true","featureId":{"featureId":{"S":"2"}},"revision":{"N":"17"}}"#;
        assert_eq!(Message::parse(revised), Some(removal("2", Some(17))));
        assert_eq!(Message::parse("pong"), None);
        let own = r#"{"featureId": {"S": "1"}, "isRemoved": {"S": "no"}}"#;
        assert!(matches!(Message::parse(own), Some(Message::Changed(_))));
    }

    #[test]
    fn a_tombstone_that_is_sent_as_it_is_is_a_removal() {
        let tombstone = r#"{"featureId":{"S":"2"},"isRemoved":{"BOOL":true},"revision":{"N":"17"},"tombstoneExpiry":{"N":"9"}}"#;
        assert_eq!(Message::parse(tombstone), Some(removal("2", Some(17))));
        let state = Message::parse(&format!("[{tombstone}]"));
        assert_eq!(state, Some(Message::State(Vec::new())));
    }

    const MESSAGE: &str = r#"[{"featureId":{"S":"1"},"isActive":{"BOOL":true},"value":{"M":{"a":{"L":[{"N":"1e5"},{"B":"AA=="}]}}},
        "revision":{"N":"17"}},{"isRemoved":"true","featureId":{"featureId":{"S":"2"}},"tags":{"SS":["a"]}}]"#;

    /// Whatever the service sends is a message or is not, and what is one can be shown.
    fn is_read(text: &str) {
        let toggles = match Message::parse(text) {
            Some(Message::State(toggles)) => toggles,
            Some(Message::Changed(toggle)) => vec![toggle],
            Some(Message::Removed(removal)) => {
                assert!(!removal.id.is_empty());
                return;
            }
            None => return,
        };
        for toggle in toggles {
            serde_json::to_string(&toggle).expect("it serialises");
            drop((
                toggle.id(),
                toggle.name(),
                toggle.revision(),
                toggle.value(),
            ));
            for (_, json) in toggle.others() {
                serde_json::from_str::<Value>(&json).expect("it is JSON");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_a_message_or_not(text in any::<String>()) {
            is_read(&text);
        }

        #[test]
        fn any_json_is_a_message_or_not(text in "(\\{\"(featureId|isRemoved|S|N|M|L|B|BS|NULL)\":|\\[|\"1\"|true|-1e999|null|,|\\]|\\}){0,14}") {
            is_read(&text);
        }

        #[test]
        fn a_damaged_message_is_read_or_not(
            place in 0..MESSAGE.len(), length in 0usize..12, put in "[0-9a-zA-Z\"{}\\[\\]:,e.-]{0,6}",
        ) {
            let mut text = MESSAGE.to_owned();
            text.replace_range(place..(place + length).min(MESSAGE.len()), &put);
            is_read(&text);
        }
    }
}
