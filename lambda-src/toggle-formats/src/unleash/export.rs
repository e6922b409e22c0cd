//! Items to Unleash's flags.

use serde_json::{Map, Value, json};
use toggle_contract::doors::{GROUPS, SUBJECT, TARGETING_KEY};
use toggle_contract::{RAMP, TARGETING, VALUE, WINDOWS};

use super::{TIME, USER, WHOLE};
use crate::item::{DESCRIPTION, NAME, is_active, prerequisites, segments, text, toggles};
use crate::logic::{Comparison, Condition, Part, Serve, Split, Test, all, not};
use crate::rules::Rules;
use crate::{Carried, Item, Items, Lost};

/// The project that flags are of.
const PROJECT: &str = "default";

/// An export of an environment. A toggle whose rules Unleash cannot have is disabled there.
#[must_use]
pub fn export(items: &Items, environment: &str) -> Carried<Value> {
    let mut writing = Writing {
        segments: Vec::new(),
        lost: Vec::new(),
    };
    let mut segments = Vec::new();
    for (index, (name, condition)) in segments_of(items).enumerate() {
        match writing.segment(name, condition) {
            Some(constraints) => {
                let number = index + 1;
                writing.segments.push((name.to_owned(), number));
                segments.push(json!({ "id": number, "name": name, "constraints": constraints }));
            }
            None => writing.lose(&toggle_rules::segment_id(name), "the segment", NOTHING),
        }
    }
    let (mut features, mut strategies) = (Vec::new(), Vec::new());
    let (mut environments, mut dependencies) = (Vec::new(), Vec::new());
    for (id, item) in toggles(items) {
        let own = writing.strategies(id, item);
        let enabled = is_active(item) && own.is_some();
        features.push(json!({
            "name": id, "description": text(item, DESCRIPTION), "type": "release", "project": PROJECT,
            "stale": false, "impressionData": false, "archived": false,
        }));
        environments.push(json!({
            "name": id, "featureName": id, "environment": environment, "enabled": enabled, "variants": [],
        }));
        strategies.extend(own.unwrap_or_default());
        let requires = prerequisites(item);
        if !requires.is_empty() {
            let requires = requires.iter().map(|id| json!({ "feature": id }));
            let requires: Vec<_> = requires.collect();
            dependencies.push(json!({ "feature": id, "dependencies": requires }));
        }
    }
    let document = json!({
        "features": features, "featureStrategies": strategies, "featureEnvironments": environments,
        "segments": segments, "dependencies": dependencies, "contextFields": [], "featureTags": [], "tagTypes": [],
    });
    Carried {
        content: document,
        lost: writing.lost,
    }
}

const NOTHING: &str = "Unleash has nothing like it";
const DISABLED: &str = "Unleash has nothing like it: exported as disabled";

fn segments_of(items: &Items) -> impl Iterator<Item = (&str, &str)> {
    segments(items)
}

struct Writing {
    /// The names of segments, and their numbers.
    segments: Vec<(String, usize)>,
    lost: Vec<Lost>,
}

/// The parts of a strategy.
#[derive(Default)]
struct Parts {
    constraints: Vec<Value>,
    segments: Vec<usize>,
    rollout: Option<(u64, Option<String>)>,
}

impl Writing {
    fn lose(&mut self, id: &str, what: &str, why: &str) {
        self.lost.push(Lost::new(id, what, why));
    }

    fn segment(&mut self, name: &str, condition: &str) -> Option<Vec<Value>> {
        let condition = serde_json::from_str::<Value>(condition).ok()?;
        let tree = crate::logic::parse(&condition)?;
        let [(condition, _)] = &tree.rules[..] else {
            return None;
        };
        // A segment's constraints hold together.
        let ways = condition.ways()?;
        let [way] = &ways[..] else {
            return None;
        };
        let parts = self.parts(&toggle_rules::segment_id(name), way)?;
        (parts.segments.is_empty() && parts.rollout.is_none()).then_some(parts.constraints)
    }

    /// The strategies of a toggle; `None` if it cannot have its rules.
    fn strategies(&mut self, id: &str, item: &Item) -> Option<Vec<Value>> {
        if text(item, NAME).is_some_and(|name| name != id) {
            self.lose(id, NAME, "a flag of Unleash has its name only");
        }
        let rules = match Rules::of(item) {
            Ok(rules) => rules,
            Err(what) => {
                self.lose(id, what, DISABLED);
                return None;
            }
        };
        if item.contains_key(RAMP) {
            self.lose(id, RAMP, DISABLED);
            return None;
        }
        if item.contains_key(VALUE) && rules.variants.is_empty() {
            self.lose(id, VALUE, "a flag without variants has no value");
        }
        let Some(open) = rules.open() else {
            self.lose(id, WINDOWS, DISABLED);
            return None;
        };
        let (mut strategies, mut before) = (Vec::new(), Vec::new());
        for (condition, serve) in rules.list() {
            let mut parts = before.clone();
            parts.extend([open.clone(), condition.clone()]);
            before.push(not(condition));
            let Some(serve) = rules.serves(&serve) else {
                continue;
            };
            let whole = all(parts);
            let Some(served) = self.served(id, &whole, &serve, &rules) else {
                self.lose(id, TARGETING, DISABLED);
                return None;
            };
            strategies.extend(served);
        }
        for (index, strategy) in strategies.iter_mut().enumerate() {
            strategy["sortOrder"] = index.into();
            strategy["featureName"] = id.into();
        }
        if strategies.is_empty() {
            // One without strategies would be on.
            strategies.push(json!({
                "name": "flexibleRollout", "featureName": id, "sortOrder": 0, "disabled": false, "segments": [],
                "constraints": [], "variants": [], "parameters": parameters(id, 0, None),
            }));
        }
        Some(strategies)
    }

    /// The strategies that serve something if a condition holds.
    fn served(
        &mut self,
        id: &str,
        condition: &Condition,
        serve: &Serve,
        rules: &Rules,
    ) -> Option<Vec<Value>> {
        let mut strategies = Vec::new();
        for way in condition.ways()? {
            let mut parts = self.parts(id, &way)?;
            let mut variants = Vec::new();
            match serve {
                Serve::Split(split) if rules.variants.is_empty() => {
                    let share = percent(split)?;
                    if parts.rollout.replace(share).is_some() {
                        return None;
                    }
                }
                Serve::Split(split) => variants = divided(split, rules)?,
                Serve::Variant(name) if !rules.variants.is_empty() => {
                    variants = divided(
                        &Split {
                            by: None,
                            parts: vec![(name.clone(), 1)],
                        },
                        rules,
                    )?;
                }
                _ => {}
            }
            let (percent, by) = parts.rollout.unwrap_or((100, None));
            if percent < 100 || variants.len() > 1 {
                self.share(id);
            }
            strategies.push(json!({
                "name": "flexibleRollout", "disabled": false, "constraints": parts.constraints,
                "segments": parts.segments, "variants": variants,
                "parameters": parameters(id, percent, by.as_deref()),
            }));
        }
        Some(strategies)
    }

    fn share(&mut self, id: &str) {
        let lost = Lost::new(
            id,
            "percentage",
            "of as many people, but of other ones: Unleash takes another hash",
        );
        if !self.lost.contains(&lost) {
            self.lost.push(lost);
        }
    }

    /// A strategy of parts that hold together. `None`: it cannot have one of them.
    fn parts(&mut self, id: &str, way: &[Part<'_>]) -> Option<Parts> {
        let mut parts = Parts::default();
        let is_tested = |name: &str| {
            let other = |part: &Part<'_>| matches!(part, (Condition::Is(of, test), true) if of == name && *test != Test::Known);
            way.iter().any(other)
        };
        for (condition, holds) in way {
            match condition {
                // A constraint on something that is not known does not hold.
                Condition::Is(name, Test::Known) if *holds && is_tested(name) => {}
                Condition::Is(name, test) => {
                    if name == GROUPS {
                        self.lose(id, GROUPS, "Unleash's context has texts alone, no lists");
                    }
                    parts.constraints.push(constraint(name, test, *holds)?);
                }
                Condition::Time(comparison, seconds) => {
                    parts.constraints.push(time(*comparison, *seconds, *holds)?);
                }
                Condition::Segment(name) if *holds => {
                    let known = self.segments.iter().find(|(of, _)| of == name)?;
                    parts.segments.push(known.1);
                }
                Condition::Share(split) if *holds => {
                    if parts.rollout.replace(percent(split)?).is_some() {
                        return None;
                    }
                }
                _ => return None,
            }
        }
        Some(parts)
    }
}

fn parameters(id: &str, percent: u64, by: Option<&str>) -> Value {
    json!({ "groupId": id, "rollout": percent.to_string(), "stickiness": by.unwrap_or("default") })
}

/// The percentage of `on` among shares, if it is whole, and by what they are divided.
fn percent(split: &Split) -> Option<(u64, Option<String>)> {
    let on = |(name, _): &&(String, u64)| ["on", "true"].contains(&name.as_str());
    let whole: u64 = split.parts.iter().map(|(_, weight)| weight).sum();
    let on: u64 = split
        .parts
        .iter()
        .filter(on)
        .map(|(_, weight)| weight)
        .sum();
    let is_whole = whole > 0 && (on * 100).is_multiple_of(whole);
    is_whole.then(|| {
        (
            on * 100 / whole,
            split.by.as_deref().map(field).map(str::to_owned),
        )
    })
}

/// Variants with their shares of a thousand.
fn divided(split: &Split, rules: &Rules) -> Option<Vec<Value>> {
    let whole: u64 = split.parts.iter().map(|(_, weight)| weight).sum();
    let stickiness = split.by.as_deref().map_or("default", field);
    let mut left = WHOLE;
    let mut variants = Vec::new();
    for (index, (name, weight)) in split.parts.iter().enumerate() {
        let is_last = index + 1 == split.parts.len();
        let share = if is_last {
            left
        } else {
            (weight * WHOLE).checked_div(whole)?
        };
        left = left.checked_sub(share)?;
        variants.push(json!({
            "name": name, "weight": share, "weightType": "variable", "stickiness": stickiness,
            "payload": payload(rules.variants.get(name)?),
        }));
    }
    Some(variants)
}

fn payload(value: &Value) -> Value {
    match value {
        Value::String(text) => json!({ "type": "string", "value": text }),
        Value::Number(number) => json!({ "type": "number", "value": number.to_string() }),
        other => json!({ "type": "json", "value": other.to_string() }),
    }
}

fn field(name: &str) -> &str {
    match name {
        SUBJECT | TARGETING_KEY => USER,
        name => name,
    }
}

fn constraint(name: &str, test: &Test, holds: bool) -> Option<Value> {
    let texts = |values: &[Value]| -> Vec<String> {
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        values.iter().map(text).collect()
    };
    let (operator, values, value) = match test {
        Test::Known | Test::Version(..) | Test::Number(..) if !holds => return None,
        Test::Known => return None,
        Test::OneOf(values) | Test::Has(values) => ("IN".to_owned(), texts(values), None),
        Test::Starts(text) => ("STR_STARTS_WITH".to_owned(), vec![text.clone()], None),
        Test::Ends(text) => ("STR_ENDS_WITH".to_owned(), vec![text.clone()], None),
        Test::Contains(text) => ("STR_CONTAINS".to_owned(), vec![text.clone()], None),
        Test::Number(comparison, number) => (
            format!("NUM_{}", letters(*comparison)),
            Vec::new(),
            Some(number.to_string()),
        ),
        Test::Version(comparison, version) => (
            format!("SEMVER_{}", letters(*comparison)),
            Vec::new(),
            Some(version.clone()),
        ),
    };
    let (operator, inverted) = match operator.as_str() {
        "IN" if !holds => ("NOT_IN".to_owned(), false),
        _ => (operator, !holds),
    };
    let mut constraint = Map::from_iter([
        ("contextName".to_owned(), field(name).into()),
        ("operator".to_owned(), operator.into()),
        ("inverted".to_owned(), inverted.into()),
        ("caseInsensitive".to_owned(), false.into()),
        ("values".to_owned(), values.into()),
    ]);
    constraint.extend(value.map(|value| ("value".to_owned(), value.into())));
    Some(constraint.into())
}

const fn letters(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "EQ",
        Comparison::Less => "LT",
        Comparison::LessOrEqual => "LTE",
        Comparison::Greater => "GT",
        Comparison::GreaterOrEqual => "GTE",
    }
}

/// A comparison with the time: after the last moment of the second before, or before a second.
fn time(comparison: Comparison, seconds: i64, holds: bool) -> Option<Value> {
    let (is_after, seconds) = match (comparison, holds) {
        (Comparison::GreaterOrEqual, true) | (Comparison::Less, false) => (true, seconds),
        (Comparison::Greater, true) | (Comparison::LessOrEqual, false) => (true, seconds + 1),
        (Comparison::Less, true) | (Comparison::GreaterOrEqual, false) => (false, seconds),
        (Comparison::LessOrEqual, true) | (Comparison::Greater, false) => (false, seconds + 1),
        (Comparison::Equal, _) => return None,
    };
    let at = jiff::Timestamp::from_second(seconds).ok()?;
    let at = if is_after {
        at - jiff::SignedDuration::from_millis(1)
    } else {
        at
    };
    let operator = if is_after {
        "DATE_AFTER"
    } else {
        "DATE_BEFORE"
    };
    Some(json!({
        "contextName": TIME, "operator": operator, "value": format!("{at:.3}"), "values": [],
        "inverted": false, "caseInsensitive": false,
    }))
}
