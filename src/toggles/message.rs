//! The messages that the service sends to its clients.

use serde_json::Value;

use super::toggle::Toggle;

/// A message from the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The whole state.
    State(Vec<Toggle>),
    /// A new or changed toggle.
    Changed(Toggle),
    /// The featureId of a toggle that was deleted.
    Removed(String),
}

impl Message {
    /// Reads a message; `None` for text that is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match serde_json::from_str(text).ok()? {
            Value::Array(items) => Some(Self::State(
                items.iter().map(Toggle::from_message).collect(),
            )),
            // A toggle's own attribute of this name is an object, as every attribute is.
            item if item.get("isRemoved").is_some_and(Value::is_string) => Some(Self::Removed(
                item["featureId"]["featureId"]["S"].as_str()?.to_owned(),
            )),
            item => Some(Self::Changed(Toggle::from_message(&item))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(
            Message::parse(removed),
            Some(Message::Removed("2".to_owned()))
        );
        assert_eq!(Message::parse("pong"), None);
        let own = r#"{"featureId": {"S": "1"}, "isRemoved": {"S": "no"}}"#;
        assert!(matches!(Message::parse(own), Some(Message::Changed(_))));
    }
}
