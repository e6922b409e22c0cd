//! Conversion between the SDK's documents and JSON.

use aws_smithy_types::{Document, Number};
use serde_json::Value;

/// A document as JSON.
pub(super) fn to_json(document: &Document) -> Value {
    match document {
        Document::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), to_json(value)))
            .collect(),
        Document::Array(items) => items.iter().map(to_json).collect(),
        Document::Number(Number::PosInt(number)) => Value::from(*number),
        Document::Number(Number::NegInt(number)) => Value::from(*number),
        Document::Number(Number::Float(number)) => Value::from(*number),
        Document::String(text) => Value::from(text.as_str()),
        Document::Bool(value) => Value::from(*value),
        Document::Null => Value::Null,
    }
}

/// JSON as a document.
pub(super) fn from_json(value: &Value) -> Document {
    match value {
        Value::Object(members) => Document::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), from_json(value)))
                .collect(),
        ),
        Value::Array(items) => Document::Array(items.iter().map(from_json).collect()),
        Value::Number(number) => Document::Number(from_number(number)),
        Value::String(text) => Document::String(text.clone()),
        Value::Bool(value) => Document::Bool(*value),
        Value::Null => Document::Null,
    }
}

fn from_number(number: &serde_json::Number) -> Number {
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => Number::PosInt(number),
        (None, Some(number)) => Number::NegInt(number),
        (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_value_comes_back() {
        let value = json!({"a": [1, -2, 0.5, "text", true, null, {}]});
        assert_eq!(to_json(&from_json(&value)), value);
    }
}
