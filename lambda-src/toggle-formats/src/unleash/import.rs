//! Unleash's flags to items.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value, json};
use toggle_contract::doors::{GROUPS, SUBJECT, TARGETING_KEY};
use toggle_contract::{PREREQUISITES, TARGETING, VARIANTS};

use super::document::{Constraint, Dependency, Document, Feature, Strategy, Variant};
use super::{TIME, USER, WHOLE};
use crate::item::{DESCRIPTION, check_id, named, segment, set};
use crate::logic::{Comparison, Condition, Serve, Split, Test, Tree, all, any, not};
use crate::values::typed;
use crate::{Carried, FormatError, Item, Items, Lost};

/// The flags of an environment, and the segments.
///
/// # Errors
/// If it is no export, or has several environments and the one is not named.
pub fn import(text: &str, environment: Option<&str>) -> Result<Carried<Items>, FormatError> {
    let json: Value = serde_json::from_str(text)?;
    let other = |why: String| FormatError::Other {
        format: "export of Unleash",
        why,
    };
    let document: Document =
        serde_json::from_value(json).map_err(|error| other(error.to_string()))?;
    let Some(features) = document.features.clone() else {
        return Err(other("it has no `features`".to_owned()));
    };
    let environment = chosen(&document, environment)?;
    let mut reading = Reading {
        document: &document,
        environment,
        lost: BTreeSet::new(),
    };
    let mut items = reading.segments();
    for feature in &features {
        let id = &feature.name;
        if feature.archived {
            reading.lose(id, "the flag", "it is archived");
            continue;
        }
        check_id(id).map_err(|why| FormatError::flag(id, why))?;
        let item = reading
            .item(feature)
            .map_err(|why| FormatError::flag(id, why))?;
        items.insert(id.clone(), item);
    }
    Ok(Carried {
        content: items,
        lost: reading.lost.into_iter().collect(),
    })
}

/// The environment that counts, if the export has any.
fn chosen(document: &Document, wanted: Option<&str>) -> Result<Option<String>, FormatError> {
    let of_features = document
        .feature_environments
        .iter()
        .map(|of| of.environment.as_str());
    let of_strategies = document
        .feature_strategies
        .iter()
        .filter_map(|of| of.environment.as_deref());
    let there: BTreeSet<_> = of_features
        .chain(of_strategies)
        .filter(|name| !name.is_empty())
        .collect();
    let mut names = there.iter();
    match (wanted, names.next(), names.next()) {
        (_, None, _) => Ok(None),
        (Some(wanted), ..) if there.contains(wanted) => Ok(Some(wanted.to_owned())),
        (None, Some(only), None) => Ok(Some((*only).to_owned())),
        _ => Err(FormatError::Environment {
            there: there.into_iter().collect::<Vec<_>>().join(", "),
        }),
    }
}

struct Reading<'d> {
    document: &'d Document,
    environment: Option<String>,
    lost: BTreeSet<Lost>,
}

impl Reading<'_> {
    fn lose(&mut self, id: &str, what: impl Into<String>, why: &str) {
        self.lost.insert(Lost::new(id, what, why));
    }

    fn segments(&mut self) -> Items {
        let mut items = Items::new();
        for of in &self.document.segments {
            let Some(constraints) = &of.constraints else {
                continue;
            };
            let name = segment_name(of.id, of.name.as_deref());
            let id = toggle_rules::segment_id(&name);
            let parts = constraints
                .iter()
                .map(|constraint| self.constraint(&id, constraint));
            let condition = all(parts.collect());
            // A segment is an object: a truth value is none.
            let condition = match condition {
                Condition::Always | Condition::Never => json!({ "and": [condition.value()] }),
                condition => condition.value(),
            };
            items.extend([segment(&name, &condition)]);
        }
        items
    }

    fn item(&mut self, feature: &Feature) -> Result<Item, String> {
        let id = &feature.name;
        let rows = &self.document.feature_environments;
        let row = rows.iter().find(|row| {
            row.feature_name == *id && Some(&row.environment) == self.environment.as_ref()
        });
        let enabled = row.map_or(feature.enabled.unwrap_or(rows.is_empty()), |row| {
            row.enabled
        });
        let (strategies, are_all_disabled) = self.strategies(feature);
        if are_all_disabled {
            self.lose(id, "strategies", "all are disabled: imported as off");
        }
        let variants = row
            .map(|row| &row.variants)
            .filter(|variants| !variants.is_empty());
        let variants = variants.unwrap_or(&feature.variants);
        let (requires, can_require) = self.dependencies(feature);
        let mut item = named(id, None, enabled && can_require && !are_all_disabled);
        if let Some(description) = feature
            .description
            .as_deref()
            .filter(|text| !text.is_empty())
        {
            set(&mut item, DESCRIPTION, description);
        }
        if !requires.is_empty() {
            item.insert(PREREQUISITES.to_owned(), json!({ "SS": requires }));
        }
        let tags = self
            .document
            .feature_tags
            .iter()
            .filter(|tag| tag.feature_name == *id);
        let tags: Vec<_> = tags
            .map(|tag| format!("tag {}:{}", tag.kind, tag.value))
            .collect();
        for tag in tags {
            self.lose(id, tag, "a toggle has no tags");
        }
        self.rules(id, &strategies, variants, &mut item)?;
        Ok(item)
    }

    /// The strategies of a flag that count, and whether there are none because all are disabled.
    fn strategies(&self, feature: &Feature) -> (Vec<Strategy>, bool) {
        let is_here = |of: &&Strategy| {
            of.feature_name == feature.name
                && (of.environment.is_none() || of.environment == self.environment)
        };
        let listed = self
            .document
            .feature_strategies
            .iter()
            .filter(is_here)
            .cloned();
        let mut strategies: Vec<_> = feature.strategies.iter().cloned().chain(listed).collect();
        for strategy in &mut strategies {
            let segments = self.document.feature_strategy_segments.iter();
            let own = segments
                .filter(|of| !strategy.id.is_empty() && of.feature_strategy_id == strategy.id);
            strategy.segments.extend(own.map(|of| of.segment_id));
        }
        strategies.sort_by(|one, other| one.sort_order.total_cmp(&other.sort_order));
        let there = strategies.len();
        strategies.retain(|strategy| !strategy.disabled);
        let are_all_disabled = there > 0 && strategies.is_empty();
        (strategies, are_all_disabled)
    }

    /// The toggles that a flag requires, and whether that is all that it requires.
    fn dependencies(&mut self, feature: &Feature) -> (Vec<String>, bool) {
        let id = &feature.name;
        let listed = self
            .document
            .dependencies
            .iter()
            .filter(|of| of.feature == *id);
        let listed = listed.flat_map(|of| of.dependencies.clone());
        let all: Vec<Dependency> = feature.dependencies.iter().cloned().chain(listed).collect();
        let mut requires = BTreeSet::new();
        let mut can_require = true;
        for of in all {
            if of.enabled == Some(false) || !of.variants.is_empty() {
                let why = "a toggle can only require that another is on: imported as off";
                self.lose(id, format!("parent `{}`", of.feature), why);
                can_require = false;
            } else {
                requires.insert(of.feature);
            }
        }
        (requires.into_iter().collect(), can_require)
    }

    fn rules(
        &mut self,
        id: &str,
        strategies: &[Strategy],
        variants: &[Variant],
        item: &mut Item,
    ) -> Result<(), String> {
        // A flag without strategies is on.
        let always = [Strategy {
            name: "default".to_owned(),
            ..Strategy::default()
        }];
        let strategies = if strategies.is_empty() {
            &always
        } else {
            strategies
        };
        let has_variants =
            !variants.is_empty() || strategies.iter().any(|of| !of.variants.is_empty());
        let conditions: Vec<_> = strategies.iter().map(|of| self.strategy(id, of)).collect();
        let on = || Serve::Variant("on".to_owned());
        if !has_variants {
            let condition = any(conditions);
            if condition != Condition::Always {
                let tree = Tree {
                    rules: vec![(condition, on())],
                    otherwise: Serve::Variant("off".to_owned()),
                };
                Self::write(&tree, item);
            }
            return Ok(());
        }
        let (mut rules, mut values) = (Vec::new(), Map::new());
        for (strategy, condition) in strategies.iter().zip(conditions) {
            let own = if strategy.variants.is_empty() {
                variants
            } else {
                &strategy.variants
            };
            if own.is_empty() {
                values.insert("on".to_owned(), true.into());
                rules.push((condition, on()));
                continue;
            }
            for variant in own {
                let value = self.payload(id, variant);
                let before = values.insert(variant.name.clone(), value.clone());
                if before.is_some_and(|before| before != value) {
                    self.lose(
                        id,
                        format!("variant `{}`", variant.name),
                        "it has several payloads: one counts",
                    );
                }
                for of in &variant.overrides {
                    let named = self.field(id, &of.context_name);
                    let is = Condition::Is(named, Test::OneOf(texts(&of.values)));
                    let serve = Serve::Variant(variant.name.clone());
                    rules.push((all(vec![condition.clone(), is]), serve));
                }
            }
            let serve = self.divided(id, own);
            rules.push((condition, serve));
        }
        rules.retain(|(condition, _)| *condition != Condition::Never);
        item.insert(VARIANTS.to_owned(), typed(&values.into())?);
        Self::write(
            &Tree {
                rules,
                otherwise: Serve::Nothing,
            },
            item,
        );
        Ok(())
    }

    fn write(tree: &Tree, item: &mut Item) {
        let targeting = tree.targeting();
        // Nothing holds: it is off for everybody.
        let targeting = targeting.unwrap_or_else(|| json!({ "if": [false, "on", null] }));
        set(item, TARGETING, targeting.to_string());
    }

    /// The variants by their weights.
    fn divided(&mut self, id: &str, variants: &[Variant]) -> Serve {
        let weighted: Vec<_> = variants.iter().filter(|of| of.weight >= 1.0).collect();
        if let [only] = weighted[..] {
            return Serve::Variant(only.name.clone());
        }
        self.lose(id, "shares of variants", OTHERS);
        let stickiness = weighted.first().and_then(|of| of.stickiness.as_deref());
        let by = self.stickiness(id, stickiness.unwrap_or("default"));
        let parts = weighted
            .iter()
            .map(|of| (of.name.clone(), weight(of.weight)));
        Serve::Split(Split {
            by,
            parts: parts.collect(),
        })
    }

    fn payload(&mut self, id: &str, variant: &Variant) -> Value {
        let Some(payload) = &variant.payload else {
            return variant.name.as_str().into();
        };
        let text = payload.value.as_str();
        if ["json", "number"].contains(&payload.kind.as_str()) {
            if let Ok(value) = serde_json::from_str(text) {
                return value;
            }
            self.lose(
                id,
                format!("payload of variant `{}`", variant.name),
                "it is no JSON: imported as text",
            );
        }
        text.into()
    }

    /// When a strategy holds.
    fn strategy(&mut self, id: &str, strategy: &Strategy) -> Condition {
        let parameter = |name: &str| match strategy.parameters.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let own = match strategy.name.as_str() {
            "default" => Condition::Always,
            "userWithId" => {
                let ids = parameter("userIds");
                let ids: Vec<_> = ids
                    .split(',')
                    .map(str::trim)
                    .filter(|id| !id.is_empty())
                    .collect();
                Condition::Is(SUBJECT.to_owned(), Test::OneOf(texts(&ids)))
            }
            "flexibleRollout" => self.share(id, &parameter("rollout"), &parameter("stickiness")),
            "gradualRolloutUserId" => self.share(id, &parameter("percentage"), "userId"),
            "gradualRolloutSessionId" => self.share(id, &parameter("percentage"), "sessionId"),
            "gradualRolloutRandom" => self.share(id, &parameter("percentage"), "random"),
            name => {
                self.lose(id, format!("strategy `{name}`"), NEVER);
                Condition::Never
            }
        };
        let constraints = strategy
            .constraints
            .iter()
            .map(|of| self.constraint(id, of));
        let mut parts: Vec<_> = constraints.collect();
        for segment in &strategy.segments {
            parts.push(self.segment(id, *segment));
        }
        parts.push(own);
        all(parts)
    }

    fn share(&mut self, id: &str, percent: &str, stickiness: &str) -> Condition {
        let percent = percent.parse::<u64>().unwrap_or(0).min(100);
        match percent {
            0 => Condition::Never,
            100 => Condition::Always,
            percent => {
                self.lose(id, "percentage", OTHERS);
                let by = self.stickiness(id, stickiness);
                let parts = vec![
                    ("on".to_owned(), percent),
                    ("off".to_owned(), 100 - percent),
                ];
                Condition::Share(Split { by, parts })
            }
        }
    }

    /// By what clients are divided; `None`: by their `targetingKey`.
    fn stickiness(&mut self, id: &str, stickiness: &str) -> Option<String> {
        match stickiness {
            "" | "default" | USER => None,
            "sessionId" | "random" => {
                let what = format!("stickiness `{stickiness}`");
                self.lose(id, what, "a user always gets the same");
                None
            }
            field => Some(self.field(id, field)),
        }
    }

    fn segment(&mut self, id: &str, segment: u64) -> Condition {
        let known = self.document.segments.iter().find(|of| of.id == segment);
        let name = segment_name(segment, known.and_then(|of| of.name.as_deref()));
        if known.is_none_or(|of| of.constraints.is_none()) {
            let what = format!("segment `{name}`");
            self.lose(
                id,
                what,
                "the file has no constraints of it: create it first, with `toggles segment set`",
            );
        }
        Condition::Segment(name)
    }

    /// The claim that a field of the context is.
    fn field(&mut self, id: &str, name: &str) -> String {
        match name {
            USER => SUBJECT.to_owned(),
            "sessionId" => TARGETING_KEY.to_owned(),
            "appName" | "environment" | "remoteAddress" => {
                let what = format!("context field `{name}`");
                self.lose(id, what, "clients of toggles have none: it is unknown");
                name.to_owned()
            }
            name => name.to_owned(),
        }
    }

    fn constraint(&mut self, id: &str, of: &Constraint) -> Condition {
        let what = || format!("constraint {} on `{}`", of.operator, of.context_name);
        let field = if of.context_name == TIME {
            String::new()
        } else {
            self.field(id, &of.context_name)
        };
        let Some(condition) = condition(of, &field) else {
            self.lose(id, what(), NEVER);
            return Condition::Never;
        };
        if of.case_insensitive {
            if of.inverted {
                self.lose(id, what(), NEVER);
                return Condition::Never;
            }
            self.lose(id, what(), "capital letters count here");
        }
        if of.inverted {
            not(condition)
        } else {
            condition
        }
    }
}

const OTHERS: &str = "of as many people, but of other ones: flagd takes another hash";
const NEVER: &str = "there is nothing like it: it never holds";

/// A constraint that is not inverted; `None`: there is nothing like it.
fn condition(of: &Constraint, field: &str) -> Option<Condition> {
    let is = |test: Test| Condition::Is(field.to_owned(), test);
    let one_of = || match field {
        GROUPS => is(Test::Has(texts(&of.values))),
        _ => is(Test::OneOf(texts(&of.values))),
    };
    let each =
        |test: fn(String) -> Test| any(of.values.iter().cloned().map(test).map(&is).collect());
    let one = || {
        Some(of.value.as_str())
            .filter(|text| !text.is_empty())
            .or(of.values.first().map(String::as_str))
    };
    if of.context_name == TIME {
        let at: jiff::Timestamp = one()?.parse().ok()?;
        return Some(match of.operator.as_str() {
            "DATE_AFTER" => Condition::Time(Comparison::GreaterOrEqual, at.as_second() + 1),
            "DATE_BEFORE" => Condition::Time(Comparison::Less, at.as_second()),
            _ => return None,
        });
    }
    let (kind, operator) = of.operator.split_once('_').unwrap_or((&of.operator, ""));
    let comparison = match operator {
        "EQ" => Comparison::Equal,
        "LT" => Comparison::Less,
        "LTE" => Comparison::LessOrEqual,
        "GT" => Comparison::Greater,
        _ => Comparison::GreaterOrEqual,
    };
    Some(match (kind, operator) {
        ("IN", "") => one_of(),
        ("NOT", "IN") => not(one_of()),
        ("STR", "STARTS_WITH") => each(Test::Starts),
        ("STR", "ENDS_WITH") => each(Test::Ends),
        ("STR", "CONTAINS") => each(Test::Contains),
        ("NUM", "EQ" | "LT" | "LTE" | "GT" | "GTE") => is(Test::Number(
            comparison,
            serde_json::from_str::<Number>(one()?).ok()?,
        )),
        ("SEMVER", "EQ" | "LT" | "LTE" | "GT" | "GTE") => {
            is(Test::Version(comparison, one()?.to_owned()))
        }
        _ => return None,
    })
}

/// A name that a segment can have here.
fn segment_name(id: u64, name: Option<&str>) -> String {
    let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let name = name.unwrap_or_default();
    let name: String = name
        .chars()
        .map(|c| if is_good(c) { c } else { '-' })
        .take(128)
        .collect();
    if name.is_empty() {
        format!("unleash-{id}")
    } else {
        name
    }
}

fn texts<T: AsRef<str>>(texts: &[T]) -> Vec<Value> {
    texts
        .iter()
        .map(|text| Value::from(text.as_ref()))
        .collect()
}

/// A weight as a whole number: those of Unleash are from 0 to 1,000.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within 0 and 1,000"
)]
fn weight(weight: f64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "1,000 is exact")]
    let most = WHOLE as f64;
    weight.clamp(0.0, most).round() as u64
}
