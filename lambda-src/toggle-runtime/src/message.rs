//! The messages to clients, as in the published design.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use toggle_contract::{REVISION, TOGGLE_KEY};
use toggle_rules::{dependants, is_segment};
use tracing::error;

use crate::item::{Item, State, is_tombstone};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Removal<'a> {
    is_removed: &'a str,
    feature_id: serde_json::Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<&'a Value>,
}

/// The message that a toggle was deleted:
/// `{"isRemoved":"true","featureId":{"featureId":{"S":"2"}}}`, and its revision, if it has one.
#[must_use]
pub fn removed(id: &str, revision: Option<&Value>) -> Vec<u8> {
    let mut keys = serde_json::Map::new();
    keys.insert(TOGGLE_KEY.into(), serde_json::json!({ "S": id }));
    json(&Removal {
        is_removed: "true",
        feature_id: keys,
        revision,
    })
}

/// The message with the state of one toggle: its item, or its removal.
///
/// A toggle that is too large for any message is sent as removed, so that clients fall back to
/// their defaults instead of keeping an outdated state.
#[must_use]
pub fn change(id: &str, item: Option<&Item>, limit: usize) -> Vec<u8> {
    let revision = item.and_then(|item| item.get(REVISION));
    match item.filter(|item| !is_tombstone(item)).map(json) {
        Some(message) if message.len() <= limit => message,
        Some(message) => {
            oversized(id, message.len());
            removed(id, revision)
        }
        None => removed(id, revision),
    }
}

/// The messages with the states of several toggles, for a connection that has the whole state: one
/// JSON array of the items, or several if one would pass `limit` bytes, and a message per removal.
/// One item needs no array.
#[must_use]
pub fn changes(toggles: &[(&str, Option<&Item>)], limit: usize) -> Vec<Vec<u8>> {
    let live = |item: Option<&Item>| item.filter(|item| !is_tombstone(item)).map(json);
    let (mut items, mut singles) = (Vec::new(), Vec::new());
    for (id, item) in toggles {
        match live(*item).filter(|item| fits_alone(item, limit)) {
            Some(item) => items.push(item),
            None => singles.push(change(id, *item, limit)),
        }
    }
    let mut messages = match items.len() {
        0 | 1 => items,
        _ => arrays(items, limit),
    };
    messages.append(&mut singles);
    messages
}

/// The messages with the whole state, of toggles as a client is sent them: one JSON array, or several if one
/// would pass `limit` bytes. Also their size in bytes.
#[must_use]
pub fn snapshot<'i>(
    state: impl IntoIterator<Item = (&'i String, Cow<'i, Item>)>,
    limit: usize,
) -> (Vec<Vec<u8>>, usize) {
    let live = state
        .into_iter()
        .filter(|(id, item)| !is_tombstone(item) && !is_segment(id));
    let items = live.filter_map(|(id, item)| {
        let item = json(&*item);
        if !fits_alone(&item, limit) {
            oversized(id, item.len());
            return None;
        }
        Some(item)
    });
    let arrays = arrays(items, limit);
    let bytes = arrays.iter().map(Vec::len).sum();
    (arrays, bytes)
}

/// Whether an array of only this item, which has two brackets more, is short enough.
fn fits_alone(item: &[u8], limit: usize) -> bool {
    item.len() + 2 <= limit
}

fn arrays(items: impl IntoIterator<Item = Vec<u8>>, limit: usize) -> Vec<Vec<u8>> {
    let mut arrays = vec![vec![b'[']];
    for item in items {
        append(&mut arrays, &item, limit);
    }
    for array in &mut arrays {
        array.push(b']');
    }
    arrays
}

/// The toggles, of `among` or of all, whose state `now` differs from the one sent, and those whose rules refer
/// to them.
#[must_use]
pub fn differences(
    told: &State,
    now: &State,
    among: Option<&BTreeSet<String>>,
) -> BTreeSet<String> {
    let all = told.keys().chain(now.keys());
    let mut changed: BTreeSet<_> = all
        .filter(|id| told.get(*id) != now.get(*id))
        .cloned()
        .collect();
    if !changed.is_empty() {
        let others = dependants(now, &changed);
        changed.extend(others);
    }
    if let Some(among) = among {
        changed.retain(|id| among.contains(id));
    }
    changed
}

fn append(arrays: &mut Vec<Vec<u8>>, item: &[u8], limit: usize) {
    // With a comma before it and the closing bracket after it.
    let fits = |array: &Vec<u8>| array.len() == 1 || array.len() + item.len() + 2 <= limit;
    if !arrays.last().is_some_and(fits) {
        arrays.push(vec![b'[']);
    }
    if let Some(array) = arrays.last_mut() {
        if array.len() > 1 {
            array.push(b',');
        }
        array.extend_from_slice(item);
    }
}

fn oversized(id: &str, bytes: usize) {
    error!(
        toggle = id,
        bytes, "toggle is too large for a message: sent as removed"
    );
}

fn json<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    // Maps with string keys and JSON values always serialise.
    serde_json::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use toggle_contract::MESSAGE_LIMIT;

    use super::*;

    fn whole(state: &State, limit: usize) -> Vec<Vec<u8>> {
        let told = state.iter().map(|(id, item)| (id, Cow::Borrowed(item)));
        snapshot(told, limit).0
    }

    fn item(id: &str, name: &str) -> Item {
        serde_json::from_value(json!({
            "featureId": {"S": id}, "isActive": {"BOOL": false}, "featureName": {"S": name},
        }))
        .unwrap()
    }

    fn state(items: &[Item]) -> State {
        items
            .iter()
            .map(|item| {
                (
                    crate::item::toggle_id(item).unwrap().to_owned(),
                    item.clone(),
                )
            })
            .collect()
    }

    #[test]
    fn the_whole_state_is_the_published_array() {
        let messages = whole(&state(&[item("1", "Feature toggle 1")]), MESSAGE_LIMIT);
        assert_eq!(messages.len(), 1);
        assert_eq!(
            String::from_utf8(messages[0].clone()).unwrap(),
            r#"[{"featureId":{"S":"1"},"featureName":{"S":"Feature toggle 1"},"isActive":{"BOOL":false}}]"#
        );
        let published = r#"[{"featureId": {"S": "1"}, "isActive": {"BOOL": false}, "featureName": {"S": "Feature toggle 1"}}]"#;
        assert_eq!(
            serde_json::from_slice::<Value>(&messages[0]).unwrap(),
            serde_json::from_str::<Value>(published).unwrap()
        );
    }

    #[test]
    fn no_toggles_are_an_empty_array() {
        assert_eq!(whole(&State::new(), MESSAGE_LIMIT), [b"[]".to_vec()]);
    }

    #[test]
    fn a_removal_is_the_published_message() {
        let message = String::from_utf8(removed("2", None)).unwrap();
        assert_eq!(
            message,
            r#"{"isRemoved":"true","featureId":{"featureId":{"S":"2"}}}"#
        );
    }

    #[test]
    fn a_tombstone_is_a_removal_with_a_revision_and_in_no_state() {
        let tombstone: Item = serde_json::from_value(json!({
            "featureId": {"S": "2"}, "isRemoved": {"BOOL": true}, "revision": {"N": "17"},
            "tombstoneExpiry": {"N": "1700086400"},
        }))
        .unwrap();
        let message = String::from_utf8(change("2", Some(&tombstone), MESSAGE_LIMIT)).unwrap();
        assert_eq!(
            message,
            r#"{"isRemoved":"true","featureId":{"featureId":{"S":"2"}},"revision":{"N":"17"}}"#
        );
        let (with, without) = (
            state(&[item("1", "n"), tombstone]),
            state(&[item("1", "n")]),
        );
        assert_eq!(whole(&with, MESSAGE_LIMIT), whole(&without, MESSAGE_LIMIT));
    }

    /// Only the flag itself removes a toggle.
    #[test]
    fn a_toggle_with_an_attribute_of_that_name_is_a_toggle() {
        for value in [json!({"BOOL": false}), json!({"S": "true"})] {
            let mut toggle = item("1", "n");
            toggle.insert("isRemoved".into(), value);
            let message = change("1", Some(&toggle), MESSAGE_LIMIT);
            assert_eq!(serde_json::from_slice::<Item>(&message).unwrap(), toggle);
        }
    }

    #[test]
    fn a_change_is_the_item() {
        let message = String::from_utf8(change("1", Some(&item("1", "n")), MESSAGE_LIMIT)).unwrap();
        assert_eq!(
            message,
            r#"{"featureId":{"S":"1"},"featureName":{"S":"n"},"isActive":{"BOOL":false}}"#
        );
    }

    /// It is an attribute like any other: an item without one has the published bytes.
    #[test]
    fn a_revision_is_sent_as_part_of_the_item() {
        let mut revised = item("1", "n");
        revised.insert("revision".into(), json!({"N": "1700000000123"}));
        let message = change("1", Some(&revised), MESSAGE_LIMIT);
        assert_eq!(
            String::from_utf8(message).unwrap(),
            r#"{"featureId":{"S":"1"},"featureName":{"S":"n"},"isActive":{"BOOL":false},"revision":{"N":"1700000000123"}}"#
        );
    }

    #[test]
    fn a_big_state_is_split_under_the_limit_and_loses_nothing() {
        let name = "x".repeat(900);
        let items: Vec<Item> = (0..1000)
            .map(|id| item(&format!("{id:04}"), &name))
            .collect();
        let messages = whole(&state(&items), MESSAGE_LIMIT);
        assert!(
            messages.len() > 7
                && messages
                    .iter()
                    .all(|message| message.len() <= MESSAGE_LIMIT)
        );
        let told: Vec<Item> = messages
            .iter()
            .flat_map(|array| serde_json::from_slice::<Vec<Item>>(array).unwrap())
            .collect();
        assert_eq!(told, items);
    }

    #[test]
    fn arrays_fill_to_the_last_byte() {
        let items = [item("1", "n"), item("2", "n")];
        let length = whole(&state(&items), MESSAGE_LIMIT)[0].len();
        assert_eq!(whole(&state(&items), length).len(), 1);
        assert_eq!(whole(&state(&items), length - 1).len(), 2);
    }

    #[test]
    fn a_toggle_beyond_the_limit_is_told_as_removed() {
        let big = item("1", &"x".repeat(MESSAGE_LIMIT));
        assert_eq!(change("1", Some(&big), MESSAGE_LIMIT), removed("1", None));
        assert_eq!(whole(&state(&[big]), MESSAGE_LIMIT), [b"[]".to_vec()]);
    }

    fn texts(messages: Vec<Vec<u8>>) -> Vec<String> {
        let text = |message| String::from_utf8(message).unwrap();
        messages.into_iter().map(text).collect()
    }

    #[test]
    fn several_changes_are_arrays_and_removals_messages_of_their_own() {
        let (one, two) = (item("1", "n"), item("2", "n"));
        let toggles = [("1", Some(&one)), ("3", None), ("2", Some(&two))];
        let messages = changes(&toggles, MESSAGE_LIMIT);
        let both = state(&[one.clone(), two.clone()]);
        let array = whole(&both, MESSAGE_LIMIT).remove(0);
        assert_eq!(messages, [array.clone(), removed("3", None)]);
        assert_eq!(changes(&toggles, array.len() - 1).len(), 3);
    }

    #[test]
    fn one_change_has_the_published_bytes() {
        let (one, big) = (item("1", "n"), item("2", &"x".repeat(MESSAGE_LIMIT)));
        let alone = change("1", Some(&one), MESSAGE_LIMIT);
        let toggles = [("1", Some(&one)), ("2", Some(&big))];
        assert_eq!(
            changes(&toggles[..1], MESSAGE_LIMIT),
            std::slice::from_ref(&alone)
        );
        assert_eq!(
            texts(changes(&toggles, MESSAGE_LIMIT)),
            texts(vec![alone, removed("2", None)])
        );
    }

    /// Two bytes less than the limit are left for an array's brackets.
    #[test]
    fn an_item_that_fits_only_without_brackets_is_a_message() {
        let items = [item("1", "n"), item("2", "n")];
        let limit = json(&items[0]).len();
        let toggles = [("1", Some(&items[0])), ("2", Some(&items[1]))];
        let singles = items.iter().map(json).collect::<Vec<_>>();
        assert_eq!(changes(&toggles, limit), singles);
    }

    #[test]
    fn differences_are_new_changed_and_vanished_toggles() {
        let told = state(&[item("1", "a"), item("2", "a"), item("3", "a")]);
        let now = state(&[item("1", "a"), item("2", "b"), item("4", "a")]);
        let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        assert_eq!(differences(&told, &now, None), ids(&["2", "3", "4"]));
        assert_eq!(
            differences(&told, &now, Some(&ids(&["1", "3"]))),
            ids(&["3"])
        );
    }
}
