//! Values: plain JSON, as other tools have it, and `DynamoDB` JSON.

use serde_json::{Map, Number, Value, json};

/// The levels of lists and maps that `DynamoDB` keeps ("Constraints" in its developer guide).
const LEVELS: usize = 32;
/// The sizes of the numbers that `DynamoDB` keeps ("Data types" in its developer guide). No number of JSON
/// that this crate reads has more than the 38 digits that it keeps.
const NUMBERS: std::ops::Range<f64> = 1e-130..1e126;

/// Plain JSON of a value in `DynamoDB` JSON: sets are lists, bytes are text in base 64. A number may lose
/// digits; one that is none is text.
pub(crate) fn plain(value: &Value) -> Value {
    let Some((kind, of)) = value.as_object().and_then(|object| object.iter().next()) else {
        return Value::Null;
    };
    match (kind.as_str(), of) {
        ("S" | "B" | "BOOL" | "SS" | "BS", of) => of.clone(),
        ("N", Value::String(number)) => plain_number(number),
        ("NS", Value::Array(numbers)) => {
            let numbers = numbers.iter().filter_map(Value::as_str);
            numbers.map(plain_number).collect()
        }
        ("L", Value::Array(items)) => items.iter().map(plain).collect(),
        ("M", Value::Object(members)) => plain_members(members).into(),
        _ => Value::Null,
    }
}

/// The members of a map in `DynamoDB` JSON.
pub(crate) fn plain_members(members: &Map<String, Value>) -> Map<String, Value> {
    let members = members.iter();
    members
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect()
}

fn plain_number(text: &str) -> Value {
    serde_json::from_str::<Number>(text).map_or_else(|_| Value::from(text), Value::Number)
}

/// `DynamoDB` JSON of plain JSON.
///
/// # Errors
/// If `DynamoDB` does not keep it.
pub(crate) fn typed(value: &Value) -> Result<Value, String> {
    typed_at(value, LEVELS)
}

fn typed_at(value: &Value, levels: usize) -> Result<Value, String> {
    let below = || {
        let below = levels.checked_sub(1);
        below.ok_or(format!("a value is nested more than {LEVELS} levels deep"))
    };
    Ok(match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(truth) => json!({ "BOOL": truth }),
        Value::String(text) => json!({ "S": text }),
        Value::Number(number) => json!({ "N": checked(number)? }),
        Value::Array(items) => {
            let below = below()?;
            let items = items.iter().map(|item| typed_at(item, below));
            json!({ "L": items.collect::<Result<Vec<_>, _>>()? })
        }
        Value::Object(members) => {
            let below = below()?;
            let members = members
                .iter()
                .map(|(name, value)| Ok((name.clone(), typed_at(value, below)?)));
            json!({ "M": members.collect::<Result<Map<_, _>, String>>()? })
        }
    })
}

fn checked(number: &Number) -> Result<String, String> {
    let size = number.as_f64().unwrap_or(f64::INFINITY).abs();
    if size == 0.0 {
        return Ok("0".to_owned());
    }
    if NUMBERS.contains(&size) {
        Ok(number.to_string())
    } else {
        Err(format!("{number} is no number that DynamoDB keeps"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_in_both_forms() {
        for plain_value in [
            json!(null),
            json!(true),
            json!("a"),
            json!(5),
            json!(-0.5),
            json!([1, {"a": []}]),
        ] {
            assert_eq!(plain(&typed(&plain_value).unwrap()), plain_value);
        }
        assert_eq!(plain(&json!({"SS": ["a"]})), json!(["a"]));
        assert_eq!(plain(&json!({"NS": ["1", "2.5"]})), json!([1, 2.5]));
        assert_eq!(plain(&json!({"N": "many"})), json!("many"));
        assert_eq!(plain(&json!({})), Value::Null);
    }

    #[test]
    fn what_dynamodb_does_not_keep_is_told() {
        let nested = (0..33).fold(json!(1), |inner, _| json!([inner]));
        assert!(typed(&nested).unwrap_err().contains("32 levels"));
        assert!(typed(&json!(1e126)).unwrap_err().contains("1e+126"));
        assert!(typed(&json!(1e-131)).is_err());
        assert_eq!(typed(&json!(-0.0)).unwrap(), json!({"N": "0"}));
    }
}
