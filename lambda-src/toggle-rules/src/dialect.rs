//! flagd's operators as flagd has them, where the engine's own differ:
//!
//! | operator | flagd | the engine |
//! |---|---|---|
//! | `starts_with`, `ends_with` | null if one is no text | takes everything for text |
//! | `fractional` | also for conditions: `true` and `false` as buckets | only texts |
//! | weights of `fractional` | also by an operation | the same, without a bound for the sum |

use datalogic_rs::bumpalo::Bump;
use datalogic_rs::operator::EvalContext;
use datalogic_rs::{CustomOperator, DataValue, Engine};
use serde_json::{Map, Value, json};

/// The highest sum of weights: a signed number of 32 bits, as in flagd.
const HIGHEST: i64 = i32::MAX as i64;
const STARTS_WITH: &str = "flagd.starts_with";
const ENDS_WITH: &str = "flagd.ends_with";
const TRUTH: &str = "flagd.truth";
const WEIGHT: &str = "flagd.weight";

/// The engine, with what it lacks.
pub(crate) fn engine() -> Engine {
    Engine::builder()
        .add_operator(STARTS_WITH, OfTexts(|text, part| text.starts_with(part)))
        .add_operator(ENDS_WITH, OfTexts(|text, part| text.ends_with(part)))
        .add_operator(TRUTH, Truth)
        .add_operator(WEIGHT, Weight)
        .build()
}

/// Targeting of flagd's in the engine's operators.
///
/// # Errors
/// Why an operation always fails.
pub(crate) fn adapted(node: &Value) -> Result<Value, String> {
    match node {
        Value::Array(nodes) => nodes.iter().map(adapted).collect(),
        Value::Object(operation) => operation
            .iter()
            .map(|(name, arguments)| {
                let arguments = adapted(arguments)?;
                match name.as_str() {
                    "starts_with" => of_texts(name, STARTS_WITH, arguments),
                    "ends_with" => of_texts(name, ENDS_WITH, arguments),
                    "fractional" => fractional(arguments),
                    _ => Ok((name.clone(), arguments)),
                }
            })
            .collect::<Result<Map<_, _>, _>>()
            .map(Value::Object),
        _ => Ok(node.clone()),
    }
}

type Operation = (String, Value);

fn of_texts(name: &str, own: &str, arguments: Value) -> Result<Operation, String> {
    match arguments.as_array().map_or(1, Vec::len) {
        2 => Ok((own.to_owned(), arguments)),
        count => Err(format!("`{name}` has {count} arguments; it takes 2")),
    }
}

fn fractional(mut arguments: Value) -> Result<Operation, String> {
    let mut buckets: Vec<_> = arguments.as_array_mut().into_iter().flatten().collect();
    buckets.retain(|bucket| bucket.is_array());
    let count = i64::try_from(buckets.len()).unwrap_or(i64::MAX);
    let mut sum = 0;
    let mut is_truth = !buckets.is_empty();
    for bucket in buckets
        .iter_mut()
        .filter_map(|bucket| bucket.as_array_mut())
    {
        match bucket.get_mut(1) {
            Some(weight) if weight.is_object() => {
                *weight = json!({ WEIGHT: [weight, HIGHEST / count.max(1)] });
            }
            Some(weight) => sum += checked(weight)?.max(0),
            None => sum += 1,
        }
        is_truth &= bucket.first().is_some_and(Value::is_boolean);
    }
    if sum > HIGHEST {
        return Err(format!("weights add up to {sum}; the most is {HIGHEST}"));
    }
    if !is_truth {
        return Ok(("fractional".to_owned(), arguments));
    }
    for bucket in buckets.into_iter().filter_map(Value::as_array_mut) {
        bucket[0] = bucket[0].to_string().into();
    }
    Ok((TRUTH.to_owned(), json!([{ "fractional": arguments }])))
}

/// A weight that is stated. One below zero counts as zero.
fn checked(weight: &Value) -> Result<i64, String> {
    let possible = weight
        .as_i64()
        .filter(|weight| (-HIGHEST..=HIGHEST).contains(weight));
    possible.ok_or_else(|| no_weight(weight))
}

pub(crate) fn no_weight(weight: &Value) -> String {
    format!("{weight} is no weight: it must be an integer from 0")
}

/// An operator on two texts, which is null for other values.
struct OfTexts(fn(&str, &str) -> bool);

impl CustomOperator for OfTexts {
    fn evaluate<'a>(
        &self,
        arguments: &[&'a DataValue<'a>],
        _: &mut EvalContext<'_, 'a>,
        arena: &'a Bump,
    ) -> datalogic_rs::Result<&'a DataValue<'a>> {
        let texts = match arguments {
            [text, part] => text.as_str().zip(part.as_str()),
            _ => None,
        };
        let holds = texts.map(|(text, part)| DataValue::Bool((self.0)(text, part)));
        Ok(arena.alloc(holds.unwrap_or(DataValue::Null)))
    }
}

/// A bucket's name as a truth value.
struct Truth;

impl CustomOperator for Truth {
    fn evaluate<'a>(
        &self,
        arguments: &[&'a DataValue<'a>],
        _: &mut EvalContext<'_, 'a>,
        arena: &'a Bump,
    ) -> datalogic_rs::Result<&'a DataValue<'a>> {
        let name = arguments.first().and_then(|name| name.as_str());
        let truth = name.map(|name| DataValue::Bool(name == "true"));
        Ok(arena.alloc(truth.unwrap_or(DataValue::Null)))
    }
}

/// A weight that an operation gave, between zero and the second argument: zero if it is no integer.
struct Weight;

impl CustomOperator for Weight {
    fn evaluate<'a>(
        &self,
        arguments: &[&'a DataValue<'a>],
        _: &mut EvalContext<'_, 'a>,
        arena: &'a Bump,
    ) -> datalogic_rs::Result<&'a DataValue<'a>> {
        let mut numbers = arguments.iter().map(|argument| argument.as_i64());
        let weight = numbers.next().flatten().unwrap_or(0);
        let highest = numbers.next().flatten().unwrap_or(0);
        Ok(arena.alloc(DataValue::from_i64(weight.clamp(0, highest.max(0)))))
    }
}
