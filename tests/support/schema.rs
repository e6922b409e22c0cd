//! Whether a document matches its JSON schema, for the part of JSON Schema that the schemas here
//! use.

use serde_json::Value;

/// The places where a document does not match the schema. An unknown keyword is a difference as
/// well.
pub fn differences(schema: &Value, document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, document, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let matches = |schema: &Value| {
        let mut found = Vec::new();
        check(root, schema, value, at, &mut found);
        found.is_empty()
    };
    for (keyword, rule) in schema.as_object().into_iter().flatten() {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" => true,
            "$ref" => {
                let pointer = rule
                    .as_str()
                    .and_then(|text| text.strip_prefix('#'))
                    .unwrap_or_default();
                root.pointer(pointer).is_some_and(matches)
            }
            "type" => is_one_of(value, rule),
            "const" => value == rule,
            "minimum" => value.as_f64() >= rule.as_f64(),
            "anyOf" => rule
                .as_array()
                .is_some_and(|rules| rules.iter().any(matches)),
            "oneOf" => rule
                .as_array()
                .is_some_and(|rules| rules.iter().filter(|rule| matches(rule)).count() == 1),
            "required" => {
                let names = rule
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                names.filter(|name| value.get(name).is_none()).count() == 0
            }
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    match rule.get(name) {
                        Some(rule) => check(root, rule, member, &format!("{at}.{name}"), found),
                        None => found.push(format!("{at}.{name} is not described")),
                    }
                }
                true
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, item, &format!("{at}[{index}]"), found);
                }
                true
            }
            _ => false,
        };
        if !holds {
            found.push(format!("{at}: {keyword}: {rule}"));
        }
    }
}

fn is_one_of(value: &Value, types: &Value) -> bool {
    let is = |name: &Value| match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    };
    types
        .as_array()
        .map_or_else(|| is(types), |types| types.iter().any(is))
}
