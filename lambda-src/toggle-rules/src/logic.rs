//! flagd's targeting: compiled, and evaluated for one client.

use std::sync::LazyLock;

use datalogic_rs::bumpalo::Bump;
use datalogic_rs::{DataValue, Engine, Logic};
use jiff::Timestamp;
use serde_json::Value;
use toggle_contract::SEGMENT;

use crate::Item;
use crate::dialect::{adapted, engine, no_weight};
use crate::error::RuleError;
use crate::references::{reference, segment_id};
use crate::text;

/// flagd's operators: those of its targeting schema (<https://flagd.dev/schema/v0/targeting.json>).
const OPERATORS: [&str; 36] = [
    "!",
    "!!",
    "!=",
    "!==",
    "%",
    "*",
    "+",
    "-",
    "/",
    "<",
    "<=",
    "==",
    "===",
    ">",
    ">=",
    "all",
    "and",
    "cat",
    "ends_with",
    "filter",
    "fractional",
    "if",
    "in",
    "map",
    "max",
    "merge",
    "min",
    "missing",
    "missing_some",
    "none",
    "or",
    "reduce",
    "sem_ver",
    "some",
    "starts_with",
    "substr",
];
/// And the one that reads the context.
const VAR: &str = "var";
/// The operators that evaluate a part of a rule for each element of a list.
const ITERATORS: [&str; 6] = ["all", "filter", "map", "none", "reduce", "some"];
/// The longest targeting with its segments, in bytes: a rule has some hundred. With [`ITERATORS`] that are in
/// no other ones it bounds what an evaluation costs.
const LIMIT: usize = 65_536;
/// The key of what flagd adds to a context.
const FLAGD: &str = "$flagd";

static ENGINE: LazyLock<Engine> = LazyLock::new(engine);

/// What the targeting gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// Nothing: the default.
    Nothing,
    /// A variant's name.
    Name(String),
}

/// Compiles targeting, with the segments that it refers to in their places.
pub(crate) fn compile<'i>(
    targeting: &str,
    find: &impl Fn(&str) -> Option<&'i Item>,
) -> Result<Option<Logic>, RuleError> {
    let mut json = parse(targeting)?;
    // flagd's empty targeting.
    if json.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(None);
    }
    resolve(&mut json, find, &mut Vec::new())?;
    built(&json).map(Some)
}

fn built(json: &Value) -> Result<Logic, RuleError> {
    well_formed(json, false).map_err(RuleError::Targeting)?;
    if json.to_string().len() > LIMIT {
        return Err(RuleError::Targeting(format!(
            "it has more than {LIMIT} bytes with its segments"
        )));
    }
    let adapted = adapted(json).map_err(RuleError::Targeting)?;
    let compiled = ENGINE.compile(&adapted);
    compiled.map_err(|error| RuleError::Targeting(error.to_string()))
}

/// Whether each object is one of flagd's operations, which the engine alone would find out when it comes to
/// evaluate it. `iterates`: it is evaluated for each element of a list.
fn well_formed(node: &Value, iterates: bool) -> Result<(), String> {
    match node {
        Value::Array(array) => array
            .iter()
            .try_for_each(|node| well_formed(node, iterates)),
        Value::Object(object) => {
            let mut entries = object.iter();
            let (Some((name, arguments)), None) = (entries.next(), entries.next()) else {
                return Err(format!("{node} is no operation: it must have one operator"));
            };
            if name == VAR {
                return Ok(());
            }
            if !OPERATORS.contains(&name.as_str()) {
                return Err(format!("flagd has no operator `{name}`"));
            }
            let is_iterator = ITERATORS.contains(&name.as_str());
            if is_iterator && iterates {
                return Err(format!("`{name}` is within another operator on lists"));
            }
            well_formed(arguments, iterates || is_iterator)
        }
        _ => Ok(()),
    }
}

/// Checks targeting or a segment's condition before it is written: that it is JSON, and that no operator is
/// unknown or has arguments with which it always fails. Segments are taken for conditions that hold.
///
/// # Errors
/// [`RuleError::Targeting`] with everything that was found.
pub fn check(targeting: &str) -> Result<(), RuleError> {
    let mut json = parse(targeting)?;
    if !json.is_object() {
        return Err(RuleError::Targeting(
            "it must be an object, such as {\"if\": [CONDITION, \"on\", \"off\"]}".to_owned(),
        ));
    }
    forget_references(&mut json);
    built(&json)?;
    counted(&json).map_err(RuleError::Targeting)
}

/// Whether each operation has the arguments that flagd's schema lets it have: other engines of flagd read
/// exported rules.
fn counted(node: &Value) -> Result<(), String> {
    match node {
        Value::Array(array) => array.iter().try_for_each(counted),
        Value::Object(object) => object.iter().try_for_each(|(name, arguments)| {
            let count = arguments.as_array().map_or(1, Vec::len);
            let (least, most) = match name.as_str() {
                "if" | "sem_ver" => (3, 3),
                "==" | "===" | "!=" | "!==" | ">" | ">=" | "%" | "/" | "map" | "filter" | "all"
                | "none" | "some" | "in" | "starts_with" | "ends_with" | "missing_some" => (2, 2),
                "reduce" | "substr" => (2, 3),
                "+" | "*" => (2, usize::MAX),
                "!" | "!!" => (1, 1),
                _ => (1, usize::MAX),
            };
            if count < least || count > most {
                let wanted = if least == most {
                    least.to_string()
                } else {
                    format!("at least {least}")
                };
                return Err(format!("`{name}` has {count} arguments; it takes {wanted}"));
            }
            if name == "fractional" {
                let buckets = arguments.as_array().into_iter().flatten();
                let mut weights = buckets.filter_map(|bucket| bucket.get(1)?.as_i64());
                if let Some(weight) = weights.find(|weight| *weight < 0) {
                    return Err(no_weight(&weight.into()));
                }
            }
            counted(arguments)
        }),
        _ => Ok(()),
    }
}

fn forget_references(node: &mut Value) {
    if reference(node).is_some() {
        *node = Value::Bool(true);
        return;
    }
    match node {
        Value::Object(object) => object.values_mut().for_each(forget_references),
        Value::Array(array) => array.iter_mut().for_each(forget_references),
        _ => {}
    }
}

pub(crate) fn parse(targeting: &str) -> Result<Value, RuleError> {
    serde_json::from_str(targeting).map_err(|error| RuleError::Targeting(error.to_string()))
}

/// Targeting with the segments that it refers to in their places: for engines that know no other file's.
///
/// # Errors
/// [`RuleError::NoSegment`], or [`RuleError::Circle`].
pub fn inlined<'i>(
    targeting: &Value,
    find: &impl Fn(&str) -> Option<&'i Item>,
) -> Result<Value, RuleError> {
    let mut json = targeting.clone();
    resolve(&mut json, find, &mut Vec::new())?;
    Ok(json)
}

/// Puts segments in the places of their references. `above`: the segments that this node is in.
pub(crate) fn resolve<'i>(
    node: &mut Value,
    find: &impl Fn(&str) -> Option<&'i Item>,
    above: &mut Vec<String>,
) -> Result<(), RuleError> {
    if let Some(name) = reference(node).map(str::to_owned) {
        if above.contains(&name) {
            return Err(RuleError::Circle(segment_id(&name)));
        }
        let item = find(&segment_id(&name));
        let condition = item.map(|item| text(item, SEGMENT)).transpose()?.flatten();
        let condition = condition.ok_or_else(|| RuleError::NoSegment(name.clone()))?;
        let mut condition = parse(condition)?;
        above.push(name);
        resolve(&mut condition, find, above)?;
        above.pop();
        *node = condition;
        return Ok(());
    }
    match node {
        Value::Object(object) => object
            .values_mut()
            .try_for_each(|node| resolve(node, find, above)),
        Value::Array(array) => array
            .iter_mut()
            .try_for_each(|node| resolve(node, find, above)),
        _ => Ok(()),
    }
}

/// One client, for whom several rules are evaluated.
pub(crate) struct Client<'a> {
    arena: &'a Bump,
    context: &'a [(&'a str, DataValue<'a>)],
}

impl<'a> Client<'a> {
    /// From the JSON of its context. What is no object is a client of whom nothing is known.
    pub(crate) fn of(context: Option<&'a str>, arena: &'a Bump) -> Self {
        let parsed = context.and_then(|json| DataValue::from_str(json, arena).ok());
        let context = match parsed {
            Some(DataValue::Object(pairs)) => pairs,
            _ => &[],
        };
        Self { arena, context }
    }

    /// Evaluates targeting of a toggle for it.
    pub(crate) fn evaluate(
        &self,
        logic: &Logic,
        toggle: &str,
        at: Timestamp,
    ) -> Result<Chosen, RuleError> {
        let result = self.run(logic, toggle, at)?;
        match result {
            DataValue::Null => Ok(Chosen::Nothing),
            DataValue::Bool(true) => Ok(Chosen::Name("true".to_owned())),
            DataValue::Bool(false) => Ok(Chosen::Name("false".to_owned())),
            DataValue::String(name) => Ok(Chosen::Name((*name).to_owned())),
            other => Err(RuleError::NoName(format!("{other:?}"))),
        }
    }

    /// Whether a condition holds for it, as `if` decides that.
    pub(crate) fn holds(
        &self,
        condition: &Value,
        toggle: &str,
        at: Timestamp,
    ) -> Result<bool, RuleError> {
        let logic = built(condition)?;
        let result = self.run(&logic, toggle, at)?;
        Ok(ENGINE.truthy(result))
    }

    fn run<'l>(
        &self,
        logic: &'l Logic,
        toggle: &str,
        at: Timestamp,
    ) -> Result<&'l DataValue<'l>, RuleError>
    where
        'a: 'l,
    {
        let arena = self.arena;
        let flagd = arena.alloc_slice_fill_iter([
            ("flagKey", DataValue::String(arena.alloc_str(toggle))),
            ("timestamp", DataValue::from_i64(at.as_second())),
        ]);
        let own = self
            .context
            .iter()
            .filter(|(name, _)| *name != FLAGD)
            .copied();
        let data = own
            .chain([(FLAGD, DataValue::Object(flagd))])
            .collect::<Vec<_>>();
        let data = DataValue::Object(arena.alloc_slice_fill_iter(data));
        ENGINE
            .evaluate(logic, data, arena)
            .map_err(|error| RuleError::Evaluation(error.to_string()))
    }
}

/// The moments, in seconds, at which comparisons with flagd's `$flagd.timestamp` may change: each number that
/// it is compared with, and the second after.
pub(crate) fn timestamps(node: &Value, found: &mut Vec<i64>) {
    let is_timestamp = |node: &Value| {
        let var = node.get("var");
        let name = var.and_then(|var| var.as_str().or_else(|| var.get(0)?.as_str()));
        name == Some("$flagd.timestamp")
    };
    match node {
        Value::Object(object) => object.values().for_each(|node| timestamps(node, found)),
        Value::Array(array) => {
            if array.iter().any(is_timestamp) {
                let numbers = array.iter().filter_map(Value::as_i64);
                found.extend(numbers.flat_map(|at| [at, at.saturating_add(1)]));
            }
            for node in array {
                timestamps(node, found);
            }
        }
        _ => {}
    }
}
