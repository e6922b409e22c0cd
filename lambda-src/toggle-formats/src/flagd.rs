//! flagd's flag definitions: <https://flagd.dev/reference/flag-definitions/>, by the schema
//! `json/flags.json` of open-feature/flagd-schemas.
//!
//! Targeting is flagd's own, and segments are its `$evaluators`. What flagd does not know is in the metadata
//! of a flag, under names that begin with `frontage.`, so that an export, an import and an export again give
//! the same bytes:
//!
//! | name | value |
//! |---|---|
//! | `frontage.NAME` | an attribute that is text, true or false; `prerequisites` as a list in JSON |
//! | `frontage.typed.NAME` | any other attribute, in `DynamoDB` JSON |
//! | `frontage.without` | the attributes that the flag would have without this name, as a list in JSON |
//! | `frontage.segment.NAME` | the text of a segment, in the metadata of the whole file |
//!
//! A name that repeats what flagd knows, such as the text of the targeting, counts only if it still says the
//! same: a file may have been edited.

mod export;
mod import;

use serde_json::{Map, Value, json};
use toggle_contract::{ACTIVE, DEFAULT_VARIANT, PREREQUISITES, RAMP, TARGETING, VARIANTS, WINDOWS};

pub use self::export::export;
pub(crate) use self::export::on_off;
pub use self::import::import;
use crate::Item;
use crate::item::{METADATA, text};
use crate::values::plain_members;

/// The schema that documents name.
pub(crate) const SCHEMA: &str = "https://flagd.dev/schema/v0/flags.json";
const EVALUATORS: &str = "$evaluators";
const PREFIX: &str = "frontage.";
const TYPED: &str = "typed.";
const WITHOUT: &str = "without";
const SEGMENT_TEXT: &str = "frontage.segment.";

/// The variants of a toggle that has none, and those that a condition gives.
pub(crate) const ON_OFF: [(&str, bool); 4] = [
    ("on", true),
    ("off", false),
    ("true", true),
    ("false", false),
];

/// Whether variants are those of a toggle that has none.
fn is_on_off(variants: &Map<String, Value>) -> bool {
    let known = |(name, value): (&String, &Value)| {
        ON_OFF
            .iter()
            .any(|(on_off, truth)| name == on_off && value == truth)
    };
    variants.contains_key("on") && variants.contains_key("off") && variants.iter().all(known)
}

/// The names under which `frontage.` has attributes, with their values in `DynamoDB` JSON.
fn key_and_value(name: &str, attribute: &Value) -> (String, Value) {
    let is_reserved = name == WITHOUT || name.starts_with(TYPED) || name.starts_with("segment.");
    let untyped = match attribute.as_object().and_then(|of| of.iter().next()) {
        _ if is_reserved => None,
        Some((kind, ids)) if kind == "SS" && name == PREREQUISITES => Some(ids.to_string().into()),
        Some((kind, of)) if (kind == "S" && name != PREREQUISITES) || kind == "BOOL" => {
            Some(of.clone())
        }
        _ => None,
    };
    match untyped {
        Some(value) => (format!("{PREFIX}{name}"), value),
        None => (
            format!("{PREFIX}{TYPED}{name}"),
            Value::from(attribute.to_string()),
        ),
    }
}

/// The attribute that a name of the metadata stands for, with its value in `DynamoDB` JSON.
fn attribute_of(key: &str, value: &Value) -> Option<(String, Value)> {
    let name = key.strip_prefix(PREFIX)?;
    if let Some(name) = name.strip_prefix(TYPED) {
        let value: Value = serde_json::from_str(value.as_str()?).ok()?;
        return value.is_object().then(|| (name.to_owned(), value));
    }
    let value = match value {
        Value::String(text) if name == PREREQUISITES => {
            json!({ "SS": serde_json::from_str::<Vec<String>>(text).ok()? })
        }
        Value::String(text) => json!({ "S": text }),
        Value::Bool(truth) => json!({ "BOOL": truth }),
        _ => return None,
    };
    Some((name.to_owned(), value))
}

/// The texts, numbers and truth values of a toggle's own metadata.
pub(crate) fn own_metadata(item: &Item) -> Map<String, Value> {
    let members = item
        .get(METADATA)
        .and_then(|value| value.get("M")?.as_object());
    let mut members = members.map(plain_members).unwrap_or_default();
    members.retain(|name, value| {
        (value.is_string() || value.is_number() || value.is_boolean()) && !name.starts_with(PREFIX)
    });
    members
}

/// What flagd does not evaluate.
const NOT_EVALUATED: [&str; 3] = [WINDOWS, RAMP, PREREQUISITES];
/// What a flag says by itself, so that the metadata may only repeat it.
const REPEATED: [&str; 5] = [ACTIVE, TARGETING, VARIANTS, DEFAULT_VARIANT, METADATA];

/// Whether an attribute that the metadata repeats is what the flag says.
fn repeats(flag: &Value, name: &str, attribute: &Value) -> bool {
    let item = Item::from([(name.to_owned(), attribute.clone())]);
    let of_flag = |name: &str| flag.get(name).cloned().unwrap_or_default();
    match name {
        ACTIVE => of_flag("state") == "DISABLED" && !crate::item::is_active(&item),
        TARGETING => match crate::item::targeting(&item) {
            Ok(targeting) => targeting.unwrap_or_default() == of_flag("targeting"),
            Err(()) => false,
        },
        VARIANTS => {
            let members = attribute.get("M").and_then(Value::as_object);
            let members = members.map(plain_members).unwrap_or_default();
            let on_off = of_flag("variants").as_object().is_some_and(is_on_off);
            (members.is_empty() && on_off) || Value::from(members) == of_flag("variants")
        }
        DEFAULT_VARIANT => text(&item, DEFAULT_VARIANT) == of_flag("defaultVariant").as_str(),
        METADATA => {
            let mut of_flag = of_flag("metadata");
            if let Some(members) = of_flag.as_object_mut() {
                members.retain(|name, _| !name.starts_with(PREFIX));
            }
            let of_flag = of_flag.as_object().cloned().unwrap_or_default();
            own_metadata(&item) == of_flag
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests;
