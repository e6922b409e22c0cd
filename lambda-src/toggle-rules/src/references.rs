//! What rules refer to: segments and other toggles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use toggle_contract::{PREREQUISITES, SEGMENT, SEGMENT_PREFIX, TARGETING};

use crate::Item;

/// The id of a segment's item.
#[must_use]
pub fn segment_id(name: &str) -> String {
    format!("{SEGMENT_PREFIX}{name}")
}

/// Whether an id is that of a segment, which clients are never sent.
#[must_use]
pub fn is_segment(id: &str) -> bool {
    id.starts_with(SEGMENT_PREFIX)
}

/// The ids of the items that an item's answer depends on, apart from its own: prerequisites and segments.
/// What is malformed refers to nothing.
#[must_use]
pub fn references(item: &Item) -> BTreeSet<String> {
    let mut found: BTreeSet<_> = prerequisites(item).map(str::to_owned).collect();
    for name in [TARGETING, SEGMENT] {
        let text = item.get(name).and_then(|value| value.get("S")?.as_str());
        // Most have none, and need not be parsed.
        let text = text.filter(|text| text.contains("$ref"));
        if let Some(json) = text.and_then(|text| serde_json::from_str(text).ok()) {
            segments(&json, &mut found);
        }
    }
    found
}

/// What an item [refers](references) to, however far, by id; `None` for what `find` does not have.
pub fn needed<'i>(
    item: &Item,
    find: &impl Fn(&str) -> Option<&'i Item>,
) -> BTreeMap<String, Option<&'i Item>> {
    let mut needed = BTreeMap::new();
    let mut next = references(item);
    while let Some(id) = next.pop_first() {
        if needed.contains_key(&id) {
            continue;
        }
        let found = find(&id);
        next.extend(found.map(references).unwrap_or_default());
        needed.insert(id, found);
    }
    needed
}

/// The ids of the toggles that must be on.
pub(crate) fn prerequisites(item: &Item) -> impl Iterator<Item = &str> {
    let set = item.get(PREREQUISITES).and_then(|value| value.get("SS"));
    let ids = set.and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str)
}

/// The name of the segment that a node refers to, if it is a reference.
pub(crate) fn reference(node: &Value) -> Option<&str> {
    let object = node.as_object().filter(|object| object.len() == 1)?;
    object.get("$ref")?.as_str()
}

fn segments(node: &Value, found: &mut BTreeSet<String>) {
    if let Some(name) = reference(node) {
        found.insert(segment_id(name));
        return;
    }
    match node {
        Value::Object(object) => object.values().for_each(|node| segments(node, found)),
        Value::Array(array) => array.iter().for_each(|node| segments(node, found)),
        _ => {}
    }
}

/// Those of `items` whose answers depend on one of `changed`, however far.
pub fn dependants<'i>(
    items: impl IntoIterator<Item = (&'i String, &'i Item)>,
    changed: &BTreeSet<String>,
) -> BTreeSet<String> {
    let mut rest: Vec<_> = items
        .into_iter()
        .map(|(id, item)| (id, references(item)))
        .filter(|(_, of)| !of.is_empty())
        .collect();
    let mut reached = changed.clone();
    loop {
        let (hit, missed): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|(_, of)| !of.is_disjoint(&reached));
        if hit.is_empty() {
            return reached.difference(changed).cloned().collect();
        }
        reached.extend(hit.into_iter().map(|(id, _)| id.clone()));
        rest = missed;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn item(value: Value) -> Item {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn an_answer_depends_on_prerequisites_and_segments_however_far() {
        let items = BTreeMap::from([
            (
                "a".to_owned(),
                item(json!({"targeting": {"S": r#"{"if":[{"$ref":"beta"},"on","off"]}"#}})),
            ),
            (
                "segment:beta".to_owned(),
                item(json!({"segment": {"S": r#"{"or":[{"$ref":"staff"},false]}"#}})),
            ),
            (
                "b".to_owned(),
                item(json!({"prerequisites": {"SS": ["a"]}})),
            ),
            ("c".to_owned(), item(json!({"isActive": {"BOOL": true}}))),
        ]);
        assert_eq!(references(&items["a"]), ["segment:beta".to_owned()].into());
        let of = |changed: &str| dependants(&items, &[changed.to_owned()].into());
        assert_eq!(
            of("segment:staff"),
            ["a", "b", "segment:beta"].map(str::to_owned).into()
        );
        assert_eq!(of("a"), ["b".to_owned()].into());
        assert_eq!(of("c"), BTreeSet::new());
        assert_eq!(
            references(&item(json!({"targeting": {"S": "{\"$ref"}}))),
            BTreeSet::new()
        );
    }
}
