//! Items: what of them is content, and what formats have in common.

use serde_json::{Value, json};
use toggle_contract::receipt::REQUEST;
use toggle_contract::{
    ACTIVE, DEFAULT_VARIANT, LAST_CHANGE, PREREQUISITES, RAMP, REMOVED, REVISION, SEGMENT,
    TARGETING, TOGGLE_KEY, TOMBSTONE_EXPIRY, TOUCHED_AT, VARIANTS, WINDOWS,
};
use toggle_rules::is_segment;

use crate::Lost;
use crate::{Item, Items};

/// The attribute that people read.
pub(crate) const NAME: &str = "featureName";
/// The attribute that says what a toggle is for.
pub(crate) const DESCRIPTION: &str = "description";
/// The attribute with what OpenFeature calls a flag's metadata.
pub(crate) const METADATA: &str = "metadata";

/// The longest id: `DynamoDB`'s key has at most so many bytes ("Constraints" in its developer guide).
const LONGEST_ID: usize = 2_048;

/// Whether an attribute is content: no part of a toggle's history, and not its id.
pub(crate) fn is_content(name: &str) -> bool {
    const OWN: [&str; 7] = [
        TOGGLE_KEY,
        REVISION,
        TOUCHED_AT,
        LAST_CHANGE,
        REQUEST,
        REMOVED,
        TOMBSTONE_EXPIRY,
    ];
    !OWN.contains(&name)
}

/// The toggles, without segments and tombstones.
pub(crate) fn toggles(items: &Items) -> impl Iterator<Item = (&String, &Item)> {
    items
        .iter()
        .filter(|(id, item)| !is_segment(id) && !item.contains_key(REMOVED))
}

/// The segments by name, with their conditions as they are written.
pub(crate) fn segments(items: &Items) -> impl Iterator<Item = (&str, &str)> {
    items.iter().filter_map(|(id, item)| {
        let name = id.strip_prefix(toggle_contract::SEGMENT_PREFIX)?;
        Some((name, text(item, SEGMENT)?))
    })
}

/// The text of an attribute.
pub(crate) fn text<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    item.get(name)?.get("S")?.as_str()
}

/// Whether it is switched on.
pub(crate) fn is_active(item: &Item) -> bool {
    item.get(ACTIVE).and_then(|value| value.get("BOOL")) == Some(&Value::Bool(true))
}

/// Its targeting: `None` if it has none, or flagd's empty one; an error if it is no object of JSON.
pub(crate) fn targeting(item: &Item) -> Result<Option<Value>, ()> {
    let Some(attribute) = item.get(TARGETING) else {
        return Ok(None);
    };
    let parsed = attribute.get("S").and_then(Value::as_str);
    let parsed = parsed.and_then(|text| serde_json::from_str::<Value>(text).ok());
    match parsed {
        Some(Value::Object(object)) if object.is_empty() => Ok(None),
        Some(targeting @ Value::Object(_)) => Ok(Some(targeting)),
        _ => Err(()),
    }
}

/// The ids of the toggles that it requires.
pub(crate) fn prerequisites(item: &Item) -> Vec<&str> {
    let ids = item.get(PREREQUISITES).and_then(|value| value.get("SS"));
    let ids = ids.and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str).collect()
}

/// An item that is on or off, under its id and with a name.
pub(crate) fn named(id: &str, name: Option<&str>, active: bool) -> Item {
    let mut item = Item::new();
    set(&mut item, TOGGLE_KEY, id);
    set(&mut item, NAME, name.unwrap_or(id));
    item.insert(ACTIVE.to_owned(), json!({ "BOOL": active }));
    item
}

/// Sets an attribute that is text.
pub(crate) fn set(item: &mut Item, name: &str, text: impl Into<String>) {
    item.insert(name.to_owned(), json!({ "S": text.into() }));
}

/// The item of a segment.
pub(crate) fn segment(name: &str, condition: &Value) -> (String, Item) {
    let id = toggle_rules::segment_id(name);
    let mut item = Item::new();
    set(&mut item, TOGGLE_KEY, id.as_str());
    set(&mut item, SEGMENT, condition.to_string());
    (id, item)
}

/// What is wrong with an id: the same as `frontage toggles set` says.
pub(crate) fn check_id(id: &str) -> Result<(), String> {
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(format!("an id has 1 to {LONGEST_ID} bytes"));
    }
    if is_segment(id) {
        return Err("ids that begin with `segment:` are those of segments".to_owned());
    }
    Ok(())
}

/// The rules of a toggle that a format has nothing like.
pub(crate) fn lose(id: &str, item: &Item, names: &[&str], why: &str, lost: &mut Vec<Lost>) {
    let there = names.iter().filter(|name| item.contains_key(**name));
    lost.extend(there.map(|name| Lost::new(id, *name, why)));
}

/// All that decides for whom and when a toggle is on.
pub(crate) const RULES: [&str; 6] = [
    TARGETING,
    VARIANTS,
    DEFAULT_VARIANT,
    PREREQUISITES,
    WINDOWS,
    RAMP,
];
