//! Items to LaunchDarkly's flags.

use serde_json::{Value, json};
use toggle_contract::doors::{SUBJECT, TARGETING_KEY};
use toggle_contract::{RAMP, TARGETING, VALUE, VARIANTS, WINDOWS};

use super::{KEY, USER, WHOLE};
use crate::item::{DESCRIPTION, NAME, is_active, prerequisites, segments, text, toggles};
use crate::logic::{Comparison, Condition, Part, Serve, Split, Test};
use crate::rules::Rules;
use crate::{Carried, Item, Items, Lost};

/// The flags in an environment. A toggle whose rules LaunchDarkly cannot have is off there.
#[must_use]
pub fn export(items: &Items, environment: &str) -> Carried<Value> {
    let mut lost = Vec::new();
    for (name, _) in segments(items) {
        let id = toggle_rules::segment_id(name);
        lost.push(Lost::new(
            &id,
            "the segment",
            "a list of flags has no segments: create it first",
        ));
    }
    let flags: Vec<_> = toggles(items)
        .map(|(id, item)| flag(items, environment, id, item, &mut lost))
        .collect();
    Carried {
        content: json!({ "items": flags }),
        lost,
    }
}

fn flag(items: &Items, environment: &str, id: &str, item: &Item, lost: &mut Vec<Lost>) -> Value {
    let mut writing = Writing { items, id, lost };
    let found = Rules::of(item);
    let variants = found
        .as_ref()
        .map(|rules| rules.variants.clone())
        .unwrap_or_default();
    let is_boolean = variants.is_empty();
    let variations: Vec<_> = if is_boolean {
        vec![
            json!({ "value": true, "name": "on" }),
            json!({ "value": false, "name": "off" }),
        ]
    } else {
        variants
            .iter()
            .map(|(name, value)| json!({ "value": value, "name": name }))
            .collect()
    };
    let configuration = match &found {
        Ok(rules) => writing.configuration(item, rules),
        Err(what) => Err(*what),
    };
    let configuration = configuration.unwrap_or_else(|what| {
        writing.lose(what, "LaunchDarkly has nothing like it: exported as off");
        json!({ "on": false, "targets": [], "contextTargets": [], "rules": [], "fallthrough": { "variation": 0 },
            "prerequisites": [] })
    });
    let off = if is_boolean {
        Some(1)
    } else {
        variants.values().position(|of| *of == Value::Bool(false))
    };
    let mut configuration = configuration;
    configuration["offVariation"] = json!(off);
    if item.contains_key(VALUE) && is_boolean {
        writing.lose(VALUE, "the flag is true or false");
    }
    json!({
        "key": id, "name": text(item, NAME).unwrap_or(id), "description": text(item, DESCRIPTION).unwrap_or_default(),
        "kind": if is_boolean { "boolean" } else { "multivariate" }, "variations": variations, "tags": [],
        "temporary": true, "environments": { environment: configuration },
    })
}

struct Writing<'w> {
    items: &'w Items,
    id: &'w str,
    lost: &'w mut Vec<Lost>,
}

impl Writing<'_> {
    fn lose(&mut self, what: &str, why: &str) {
        let lost = Lost::new(self.id, what, why);
        if !self.lost.contains(&lost) {
            self.lost.push(lost);
        }
    }

    /// What the flag is in the environment; an error is the attribute that it cannot have.
    fn configuration(&mut self, item: &Item, rules: &Rules) -> Result<Value, &'static str> {
        for name in [WINDOWS, RAMP] {
            if item.contains_key(name) {
                return Err(name);
            }
        }
        let mut list = rules.list();
        let (_, otherwise) = list.pop().ok_or(TARGETING)?;
        let (mut targets, mut written) = (Vec::new(), Vec::new());
        for (condition, serve) in list {
            let served = self.served(rules, &serve).ok_or(TARGETING)?;
            for way in condition.ways().ok_or(TARGETING)? {
                match (target(&way), served.get("variation")) {
                    // Targets come before all rules.
                    (Some(users), Some(variation)) if written.is_empty() => {
                        targets.push(json!({ "values": users, "variation": variation }));
                    }
                    _ => {
                        let mut rule = served.clone();
                        rule["clauses"] = self.clauses(&way).ok_or(TARGETING)?.into();
                        written.push(rule);
                    }
                }
            }
        }
        let fallthrough = self.served(rules, &otherwise).ok_or(TARGETING)?;
        Ok(json!({
            "on": is_active(item), "targets": targets, "contextTargets": [], "rules": written,
            "fallthrough": fallthrough, "prerequisites": self.prerequisites(item)?,
        }))
    }

    fn prerequisites(&mut self, item: &Item) -> Result<Vec<Value>, &'static str> {
        let ids = prerequisites(item).into_iter();
        let required = ids.map(|id| {
            // Of one with variants, several may be on.
            let has_variants = self
                .items
                .get(id)
                .is_some_and(|of| of.contains_key(VARIANTS));
            (!has_variants).then(|| json!({ "key": id, "variation": 0 }))
        });
        required
            .collect::<Option<_>>()
            .ok_or(toggle_contract::PREREQUISITES)
    }

    /// A variation or a rollout.
    fn served(&mut self, rules: &Rules, serve: &Serve) -> Option<Value> {
        match rules.serves(serve) {
            Some(Serve::Split(split)) => {
                self.lose(
                    "percentage",
                    "of as many people, but of other ones: LaunchDarkly takes another hash",
                );
                rollout(rules, &split)
            }
            Some(Serve::Variant(name)) => Some(json!({ "variation": variation(rules, &name)? })),
            _ if rules.variants.is_empty() => Some(json!({ "variation": 1 })),
            // Off, and so without a value: LaunchDarkly always serves one.
            _ => rules
                .variants
                .values()
                .position(|of| *of == Value::Bool(false))
                .map(|index| json!({ "variation": index })),
        }
    }

    fn clauses(&mut self, way: &[Part<'_>]) -> Option<Vec<Value>> {
        let knows = |name: &str| {
            way.iter()
                .any(|part| matches!(part, (Condition::Is(of, Test::Known), true) if of == name))
        };
        let is_tested = |name: &str| {
            way.iter().any(|part| matches!(part, (Condition::Is(of, test), _) if of == name && *test != Test::Known))
        };
        let mut clauses = Vec::new();
        for (condition, holds) in way {
            match condition {
                Condition::Is(name, Test::Known) if *holds && is_tested(name) => {}
                Condition::Is(name, test) => {
                    if !*holds && !knows(name) {
                        self.lose(
                            name,
                            "where it is not known, a negated clause fails in LaunchDarkly",
                        );
                    }
                    clauses.push(clause(name, test, !*holds)?);
                }
                Condition::Segment(name) => clauses.push(json!({
                    "attribute": "", "op": "segmentMatch", "values": [name], "negate": !*holds,
                })),
                _ => return None,
            }
        }
        Some(clauses)
    }
}

/// The users that a condition is for, if it is for some users alone.
fn target(way: &[Part<'_>]) -> Option<Vec<Value>> {
    match way {
        [(Condition::Is(name, Test::OneOf(values)), true)] if name == SUBJECT => {
            Some(values.clone())
        }
        _ => None,
    }
}

fn variation(rules: &Rules, name: &str) -> Option<usize> {
    if rules.variants.is_empty() {
        return match name {
            "on" | "true" => Some(0),
            "off" | "false" => Some(1),
            _ => None,
        };
    }
    rules.variants.keys().position(|of| of == name)
}

fn rollout(rules: &Rules, split: &Split) -> Option<Value> {
    let whole: u64 = split.parts.iter().map(|(_, weight)| weight).sum();
    let mut left = WHOLE;
    let mut variations = Vec::new();
    for (index, (name, weight)) in split.parts.iter().enumerate() {
        let is_last = index + 1 == split.parts.len();
        let share = if is_last {
            left
        } else {
            (weight * WHOLE).checked_div(whole)?
        };
        left = left.checked_sub(share)?;
        variations.push(json!({ "variation": variation(rules, name)?, "weight": share }));
    }
    let by = split.by.as_deref().map_or(KEY, attribute);
    Some(json!({ "rollout": { "contextKind": USER, "bucketBy": by, "variations": variations } }))
}

fn attribute(name: &str) -> &str {
    match name {
        SUBJECT | TARGETING_KEY => KEY,
        name => name,
    }
}

fn clause(name: &str, test: &Test, negate: bool) -> Option<Value> {
    let (op, values) = match test {
        Test::Known => return None,
        Test::OneOf(values) | Test::Has(values) => ("in", values.clone()),
        Test::Starts(text) => ("startsWith", vec![json!(text)]),
        Test::Ends(text) => ("endsWith", vec![json!(text)]),
        Test::Contains(text) => ("contains", vec![json!(text)]),
        Test::Number(comparison, number) => {
            let op = match comparison {
                Comparison::Equal => "in",
                Comparison::Less => "lessThan",
                Comparison::LessOrEqual => "lessThanOrEqual",
                Comparison::Greater => "greaterThan",
                Comparison::GreaterOrEqual => "greaterThanOrEqual",
            };
            (op, vec![json!(number)])
        }
        Test::Version(comparison, version) => {
            let op = match comparison {
                Comparison::Equal => "semVerEqual",
                Comparison::Less => "semVerLessThan",
                Comparison::Greater => "semVerGreaterThan",
                _ => return None,
            };
            (op, vec![json!(version)])
        }
    };
    Some(json!({
        "contextKind": USER, "attribute": attribute(name), "op": op, "values": values, "negate": negate,
    }))
}
