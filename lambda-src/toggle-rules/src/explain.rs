//! Which part of a rule decides, for people.

use datalogic_rs::bumpalo::Bump;
use jiff::Timestamp;
use serde_json::Value;

use crate::Item;
use crate::error::RuleError;
use crate::logic::{Client, parse, resolve};

/// One condition of the targeting, in the order in which they are tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The condition as it is written, in JSON: with the names of segments.
    pub condition: String,
    /// Whether it holds for the client.
    pub holds: bool,
    /// What it gives if it holds, in JSON.
    pub gives: String,
}

/// The conditions of the targeting's nested `if`s up to the one that decides. None if it is no `if`.
///
/// # Errors
/// If the targeting is broken.
pub fn clauses<'i>(
    id: &str,
    targeting: &str,
    find: &impl Fn(&str) -> Option<&'i Item>,
    context: Option<&str>,
    at_ms: u64,
) -> Result<Vec<Clause>, RuleError> {
    let arena = Bump::new();
    let client = Client::of(context, &arena);
    let at = i64::try_from(at_ms).ok();
    let at = at.and_then(|at| Timestamp::from_millisecond(at).ok());
    let at = at.unwrap_or(Timestamp::MAX);
    let mut node = parse(targeting)?;
    let mut clauses = Vec::new();
    while let Some((condition, then, otherwise)) = branches(&node) {
        let mut resolved = condition.clone();
        resolve(&mut resolved, find, &mut Vec::new())?;
        let holds = client.holds(&resolved, id, at)?;
        clauses.push(Clause {
            condition: condition.to_string(),
            holds,
            gives: then.to_string(),
        });
        node = if holds { then } else { otherwise }.clone();
    }
    Ok(clauses)
}

/// The condition of an `if`, what it gives, and what it gives otherwise.
fn branches(node: &Value) -> Option<(&Value, &Value, &Value)> {
    let object = node.as_object().filter(|object| object.len() == 1)?;
    match object.get("if")?.as_array()?.as_slice() {
        [condition, then, otherwise] => Some((condition, then, otherwise)),
        [condition, then] => Some((condition, then, &Value::Null)),
        _ => None,
    }
}
