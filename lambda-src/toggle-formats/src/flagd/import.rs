//! A flag definition to items.

use serde_json::{Map, Value, json};
use toggle_contract::{ACTIVE, DEFAULT_VARIANT, SEGMENT, TARGETING, VARIANTS};

use super::{
    EVALUATORS, METADATA, PREFIX, REPEATED, SEGMENT_TEXT, WITHOUT, attribute_of, is_on_off, repeats,
};
use crate::item::{check_id, named, segment, set};
use crate::values::typed;
use crate::{Carried, FormatError, Item, Items, Lost};

/// The toggles and segments of a flag definition: an object of flags, or flagd's own list of them.
///
/// # Errors
/// If it is no flag definition, or a flag of it is none.
pub fn import(text: &str) -> Result<Carried<Items>, FormatError> {
    let document: Value = serde_json::from_str(text)?;
    let other = |why: &str| FormatError::Other {
        format: "flag definition of flagd",
        why: why.to_owned(),
    };
    let mut carried = Carried::default();
    match document.get("flags") {
        Some(Value::Object(flags)) => {
            for (id, flag) in flags {
                add(id, flag, &mut carried)?;
            }
        }
        Some(Value::Array(flags)) => {
            for flag in flags {
                let id = flag.get("key").and_then(Value::as_str);
                let id = id.ok_or_else(|| other("a flag has no `key`"))?;
                add(id, flag, &mut carried)?;
            }
        }
        _ => return Err(other("it has no `flags`")),
    }
    let metadata = document.get("metadata").and_then(Value::as_object);
    evaluators(&document, metadata, &mut carried);
    let names = metadata.into_iter().flat_map(Map::keys);
    for name in names.filter(|name| !name.starts_with(SEGMENT_TEXT)) {
        let what = format!("metadata `{name}` of the file");
        carried
            .lost
            .push(Lost::new("", what, "only flags have metadata here"));
    }
    Ok(carried)
}

fn evaluators(
    document: &Value,
    metadata: Option<&Map<String, Value>>,
    carried: &mut Carried<Items>,
) {
    let evaluators = document.get(EVALUATORS).and_then(Value::as_object);
    for (name, condition) in evaluators.into_iter().flatten() {
        let (id, mut item) = segment(name, condition);
        let text = metadata.and_then(|all| all.get(&format!("{SEGMENT_TEXT}{name}"))?.as_str());
        let same =
            |text: &&str| serde_json::from_str::<Value>(text).is_ok_and(|of| of == *condition);
        if let Some(text) = text.filter(same) {
            set(&mut item, SEGMENT, text);
        }
        carried.content.insert(id, item);
    }
}

fn add(id: &str, flag: &Value, carried: &mut Carried<Items>) -> Result<(), FormatError> {
    let wrong = |why: String| FormatError::flag(id, why);
    check_id(id).map_err(wrong)?;
    let flag = flag
        .as_object()
        .ok_or_else(|| wrong("it is no object".to_owned()))?;
    let own = own(id, flag, &mut carried.lost);
    let mut item = natural(id, flag, &own).map_err(wrong)?;
    item.extend(own);
    let without = without(flag);
    item.retain(|name, value| !without.contains(name) || !is_free(flag, name, value));
    carried.content.insert(id.to_owned(), item);
    Ok(())
}

/// Whether an attribute that the flag stands for may be absent all the same.
fn is_free(flag: &Map<String, Value>, name: &str, value: &Value) -> bool {
    match name {
        ACTIVE => value == &json!({"BOOL": false}),
        VARIANTS => flag
            .get("variants")
            .and_then(Value::as_object)
            .is_some_and(is_on_off),
        TARGETING | METADATA => false,
        _ => true,
    }
}

fn without(flag: &Map<String, Value>) -> Vec<String> {
    let text = flag
        .get("metadata")
        .and_then(|all| all.get(format!("{PREFIX}{WITHOUT}"))?.as_str());
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// The attributes that the metadata has. What only repeats the flag, and no longer does, is left out.
fn own(id: &str, flag: &Map<String, Value>, lost: &mut Vec<Lost>) -> Map<String, Value> {
    let whole = Value::from(flag.clone());
    let metadata = flag.get("metadata").and_then(Value::as_object);
    let mut own = Map::new();
    for (key, value) in metadata.into_iter().flatten() {
        if !key.starts_with(PREFIX) || key == &format!("{PREFIX}{WITHOUT}") {
            continue;
        }
        match attribute_of(key, value) {
            Some((name, attribute))
                if !REPEATED.contains(&name.as_str()) || repeats(&whole, &name, &attribute) =>
            {
                own.insert(name, attribute);
            }
            Some(_) => lost.push(Lost::new(id, key, "the flag says otherwise, and counts")),
            None => lost.push(Lost::new(id, key, "it is no attribute")),
        }
    }
    own
}

/// The item that a flag stands for without the names that begin with `frontage.`. `own`: the attributes that
/// are known from those.
pub(super) fn natural(
    id: &str,
    flag: &Map<String, Value>,
    own: &Map<String, Value>,
) -> Result<Item, String> {
    let enabled = match flag.get("state").and_then(Value::as_str) {
        Some("ENABLED") => true,
        Some("DISABLED") => false,
        _ => return Err("its `state` must be ENABLED or DISABLED".to_owned()),
    };
    let variants = flag.get("variants").and_then(Value::as_object);
    let variants = variants.filter(|of| !of.is_empty());
    let variants = variants.ok_or("it has no `variants`")?;
    let default = match flag.get("defaultVariant") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name.as_str()),
        Some(_) => return Err("its `defaultVariant` is no text".to_owned()),
    };
    let targeting = flag.get("targeting").and_then(Value::as_object);
    let targeting = targeting.filter(|of| !of.is_empty());
    let mut item = named(id, None, enabled);
    if let Some(targeting) = targeting {
        set(
            &mut item,
            TARGETING,
            Value::from(targeting.clone()).to_string(),
        );
    }
    if is_on_off(variants) && !own.contains_key(VARIANTS) {
        // A toggle without variants: it is on or off.
        match (default, targeting) {
            (Some(default), _) if own.contains_key(DEFAULT_VARIANT) => {
                set(&mut item, DEFAULT_VARIANT, default);
            }
            (Some("on" | "true"), None) | (None | Some("off" | "false"), Some(_)) => {}
            (None | Some("off" | "false"), None) => {
                item.insert(ACTIVE.to_owned(), json!({"BOOL": false}));
            }
            (Some(default), _) => set(&mut item, DEFAULT_VARIANT, default),
        }
    } else {
        let members = typed(&Value::from(variants.clone()))?;
        item.insert(VARIANTS.to_owned(), members);
        if let Some(default) = default {
            set(&mut item, DEFAULT_VARIANT, default);
        }
    }
    let metadata = flag.get("metadata").and_then(Value::as_object);
    let mut metadata = metadata.cloned().unwrap_or_default();
    metadata.retain(|name, _| !name.starts_with(PREFIX));
    if !metadata.is_empty() {
        item.insert(METADATA.to_owned(), typed(&metadata.into())?);
    }
    Ok(item)
}
