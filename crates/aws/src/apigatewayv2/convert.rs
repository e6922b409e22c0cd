//! Conversion between the service's shapes and the model's, and how each shape is removed.
//!
//! An update merges what it is given. Measured on AWS in mid-2026 by others (go-to-k/cdkd pull
//! requests 1163, 1577 and 1603): `""` removes a string, `""` as its value removes an entry of a
//! map, and an empty map or object changes nothing.

use std::collections::{BTreeMap, HashMap};

use model::Tags;

/// A string; an emulator writes `""` for an absent one.
pub(super) fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A map; an entry whose value is `""` was removed.
pub(super) fn map(map: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    let entries = map
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_empty());
    entries
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Tags.
pub(super) fn tags(tags: Option<&HashMap<String, String>>) -> Tags {
    tags.into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The string that an update sends: the desired one, or the one that removes it.
pub(super) fn patch_text(desired: Option<&String>) -> String {
    desired.cloned().unwrap_or_default()
}

/// The map that an update sends: the desired entries, and those that remove the others.
pub(super) fn patch_map(
    live: &BTreeMap<String, String>,
    desired: &BTreeMap<String, String>,
) -> HashMap<String, String> {
    let gone = live
        .keys()
        .filter(|key| !desired.contains_key(*key))
        .map(|key| (key.clone(), String::new()));
    gone.chain(
        desired
            .iter()
            .map(|(key, value)| (key.clone(), value.clone())),
    )
    .collect()
}

/// The map that a creation sends: `None` for an empty one.
pub(super) fn new_map(desired: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!desired.is_empty()).then(|| desired.clone().into_iter().collect())
}
