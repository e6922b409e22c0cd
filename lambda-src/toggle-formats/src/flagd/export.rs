//! Items to a flag definition.

use serde_json::{Map, Value, json};
use toggle_contract::{DEFAULT_VARIANT, TARGETING, VALUE, VARIANTS};

use super::import::natural;
use super::{
    EVALUATORS, NOT_EVALUATED, ON_OFF, PREFIX, SCHEMA, SEGMENT_TEXT, WITHOUT, key_and_value,
    own_metadata,
};
use crate::item::{self, is_active, is_content, lose, segments, text, toggles};
use crate::values::plain_members;
use crate::{Carried, Item, Items, Lost};

/// The flag definition of all toggles and segments.
#[must_use]
pub fn export(items: &Items) -> Carried<Value> {
    let mut lost = Vec::new();
    let mut flags = Map::new();
    for (id, item) in toggles(items) {
        flags.insert(id.clone(), flag(id, item, &mut lost));
    }
    let mut document = Map::from_iter([
        ("$schema".to_owned(), Value::from(SCHEMA)),
        ("flags".to_owned(), flags.into()),
    ]);
    let (evaluators, texts) = evaluators(items, &mut lost);
    if !evaluators.is_empty() {
        document.insert(EVALUATORS.to_owned(), evaluators.into());
    }
    if !texts.is_empty() {
        document.insert("metadata".to_owned(), texts.into());
    }
    Carried {
        content: document.into(),
        lost,
    }
}

/// The conditions of the segments, and the texts of those that are written in another way.
fn evaluators(items: &Items, lost: &mut Vec<Lost>) -> (Map<String, Value>, Map<String, Value>) {
    let (mut conditions, mut texts) = (Map::new(), Map::new());
    for (name, text) in segments(items) {
        match serde_json::from_str::<Value>(text) {
            Ok(condition) if condition.is_object() => {
                let canonical = condition.to_string();
                if canonical != text {
                    texts.insert(format!("{SEGMENT_TEXT}{name}"), text.into());
                }
                conditions.insert(name.to_owned(), condition);
            }
            _ => lost.push(Lost::new(
                &toggle_rules::segment_id(name),
                "the segment",
                "it is no object of JSON",
            )),
        }
    }
    (conditions, texts)
}

fn flag(id: &str, item: &Item, lost: &mut Vec<Lost>) -> Value {
    let kept = "kept in the metadata, which flagd does not evaluate";
    lose(id, item, &NOT_EVALUATED, kept, lost);
    let mut flag = Map::new();
    let mut state = is_active(item);
    let targeting = item::targeting(item).unwrap_or_else(|()| {
        lost.push(Lost::new(
            id,
            TARGETING,
            "it is no JSON of flagd: exported as disabled",
        ));
        state = false;
        None
    });
    flag.insert(
        "variants".to_owned(),
        variants(id, item, targeting.as_ref(), lost).into(),
    );
    if let Some(default) = default_variant(item, targeting.is_some()) {
        flag.insert("defaultVariant".to_owned(), default.into());
    }
    if let Some(targeting) = targeting {
        flag.insert("targeting".to_owned(), targeting);
    }
    let state = if state { "ENABLED" } else { "DISABLED" };
    flag.insert("state".to_owned(), state.into());
    let metadata = own_metadata(item);
    if !metadata.is_empty() {
        flag.insert("metadata".to_owned(), metadata.into());
    }
    complete(id, item, flag)
}

/// Adds to the metadata what makes an import of the flag the same item.
fn complete(id: &str, item: &Item, mut flag: Map<String, Value>) -> Value {
    let imported = |own: &Map<String, Value>| natural(id, &flag, own).unwrap_or_default();
    let plain = imported(&Map::new());
    // How the variants are read depends on whether these are known.
    let mut own: Map<_, _> = [VARIANTS, DEFAULT_VARIANT]
        .into_iter()
        .filter_map(|name| Some((name, item.get(name)?)))
        .filter(|(name, value)| plain.get(*name) != Some(value))
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    let natural = imported(&own);
    let missing = item
        .iter()
        .filter(|(name, value)| is_content(name) && natural.get(*name) != Some(value));
    own.extend(missing.map(|(name, value)| (name.clone(), value.clone())));
    let mut metadata: Map<_, _> = own
        .iter()
        .map(|(name, value)| key_and_value(name, value))
        .collect();
    let without: Vec<_> = natural
        .keys()
        .filter(|name| is_content(name) && !item.contains_key(*name))
        .collect();
    if !without.is_empty() {
        let without = json!(without).to_string();
        metadata.insert(format!("{PREFIX}{WITHOUT}"), without.into());
    }
    if !metadata.is_empty() {
        let all = flag.entry("metadata").or_insert_with(|| json!({}));
        if let Some(all) = all.as_object_mut() {
            all.extend(metadata);
        }
    }
    flag.into()
}

fn variants(
    id: &str,
    item: &Item,
    targeting: Option<&Value>,
    lost: &mut Vec<Lost>,
) -> Map<String, Value> {
    let own = item
        .get(VARIANTS)
        .and_then(|value| value.get("M")?.as_object());
    let own = own.map(plain_members).unwrap_or_default();
    if own.is_empty() {
        if item.contains_key(VALUE) {
            lost.push(Lost::new(
                id,
                VALUE,
                "kept in the metadata: the flag is true or false",
            ));
        }
        return on_off(targeting);
    }
    let kind = std::mem::discriminant::<Value>;
    let mut kinds = own.values().map(kind);
    let first = kinds.next();
    if kinds.any(|of| Some(of) != first) || own.values().any(|of| of.is_array() || of.is_null()) {
        let why = "flagd's schema has variants of one type, and neither lists nor null";
        lost.push(Lost::new(id, VARIANTS, why));
    }
    own
}

/// The variants of a toggle that has none, with those that its targeting gives if it is a condition.
pub(crate) fn on_off(targeting: Option<&Value>) -> Map<String, Value> {
    let all = if targeting.is_some_and(may_be_truth) {
        4
    } else {
        2
    };
    let variants = ON_OFF.into_iter().take(all);
    variants
        .map(|(name, truth)| (name.to_owned(), truth.into()))
        .collect()
}

/// Whether targeting may give true or false.
pub(crate) fn may_be_truth(targeting: &Value) -> bool {
    match targeting {
        Value::Bool(_) => true,
        Value::Object(operation) => match operation.iter().next() {
            Some((name, Value::Array(arguments))) if name == "if" => {
                arguments.iter().skip(1).any(may_be_truth)
            }
            Some((name, Value::Array(buckets))) if name == "fractional" => {
                let first = buckets
                    .iter()
                    .filter_map(|bucket| bucket.as_array()?.first());
                first.into_iter().any(may_be_truth)
            }
            Some((name, _)) => !["cat", "substr"].contains(&name.as_str()),
            None => false,
        },
        _ => false,
    }
}

/// The variant for those whom the targeting says nothing of. Without variants they are off, or on if there
/// is no targeting.
fn default_variant(item: &Item, has_targeting: bool) -> Option<String> {
    if let Some(own) = text(item, DEFAULT_VARIANT) {
        return Some(own.to_owned());
    }
    let of = item
        .get(VARIANTS)
        .and_then(|value| value.get("M")?.as_object());
    let has_variants = of.is_some_and(|of| !of.is_empty());
    let name = if has_targeting { "off" } else { "on" };
    (!has_variants).then(|| name.to_owned())
}
