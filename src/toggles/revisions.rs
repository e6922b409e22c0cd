//! The order of messages.

use std::collections::BTreeMap;

use serde_json::Value;
use toggle_table::Toggle;

use super::client::Received;
use super::message::{Message, Removal};

/// The highest revision of each toggle that was received on one connection. A message that was
/// delivered much too late has a lower one.
#[derive(Debug, Default)]
pub(super) struct Revisions(BTreeMap<String, u64>);

impl Revisions {
    /// The message without toggles of a lower revision than the last; `None` if it had no others.
    /// What has no revision is always new.
    pub(super) fn newest(&mut self, received: Received) -> Option<Received> {
        match received.message {
            Message::State(toggles) => self.newest_of(toggles, received.text),
            Message::Changed(ref toggle) => self.admits(toggle).then_some(received),
            Message::Removed(ref removal) => self.admits_removal(removal).then_some(received),
        }
    }

    fn newest_of(&mut self, toggles: Vec<Toggle>, text: String) -> Option<Received> {
        let admitted: Vec<bool> = toggles.iter().map(|toggle| self.admits(toggle)).collect();
        if admitted.iter().all(|admitted| *admitted) {
            let message = Message::State(toggles);
            return Some(Received { text, message });
        }
        let toggles = retain(toggles, &admitted);
        let mut items = serde_json::from_str::<Vec<Value>>(&text).unwrap_or_default();
        items.retain(|item| !Toggle::from_message(item).is_removed());
        let text = Value::from(retain(items, &admitted)).to_string();
        let message = Message::State(toggles);
        admitted
            .contains(&true)
            .then_some(Received { text, message })
    }

    fn admits(&mut self, toggle: &Toggle) -> bool {
        let Some(revision) = toggle.revision() else {
            self.0.remove(toggle.id());
            return true;
        };
        self.is_newest(toggle.id(), revision)
    }

    /// A removal without a revision says nothing about the order.
    fn admits_removal(&mut self, removal: &Removal) -> bool {
        let revision = removal.revision;
        revision.is_none_or(|revision| self.is_newest(&removal.id, revision))
    }

    fn is_newest(&mut self, id: &str, revision: u64) -> bool {
        let known = self.0.entry(id.to_owned()).or_default();
        let admits = revision >= *known;
        *known = revision.max(*known);
        admits
    }
}

fn retain<T>(items: Vec<T>, admitted: &[bool]) -> Vec<T> {
    let items = items.into_iter().zip(admitted);
    items
        .filter_map(|(item, admitted)| admitted.then_some(item))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, revision: u64) -> String {
        format!(r#"{{"featureId":{{"S":"{id}"}},"revision":{{"N":"{revision}"}}}}"#)
    }

    fn received(text: &str) -> Received {
        let message = Message::parse(text).unwrap();
        let text = text.to_owned();
        Received { text, message }
    }

    #[test]
    fn a_change_with_a_lower_revision_is_dropped() {
        let mut revisions = Revisions::default();
        let mut admits = |text: &str| revisions.newest(received(text)).is_some();
        assert!(admits(&item("1", 5)));
        assert!(admits(&item("1", 5)), "a repeated one is not older");
        assert!(!admits(&item("1", 4)));
        assert!(admits(&item("2", 4)));
        assert!(admits(
            r#"{"isRemoved":"true","featureId":{"featureId":{"S":"1"}}}"#
        ));
        assert!(!admits(&item("1", 4)));
        assert!(admits(r#"{"featureId":{"S":"1"}}"#), "as published");
        assert!(admits(&item("1", 3)));
    }

    #[test]
    fn what_is_older_than_a_removal_with_a_revision_is_dropped() {
        let removal = |revision: u64| {
            format!(
                r#"{{"isRemoved":"true","featureId":{{"featureId":{{"S":"1"}}}},"revision":{{"N":"{revision}"}}}}"#
            )
        };
        let mut revisions = Revisions::default();
        let mut admits = |text: &str| revisions.newest(received(text)).is_some();
        assert!(admits(&item("1", 5)));
        assert!(!admits(&removal(4)), "it has been created again since");
        assert!(admits(&removal(6)));
        assert!(!admits(&item("1", 5)));
        assert!(!admits(&format!("[{}]", item("1", 5))));
        assert!(!admits(&removal(5)));
        assert!(admits(&removal(6)), "a repeated one is not older");
        assert!(admits(&item("1", 7)), "it is created again");
        assert!(!admits(&removal(6)));
    }

    #[test]
    fn a_state_is_received_without_what_is_older() {
        let mut revisions = Revisions::default();
        let whole = format!("[ {}, {} ]", item("1", 5), item("2", 5));
        assert_eq!(revisions.newest(received(&whole)), Some(received(&whole)));
        let part = format!("[{},{}]", item("1", 4), item("2", 6));
        let newest = format!("[{}]", item("2", 6));
        assert_eq!(revisions.newest(received(&part)), Some(received(&newest)));
        assert_eq!(
            revisions.newest(received(&format!("[{}]", item("1", 4)))),
            None
        );
        assert!(revisions.newest(received("[]")).is_some());
    }
}
