//! Flags that were imported as toggles, and what OpenFeature calls an evaluation's details.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};
use toggle_formats::{Items, flagd};
use toggle_rules::{Item, Private, Reason, Rule, RuleError, evaluate, has_rules};

use crate::features::files;

/// Long after the past, and long before the future, with which targeting compares.
const NOW_MS: u64 = 1_800_000_000_000;

/// OpenFeature's evaluation details.
#[derive(Debug)]
pub(crate) struct Details {
    pub value: Value,
    pub reason: &'static str,
    /// Empty without an error.
    pub error: &'static str,
    pub metadata: Map<String, Value>,
}

/// The toggles that the flag definitions of a folder are imported as. Nothing of them is lost.
pub(crate) fn imported(folder: &Path) -> Items {
    let mut items = Items::new();
    for file in files(folder, "json") {
        let carried = flagd::import(&fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(carried.lost, []);
        items.extend(carried.content);
    }
    items
}

/// What a client with this context is sent of a toggle, and why.
pub(crate) fn told(items: &Items, id: &str, item: &Item, context: &Value) -> (Item, Reason) {
    let rule = Rule::of(id, item, &|id: &str| items.get(id), NOW_MS);
    let evaluation = evaluate([&rule], Some(&context.to_string())).remove(0);
    let private = Private::default();
    let told = if has_rules(item) {
        private.answered(item, &rule, evaluation.answer)
    } else {
        private.plain(item).into_owned()
    };
    (told, evaluation.reason)
}

/// What a caller gets who asks for a value of a type. The rules are those of `FrontageProvider`, but for the
/// reasons, which messages do not tell.
pub(crate) fn resolve(
    items: &Items,
    id: &str,
    kind: &str,
    fallback: &Value,
    context: &Value,
) -> Details {
    let failed = |error| Details {
        value: fallback.clone(),
        reason: "ERROR",
        error,
        metadata: Map::new(),
    };
    let Some(item) = items.get(id) else {
        return failed("FLAG_NOT_FOUND");
    };
    let (told, reason) = told(items, id, item, context);
    let error = error(&reason);
    if !error.is_empty() {
        return failed(error);
    }
    let is_active = told["isActive"]["BOOL"].clone();
    let value = match (told.get("value").map(plain), kind) {
        (None, "Boolean") => Some(is_active),
        (value, _) => value,
    };
    if value.as_ref().is_some_and(|value| !fits(value, kind)) {
        return failed("TYPE_MISMATCH");
    }
    let metadata = told.get("metadata").map(plain).unwrap_or_default();
    Details {
        reason: match reason {
            Reason::SwitchedOff => "DISABLED",
            Reason::Targeting => "TARGETING_MATCH",
            _ if value.is_some() && !item.contains_key("targeting") => "STATIC",
            _ => "DEFAULT",
        },
        value: value.unwrap_or_else(|| fallback.clone()),
        error: "",
        metadata: metadata.as_object().cloned().unwrap_or_default(),
    }
}

/// OpenFeature's error code for a broken rule.
fn error(reason: &Reason) -> &'static str {
    match reason {
        Reason::Broken(RuleError::NoVariant(_) | RuleError::NoName(_)) => "GENERAL",
        Reason::Broken(_) => "PARSE_ERROR",
        _ => "",
    }
}

fn fits(value: &Value, kind: &str) -> bool {
    match kind {
        "Boolean" => value.is_boolean(),
        "String" => value.is_string(),
        "Integer" | "Float" => value.is_number(),
        _ => value.is_object(),
    }
}

/// Plain JSON of a value in `DynamoDB` JSON, as far as the flags have such values.
fn plain(value: &Value) -> Value {
    let (kind, of) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "N" => serde_json::from_str(of.as_str().unwrap()).unwrap(),
        "M" => {
            let members = of.as_object().unwrap().iter();
            members
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect()
        }
        _ => of.clone(),
    }
}
