//! Whether an answer is what the description says: the parts of JSON Schema that it uses.

use serde_json::{Map, Value};

use crate::DESCRIPTION;

pub(super) fn description() -> Value {
    serde_json::from_str(DESCRIPTION).unwrap()
}

/// Checks an answer of a route.
pub(super) fn check_answer(method: &str, path: &str, status: u16, body: &str) {
    let all = description();
    let responses = &all["paths"][path][method.to_ascii_lowercase()]["responses"];
    let described = resolved(&all, &responses[status.to_string()]);
    assert!(
        described.is_object(),
        "{method} {path} is not described to answer {status}: {body}"
    );
    let Some(content) = described["content"].as_object() else {
        assert_eq!(body, "", "{method} {path} {status}");
        return;
    };
    let schema = &content.values().next().unwrap()["schema"];
    let value: Value = serde_json::from_str(body).unwrap();
    let wrong = wrong(&all, schema, &value, "$");
    assert_eq!(
        wrong,
        Vec::<String>::new(),
        "{method} {path} {status}: {body}"
    );
}

/// Whether a body is described for a route.
pub(super) fn is_described_body(method: &str, path: &str, body: &Value) -> bool {
    let all = description();
    let request = &all["paths"][path][method.to_ascii_lowercase()]["requestBody"];
    let schema = &request["content"]["application/json"]["schema"];
    schema.is_object() && wrong(&all, schema, body, "$").is_empty()
}

fn resolved<'d>(all: &'d Value, node: &'d Value) -> &'d Value {
    match node["$ref"].as_str() {
        Some(reference) => all
            .pointer(reference.trim_start_matches('#'))
            .expect("it is there"),
        None => node,
    }
}

/// What is wrong with a value.
pub(super) fn wrong(all: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let schema = resolved(all, schema);
    let mut found = Vec::new();
    let kinds: Vec<_> = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_of(kind, value)) {
        found.push(format!("{at} is not {kinds:?}"));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        found.push(format!("{at} is not one of {allowed:?}"));
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        found.push(format!("{at} is less than {least}"));
    }
    if let Some(members) = value.as_object() {
        members_wrong(all, schema, members, at, &mut found);
    }
    if let (Some(items), schema) = (value.as_array(), &schema["items"])
        && schema.is_object()
    {
        for (index, item) in items.iter().enumerate() {
            found.extend(wrong(all, schema, item, &format!("{at}[{index}]")));
        }
    }
    found
}

fn members_wrong(
    all: &Value,
    schema: &Value,
    members: &Map<String, Value>,
    at: &str,
    found: &mut Vec<String>,
) {
    let required = schema["required"].as_array().into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !members.contains_key(name) {
            found.push(format!("{at} lacks {name}"));
        }
    }
    for (name, value) in members {
        let own = &schema["properties"][name];
        let others = &schema["additionalProperties"];
        if own.is_object() {
            found.extend(wrong(all, own, value, &format!("{at}.{name}")));
        } else if others.is_object() {
            found.extend(wrong(all, others, value, &format!("{at}.{name}")));
        } else if *others == Value::Bool(false) {
            found.push(format!("{at} has {name}"));
        }
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        other => panic!("{other} is not used"),
    }
}
