//! Flag manifests of OpenFeature's command line, by `schema/v0/flag-manifest.json` of open-feature/cli: which flags
//! there are, their types, and what code gets if it cannot have an answer. They have no state and no rules.

use serde_json::{Map, Value, json};
use toggle_contract::{DEFAULT_VARIANT, VALUE, VARIANTS};

use crate::item::{DESCRIPTION, RULES, check_id, lose, named, set, text, toggles};
use crate::values::{plain, plain_members, typed};
use crate::{Carried, FormatError, Item, Items, Lost};

const SCHEMA: &str =
    "https://raw.githubusercontent.com/open-feature/cli/main/schema/v0/flag-manifest.json";

/// The manifest of all toggles.
#[must_use]
pub fn export(items: &Items) -> Carried<Value> {
    let mut lost = Vec::new();
    let mut flags = Map::new();
    for (id, item) in toggles(items) {
        lose(id, item, &RULES, "a manifest has no rules", &mut lost);
        match flag(item) {
            Some(flag) => drop(flags.insert(id.clone(), flag)),
            None => lost.push(Lost::new(id, "the flag", "a manifest has no type for null")),
        }
    }
    Carried {
        content: json!({ "$schema": SCHEMA, "flags": flags }),
        lost,
    }
}

fn flag(item: &Item) -> Option<Value> {
    let default = default(item);
    let kind = match &default {
        Value::Bool(_) => "boolean",
        Value::String(_) => "string",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "integer",
        Value::Array(_) | Value::Object(_) => "object",
        Value::Null => return None,
    };
    let mut flag = json!({ "flagType": kind, "defaultValue": default });
    if let (Some(description), Some(flag)) = (text(item, DESCRIPTION), flag.as_object_mut()) {
        flag.insert(DESCRIPTION.to_owned(), description.into());
    }
    Some(flag)
}

/// What code gets without an answer: the value of a toggle that has one, its default variant's, or the first
/// variant's; `false` for all others.
fn default(item: &Item) -> Value {
    let own = item
        .get(VARIANTS)
        .and_then(|value| value.get("M")?.as_object());
    let variants = own.map(plain_members).unwrap_or_default();
    if variants.is_empty() {
        let value = item
            .get(VALUE)
            .map(plain)
            .filter(|value| !value.is_boolean());
        return value.unwrap_or(false.into());
    }
    if variants.values().all(Value::is_boolean) {
        return false.into();
    }
    let chosen = text(item, DEFAULT_VARIANT).and_then(|name| variants.get(name));
    chosen
        .or_else(|| variants.values().next())
        .cloned()
        .unwrap_or_default()
}

/// The toggles of a manifest, as they are for code that has no answer: a flag that is true or false is on or off,
/// another one is on with that value.
///
/// # Errors
/// If it is no manifest, or a flag of it is none.
pub fn import(text: &str) -> Result<Carried<Items>, FormatError> {
    let document: Value = serde_json::from_str(text)?;
    let flags = document.get("flags").and_then(Value::as_object);
    let flags = flags.ok_or_else(|| FormatError::Other {
        format: "flag manifest of OpenFeature",
        why: "it has no `flags`".to_owned(),
    })?;
    let mut items = Items::new();
    for (id, flag) in flags {
        let item = item(id, flag).map_err(|why| FormatError::flag(id, why))?;
        items.insert(id.clone(), item);
    }
    Ok(Carried {
        content: items,
        lost: Vec::new(),
    })
}

fn item(id: &str, flag: &Value) -> Result<Item, String> {
    check_id(id)?;
    let kind = flag.get("flagType").and_then(Value::as_str);
    let default = flag.get("defaultValue").ok_or("it has no `defaultValue`")?;
    let fits = match kind {
        Some("boolean") => default.is_boolean(),
        Some("string") => default.is_string(),
        Some("integer") => default.is_i64() || default.is_u64(),
        Some("float") => default.is_number(),
        Some("object") => true,
        _ => {
            return Err(
                "its `flagType` must be boolean, string, integer, float or object".to_owned(),
            );
        }
    };
    if !fits {
        return Err("its `defaultValue` is of another type than its `flagType`".to_owned());
    }
    let mut item = named(id, None, default != &Value::Bool(false));
    if !default.is_boolean() {
        item.insert(VALUE.to_owned(), typed(default)?);
    }
    if let Some(description) = flag.get(DESCRIPTION).and_then(Value::as_str) {
        set(&mut item, DESCRIPTION, description);
    }
    Ok(item)
}

#[cfg(test)]
mod tests;
