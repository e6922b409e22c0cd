//! Values of attributes: as an operator writes them, as JSON, and as they are in messages.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

/// The digits that `DynamoDB` keeps of a number ("Data types" in its developer guide).
const DIGITS: usize = 38;
/// The exponents of the first digits of the numbers that `DynamoDB` keeps (the same page: from
/// 1E-130 up to, but not including, 1E+126).
const EXPONENTS: std::ops::RangeInclusive<i64> = -130..=125;
/// The levels of lists and maps that `DynamoDB` keeps ("Constraints" in its developer guide).
const LEVELS: usize = 32;

/// A value that an attribute can have, with `DynamoDB`'s type: a number, text, a truth value, null, a
/// list or a map.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeText(pub(crate) AttributeValue);

/// Why a text is no value that `DynamoDB` keeps.
#[derive(Debug, Error)]
pub enum ValueError {
    /// A number has too many digits.
    #[error("a number has {0} significant digits; the limit of DynamoDB is {DIGITS}")]
    Digits(usize),
    /// A number is too large or too close to zero.
    #[error(
        "a number is out of range; those of DynamoDB are zero and from 1E-130 to 9.99E+125 in size"
    )]
    Range,
    /// Too many levels.
    #[error("it is nested more than {LEVELS} levels deep, which is the limit of DynamoDB")]
    Nested,
    /// The text is not JSON.
    #[error(transparent)]
    NoJson(#[from] serde_json::Error),
}

impl AttributeText {
    /// The value in JSON.
    #[must_use]
    pub fn json(&self) -> String {
        // Values of attributes always serialise.
        serde_json::to_string(&Plain(&self.0)).unwrap_or_default()
    }
}

impl FromStr for AttributeText {
    type Err = ValueError;

    /// JSON has its own type; what is not JSON is text.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let json = serde_json::from_str(text).map_err(ValueError::from);
        match json.and_then(|raw| typed(raw, LEVELS)) {
            Err(ValueError::NoJson(_)) => Ok(Self(AttributeValue::S(text.to_owned()))),
            value => value.map(Self),
        }
    }
}

/// The value of JSON text. Its numbers are read as text, since a binary number may have other digits.
fn typed(raw: &RawValue, levels: usize) -> Result<AttributeValue, ValueError> {
    let text = raw.get();
    let below = || levels.checked_sub(1).ok_or(ValueError::Nested);
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let below = below()?;
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            let members = members.into_iter();
            let typed = members.map(|(name, member)| Ok((name, typed(member, below)?)));
            AttributeValue::M(typed.collect::<Result<_, ValueError>>()?)
        }
        Some(b'[') => {
            let below = below()?;
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            let typed = items.into_iter().map(|item| typed(item, below));
            AttributeValue::L(typed.collect::<Result<_, _>>()?)
        }
        Some(b'"') => AttributeValue::S(serde_json::from_str(text)?),
        Some(b't' | b'f') => AttributeValue::Bool(serde_json::from_str(text)?),
        Some(b'n') => AttributeValue::Null(true),
        _ => AttributeValue::N(number(text)?),
    })
}

/// A number of JSON, if `DynamoDB` keeps it with all its digits. Zeros at both ends are none of them.
fn number(text: &str) -> Result<String, ValueError> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mantissa = mantissa.trim_start_matches('-');
    let whole = mantissa.split('.').next().unwrap_or_default().len();
    let digits = mantissa.replace('.', "");
    let significant = digits.trim_start_matches('0');
    let zeros = digits.len() - significant.len();
    let significant = significant.trim_end_matches('0').len();
    if significant == 0 {
        return Ok("0".to_owned());
    }
    if significant > DIGITS {
        return Err(ValueError::Digits(significant));
    }
    let length = |length: usize| i64::try_from(length).ok();
    let first = || {
        let exponent = exponent.parse::<i64>().ok()?;
        let first = length(whole)?.checked_sub(length(zeros)?)?.checked_sub(1)?;
        first.checked_add(exponent)
    };
    match first() {
        Some(exponent) if EXPONENTS.contains(&exponent) => Ok(text.to_owned()),
        _ => Err(ValueError::Range),
    }
}

/// A value as plain JSON: numbers with all their digits, sets as lists, bytes in base 64.
pub(crate) struct Plain<'v>(pub(super) &'v AttributeValue);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            AttributeValue::S(text) => serializer.serialize_str(text),
            AttributeValue::N(number) => PlainNumber(number).serialize(serializer),
            AttributeValue::Bool(truth) => serializer.serialize_bool(*truth),
            AttributeValue::M(members) => serializer.collect_map(plain(members)),
            AttributeValue::L(items) => serializer.collect_seq(items.iter().map(Plain)),
            AttributeValue::Ss(texts) => serializer.collect_seq(sorted(texts.clone())),
            AttributeValue::Ns(numbers) => {
                let numbers = sorted(numbers.clone());
                serializer.collect_seq(numbers.iter().map(|number| PlainNumber(number)))
            }
            AttributeValue::B(bytes) => serializer.serialize_str(&base64(bytes)),
            AttributeValue::Bs(bytes) => {
                serializer.collect_seq(sorted(bytes.iter().map(base64).collect()))
            }
            _ => serializer.serialize_unit(),
        }
    }
}

/// A number's text is JSON already.
struct PlainNumber<'n>(&'n str);

impl Serialize for PlainNumber<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_str::<&RawValue>(self.0) {
            Ok(number) => number.serialize(serializer),
            Err(_) => serializer.serialize_str(self.0),
        }
    }
}

/// The members of a map by name.
pub(crate) fn plain(
    members: &HashMap<String, AttributeValue>,
) -> impl Iterator<Item = (&String, Plain<'_>)> {
    let members: BTreeMap<_, _> = members.iter().collect();
    members
        .into_iter()
        .map(|(name, value)| (name, Plain(value)))
}

/// A value in the form of messages, `DynamoDB`'s own JSON: `{"N": "5"}`.
pub(crate) struct Typed<'v>(pub(super) &'v AttributeValue);

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut only = serializer.serialize_map(Some(1))?;
        match self.0 {
            AttributeValue::S(text) => only.serialize_entry("S", text)?,
            AttributeValue::N(number) => only.serialize_entry("N", number)?,
            AttributeValue::Bool(truth) => only.serialize_entry("BOOL", truth)?,
            AttributeValue::M(members) => {
                let members = members.iter().map(|(name, value)| (name, Typed(value)));
                only.serialize_entry("M", &members.collect::<BTreeMap<_, _>>())?;
            }
            AttributeValue::L(items) => {
                only.serialize_entry("L", &items.iter().map(Typed).collect::<Vec<_>>())?;
            }
            AttributeValue::Ss(texts) => only.serialize_entry("SS", texts)?,
            AttributeValue::Ns(numbers) => only.serialize_entry("NS", numbers)?,
            AttributeValue::B(bytes) => only.serialize_entry("B", &base64(bytes))?,
            AttributeValue::Bs(bytes) => {
                only.serialize_entry("BS", &bytes.iter().map(base64).collect::<Vec<_>>())?;
            }
            _ => only.serialize_entry("NULL", &true)?,
        }
        only.end()
    }
}

/// Reads a value in the form of messages.
pub(crate) fn untyped(value: &Value) -> AttributeValue {
    let mut members = value.as_object().into_iter().flatten();
    let Some((of, value)) = members.next() else {
        return AttributeValue::Null(true);
    };
    match (of.as_str(), value) {
        ("S", Value::String(text)) => AttributeValue::S(text.clone()),
        ("N", Value::String(number)) => AttributeValue::N(number.clone()),
        ("BOOL", Value::Bool(truth)) => AttributeValue::Bool(*truth),
        ("M", Value::Object(members)) => {
            let members = members.iter();
            AttributeValue::M(
                members
                    .map(|(name, value)| (name.clone(), untyped(value)))
                    .collect(),
            )
        }
        ("L", Value::Array(items)) => AttributeValue::L(items.iter().map(untyped).collect()),
        ("SS", Value::Array(items)) => AttributeValue::Ss(texts(items)),
        ("NS", Value::Array(items)) => AttributeValue::Ns(texts(items)),
        ("B", Value::String(text)) => AttributeValue::B(bytes(text)),
        ("BS", Value::Array(items)) => {
            AttributeValue::Bs(texts(items).iter().map(|text| bytes(text)).collect())
        }
        _ => AttributeValue::Null(true),
    }
}

fn texts(items: &[Value]) -> Vec<String> {
    let texts = items.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn bytes(text: &str) -> Blob {
    Blob::new(STANDARD.decode(text).unwrap_or_default())
}

fn base64(bytes: &Blob) -> String {
    STANDARD.encode(bytes)
}

/// The same value, so that equal ones are alike: `DynamoDB` returns a set in any order.
pub(crate) fn with_sorted_sets(value: &AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::Ss(texts) => AttributeValue::Ss(sorted(texts.clone())),
        AttributeValue::Ns(numbers) => AttributeValue::Ns(sorted(numbers.clone())),
        AttributeValue::Bs(bytes) => {
            let mut bytes = bytes.clone();
            bytes.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
            AttributeValue::Bs(bytes)
        }
        AttributeValue::L(items) => AttributeValue::L(items.iter().map(with_sorted_sets).collect()),
        AttributeValue::M(members) => {
            let members = members.iter();
            let sorted = members.map(|(name, of)| (name.clone(), with_sorted_sets(of)));
            AttributeValue::M(sorted.collect())
        }
        other => other.clone(),
    }
}

/// Sets have no order of their own.
fn sorted(mut items: Vec<String>) -> Vec<String> {
    items.sort_unstable();
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<AttributeValue, String> {
        let value = text.parse::<AttributeText>();
        value
            .map(|value| value.0)
            .map_err(|error| error.to_string())
    }

    /// The value as it is listed, and as it is in messages.
    fn written(value: &AttributeValue) -> (String, String) {
        (
            serde_json::to_string(&Plain(value)).unwrap(),
            serde_json::to_string(&Typed(value)).unwrap(),
        )
    }

    #[test]
    fn json_has_its_type_and_is_listed_as_it_was_written() {
        let cases = [
            ("5", r#"{"N":"5"}"#),
            ("-0.10", r#"{"N":"-0.10"}"#),
            ("true", r#"{"BOOL":true}"#),
            ("null", r#"{"NULL":true}"#),
            (r#""5""#, r#"{"S":"5"}"#),
            ("[]", r#"{"L":[]}"#),
            (
                r#"{"a":[1,{"b":null}],"c":"d\n"}"#,
                r#"{"M":{"a":{"L":[{"N":"1"},{"M":{"b":{"NULL":true}}}]},"c":{"S":"d\n"}}}"#,
            ),
            (
                "[12345678901234567890123456789012345678]",
                r#"{"L":[{"N":"12345678901234567890123456789012345678"}]}"#,
            ),
        ];
        for (text, message) in cases {
            let value = read(text).unwrap();
            let wanted = (text.to_owned(), message.to_owned());
            assert_eq!(written(&value), wanted);
            let sent = serde_json::from_str(message).unwrap();
            assert_eq!(untyped(&sent), value, "{message}");
        }
    }

    #[test]
    fn what_is_not_json_is_text() {
        for text in [
            "", "blue", "{a: 1}", "05", "+5", "1,5", "NaN", "True", "5 6",
        ] {
            assert_eq!(read(text).unwrap(), AttributeValue::S(text.to_owned()));
        }
    }

    #[test]
    fn numbers_are_those_that_dynamodb_keeps() {
        let digits = "1234567890".repeat(4);
        let (most, more) = (&digits[..38], &digits[..39]);
        for kept in [
            most,
            &format!("-0.000{most}"),
            &format!("{most}000"),
            "1e-130",
            "9.9E+125",
            "0.1e126",
        ] {
            assert_eq!(read(kept).unwrap(), AttributeValue::N(kept.to_owned()));
        }
        for refused in [more, &format!("[0.{more}]")] {
            let error = read(refused).unwrap_err();
            let wanted = "a number has 39 significant digits; the limit of DynamoDB is 38";
            assert_eq!(error, wanted);
        }
        for refused in [
            "1e126",
            "-10E125",
            "1e-131",
            "0.1e-130",
            "1e99999999999999999999",
        ] {
            let error = read(refused).unwrap_err();
            assert!(error.contains("out of range"), "{refused}: {error}");
        }
        for zero in ["0", "-0.00", "0e999999999999999999999"] {
            assert_eq!(read(zero).unwrap(), AttributeValue::N("0".to_owned()));
        }
    }

    #[test]
    fn values_are_nested_as_deep_as_dynamodb_keeps_them() {
        let nested = |levels| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(written(&read(&nested(32)).unwrap()).0, nested(32));
        for levels in [33, 100_000] {
            let error = read(&nested(levels)).unwrap_err();
            assert!(error.contains("32 levels"), "{error}");
        }
    }

    #[test]
    fn sets_and_bytes_of_others_are_listed() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let blob = |text: &str| Blob::new(text);
        let cases = [
            (AttributeValue::Ss(texts(&["b", "a"])), r#"["a","b"]"#),
            (
                AttributeValue::Ns(texts(&["12345678901234567890123"])),
                "[12345678901234567890123]",
            ),
            (AttributeValue::B(blob("hi")), r#""aGk=""#),
            (
                AttributeValue::Bs(vec![blob("b"), blob("a")]),
                r#"["YQ==","Yg=="]"#,
            ),
        ];
        for (value, listed) in cases {
            let (plain, message) = written(&value);
            assert_eq!(plain, listed);
            let sent = serde_json::from_str(&message).unwrap();
            assert_eq!(written(&untyped(&sent)).0, listed);
        }
    }
}
