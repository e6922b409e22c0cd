//! flagd's targeting as conditions, as far as it is one.

use serde_json::{Map, Value};

use super::{Comparison, Condition, Serve, Split, Test, Tree, all, any, not};
use toggle_contract::doors::GROUPS;

/// Targeting as conditions. `None`: it has something that they have not.
pub(crate) fn parse(targeting: &Value) -> Option<Tree> {
    if let Some([condition, then, otherwise]) = arguments(targeting, "if")
        && serve(targeting).is_none()
    {
        let condition = parse_condition(condition)?;
        let (then, mut rest) = (parse(then)?, parse(otherwise)?);
        let inner = then.rules.into_iter();
        let mut rules: Vec<_> = inner
            .map(|(inner, serve)| (all(vec![condition.clone(), inner]), serve))
            .collect();
        rules.push((condition, then.otherwise));
        rules.append(&mut rest.rules);
        return Some(Tree {
            rules,
            otherwise: rest.otherwise,
        });
    }
    let truth = |name: &str| Serve::Variant(name.to_owned());
    if let Some(otherwise) = serve(targeting) {
        return Some(Tree {
            rules: Vec::new(),
            otherwise,
        });
    }
    let rules = vec![(parse_condition(targeting)?, truth("true"))];
    Some(Tree {
        rules,
        otherwise: truth("false"),
    })
}

fn serve(node: &Value) -> Option<Serve> {
    match node {
        Value::Null => Some(Serve::Nothing),
        Value::String(name) => Some(Serve::Variant(name.clone())),
        Value::Bool(truth) => Some(Serve::Variant(truth.to_string())),
        node => split(node).map(Serve::Split),
    }
}

/// Shares of clients, by their key or by an attribute.
fn split(node: &Value) -> Option<Split> {
    if let Some([by, then, Value::Null]) = arguments(node, "if") {
        let split = split(then)?;
        return (variable(by) == split.by.as_deref() && split.by.is_some()).then_some(split);
    }
    let mut buckets = arguments(node, "fractional")?;
    let mut by = None;
    if let Some((first, rest)) = buckets.split_first()
        && !first.is_array()
    {
        let [key, attribute] = arguments(first, "cat")? else {
            return None;
        };
        if variable(key) != Some("$flagd.flagKey") {
            return None;
        }
        by = Some(variable(attribute)?.to_owned()).filter(|by| by != "targetingKey");
        buckets = rest;
    }
    let parts = buckets
        .iter()
        .map(|bucket| match bucket.as_array()?.as_slice() {
            [Value::String(name), weight] => Some((name.clone(), weight.as_u64()?)),
            [Value::String(name)] => Some((name.clone(), 1)),
            _ => None,
        });
    Some(Split {
        by,
        parts: parts.collect::<Option<_>>()?,
    })
}

/// A condition. `None`: it is another one.
fn parse_condition(node: &Value) -> Option<Condition> {
    let node = match node {
        Value::Bool(true) => return Some(Condition::Always),
        Value::Bool(false) => return Some(Condition::Never),
        node => node.as_object()?,
    };
    let (operator, operand) = single(node)?;
    let list = operand
        .as_array()
        .map_or(std::slice::from_ref(operand), Vec::as_slice);
    match operator {
        "and" => Some(all(conditions(list)?)),
        "or" => Some(any(conditions(list)?)),
        "!" => match list {
            [inner] => Some(not(parse_condition(inner)?)),
            _ => None,
        },
        "$ref" => Some(Condition::Segment(operand.as_str()?.to_owned())),
        "!=" | "!==" => match list {
            [of, Value::Null] => Some(Condition::Is(variable(of)?.to_owned(), Test::Known)),
            [one, other] => Some(not(equal(one, other)?)),
            _ => None,
        },
        "==" | "===" => match list {
            [one, other] => share(one, other).or_else(|| equal(one, other)),
            _ => None,
        },
        "in" => contained(list),
        "starts_with" => text(list, Test::Starts),
        "ends_with" => text(list, Test::Ends),
        "sem_ver" => match list {
            [of, Value::String(operator), Value::String(version)] => {
                let of = variable(of)?.to_owned();
                let is = |comparison| Condition::Is(of, Test::Version(comparison, version.clone()));
                match operator.as_str() {
                    "!=" => Some(not(is(Comparison::Equal))),
                    operator => Comparison::of(operator).map(is),
                }
            }
            _ => None,
        },
        operator => compared(Comparison::of(operator)?, list),
    }
}

fn conditions(nodes: &[Value]) -> Option<Vec<Condition>> {
    nodes.iter().map(parse_condition).collect()
}

fn equal(one: &Value, other: &Value) -> Option<Condition> {
    let (of, value) = match variable(one) {
        Some(of) => (of, other),
        None => (variable(other)?, one),
    };
    let is_value = value.is_string() || value.is_number() || value.is_boolean();
    is_value.then(|| Condition::Is(of.to_owned(), Test::OneOf(vec![value.clone()])))
}

/// Shares of two, of which the first is asked for.
fn share(one: &Value, other: &Value) -> Option<Condition> {
    let split = split(one)?;
    let is_first = split
        .parts
        .first()
        .is_some_and(|(name, _)| other == name.as_str());
    (is_first && split.parts.len() == 2).then_some(Condition::Share(split))
}

fn contained(list: &[Value]) -> Option<Condition> {
    match list {
        [of, Value::Array(values)] if !values.iter().any(Value::is_object) => Some(Condition::Is(
            variable(of)?.to_owned(),
            Test::OneOf(values.clone()),
        )),
        [value, of] if !value.is_object() => {
            let of = variable(of)?.to_owned();
            // A text may be in a list or in a text; of the groups it is known.
            let test = match value {
                Value::String(text) if of != GROUPS => Test::Contains(text.clone()),
                value => Test::Has(vec![value.clone()]),
            };
            Some(Condition::Is(of, test))
        }
        _ => None,
    }
}

fn text(list: &[Value], test: impl Fn(String) -> Test) -> Option<Condition> {
    match list {
        [of, Value::String(text)] => {
            Some(Condition::Is(variable(of)?.to_owned(), test(text.clone())))
        }
        _ => None,
    }
}

fn compared(comparison: Comparison, list: &[Value]) -> Option<Condition> {
    let [one, other] = list else {
        return None;
    };
    let (of, comparison, value) = match variable(one) {
        Some(of) => (of, comparison, other),
        None => (variable(other)?, comparison.turned(), one),
    };
    if of == "$flagd.timestamp" {
        return Some(Condition::Time(comparison, value.as_i64()?));
    }
    match value {
        Value::Number(number) => Some(Condition::Is(
            of.to_owned(),
            Test::Number(comparison, number.clone()),
        )),
        _ => None,
    }
}

/// The name of what a node reads from the context.
fn variable(node: &Value) -> Option<&str> {
    match single(node.as_object()?)? {
        ("var", Value::String(name)) => Some(name),
        ("var", Value::Array(names)) => match names.as_slice() {
            [Value::String(name)] => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn arguments<'n>(node: &'n Value, operator: &str) -> Option<&'n [Value]> {
    match single(node.as_object()?)? {
        (name, Value::Array(arguments)) if name == operator => Some(arguments),
        _ => None,
    }
}

fn single(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = object.iter();
    match (members.next(), members.next()) {
        (Some((name, value)), None) => Some((name, value)),
        _ => None,
    }
}
