//! LaunchDarkly's flags to items.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value, json};
use toggle_contract::doors::{GROUPS, SUBJECT};
use toggle_contract::{ACTIVE, DEFAULT_VARIANT, PREREQUISITES, TARGETING, VARIANTS};

use super::document::{Clause, Configuration, Flag, Rollout, Segment, Served, Target};
use super::{KEY, USER, WHOLE};
use crate::item::{DESCRIPTION, check_id, named, segment, set};
use crate::logic::{Comparison, Condition, Serve, Split, Test, Tree, all, any, not};
use crate::values::typed;
use crate::{Carried, FormatError, Item, Items, Lost};

/// The flags as they are in an environment, and the segments.
///
/// # Errors
/// If it is no document of LaunchDarkly, or has several environments and the one is not named.
pub fn import(text: &str, environment: Option<&str>) -> Result<Carried<Items>, FormatError> {
    let document: Value = serde_json::from_str(text)?;
    let flags = flags(&document)?;
    let environment = chosen(&flags, environment)?;
    let segments: Vec<Segment> = keyed(document.get("segments"), "segments")?;
    let mut reading = Reading {
        flags: &flags,
        segments: segments
            .iter()
            .filter(|of| is_whole(of))
            .map(|of| of.key.clone())
            .collect(),
        is_closed: false,
        lost: BTreeSet::new(),
    };
    let mut items = Items::new();
    for of in segments.iter().filter(|of| is_whole(of)) {
        let condition = reading.of_segment(of);
        items.extend([segment(&name_of(&of.key), &condition)]);
    }
    for flag in &flags {
        let id = &flag.key;
        if flag.archived {
            reading.lose(id, "the flag", "it is archived");
            continue;
        }
        check_id(id).map_err(|why| FormatError::flag(id, why))?;
        let configuration = match (&flag.environments, &environment) {
            (Some(all), Some(name)) => all.get(name),
            _ => Some(&flag.configuration),
        };
        let Some(configuration) = configuration else {
            reading.lose(id, "the flag", "it is not in that environment");
            continue;
        };
        let item = reading.item(flag, configuration);
        let item = item.map_err(|why| FormatError::flag(id, why))?;
        items.insert(id.clone(), item);
    }
    Ok(Carried {
        content: items,
        lost: reading.lost.into_iter().collect(),
    })
}

/// One flag, a list of them, or flags by key.
fn flags(document: &Value) -> Result<Vec<Flag>, FormatError> {
    let is_flag = document.get("key").is_some() && document.get("variations").is_some();
    let of = match document {
        Value::Object(_) if is_flag => return Ok(vec![read(document)?]),
        Value::Array(_) => Some(document),
        document => document.get("items").or_else(|| document.get("flags")),
    };
    match of {
        Some(flags) => keyed(Some(flags), "flags"),
        None => Err(other(
            "it has neither `items` nor `flags`, and is no flag".to_owned(),
        )),
    }
}

/// A list, or members by their keys.
fn keyed<T: DeserializeOwned>(of: Option<&Value>, what: &str) -> Result<Vec<T>, FormatError> {
    match of {
        None => Ok(Vec::new()),
        Some(Value::Array(all)) => all.iter().map(read).collect(),
        Some(Value::Object(all)) => {
            let all = all.iter().map(|(key, value)| {
                let mut value = value.clone();
                if let Some(members) = value.as_object_mut() {
                    members.insert(KEY.to_owned(), key.as_str().into());
                }
                read(&value)
            });
            all.collect()
        }
        Some(_) => Err(other(format!(
            "its `{what}` are neither a list nor an object"
        ))),
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, FormatError> {
    serde_json::from_value(value.clone()).map_err(|error| other(error.to_string()))
}

fn other(why: String) -> FormatError {
    FormatError::Other {
        format: "document of LaunchDarkly",
        why,
    }
}

/// The environment that counts, if there are any.
fn chosen(flags: &[Flag], wanted: Option<&str>) -> Result<Option<String>, FormatError> {
    let there: BTreeSet<_> = flags
        .iter()
        .filter_map(|flag| flag.environments.as_ref())
        .flat_map(BTreeMap::keys)
        .collect();
    let mut names = there.iter();
    match (wanted, names.next(), names.next()) {
        (_, None, _) => Ok(None),
        (Some(wanted), ..) if there.iter().any(|of| *of == wanted) => Ok(Some(wanted.to_owned())),
        (None, Some(only), None) => Ok(Some((*only).clone())),
        _ => Err(FormatError::Environment {
            there: there.into_iter().cloned().collect::<Vec<_>>().join(", "),
        }),
    }
}

const OTHERS: &str = "of as many people, but of other ones: flagd takes another hash";
const NEVER: &str = "there is nothing like it: it never holds";

struct Reading<'d> {
    flags: &'d [Flag],
    /// The keys of the segments that the document has.
    segments: BTreeSet<String>,
    /// Whether a clause was found that never holds here.
    is_closed: bool,
    lost: BTreeSet<Lost>,
}

impl Reading<'_> {
    fn lose(&mut self, id: &str, what: impl Into<String>, why: &str) {
        self.lost.insert(Lost::new(id, what, why));
    }

    fn item(&mut self, flag: &Flag, of: &Configuration) -> Result<Item, String> {
        let id = &flag.key;
        let values = flag.values();
        let names = names(&values);
        let is_boolean = is_boolean(&values);
        let (requires, can_require) = self.prerequisites(id, of);
        let mut item = named(id, flag.name.as_deref(), of.on && can_require);
        if let Some(description) = flag.description.as_deref().filter(|text| !text.is_empty()) {
            set(&mut item, DESCRIPTION, description);
        }
        if !requires.is_empty() {
            item.insert(PREREQUISITES.to_owned(), json!({ "SS": requires }));
        }
        for tag in &flag.tags {
            self.lose(id, format!("tag {tag}"), "a toggle has no tags");
        }
        let off = of.off_variation.and_then(|index| values.get(index));
        if off.is_some_and(|off| *off != Value::Bool(false)) {
            self.lose(
                id,
                "the variation of a flag that is off",
                "a toggle that is off has no value",
            );
        }
        if !is_boolean {
            let members: Map<_, _> = names.iter().cloned().zip(values.iter().cloned()).collect();
            item.insert(VARIANTS.to_owned(), typed(&members.into())?);
        }
        let tree = self.tree(id, of, &names)?;
        match (&tree.otherwise, tree.rules.is_empty()) {
            (Serve::Variant(name), true) if is_boolean && name == "on" => {}
            (Serve::Variant(name), true) if is_boolean && name == "off" => {
                item.insert(ACTIVE.to_owned(), json!({ "BOOL": false }));
            }
            (Serve::Variant(name), true) if !is_boolean => {
                set(&mut item, DEFAULT_VARIANT, name.as_str());
            }
            _ => {
                let targeting = tree
                    .targeting()
                    .unwrap_or_else(|| json!({ "if": [false, "on", null] }));
                set(&mut item, TARGETING, targeting.to_string());
            }
        }
        Ok(item)
    }

    fn tree(&mut self, id: &str, of: &Configuration, names: &[String]) -> Result<Tree, String> {
        let mut rules = Vec::new();
        // Users have an entry among these as well, which stands for that of the list for users.
        let others = of
            .context_targets
            .iter()
            .filter(|target| is_other(target.context_kind.as_deref()));
        for target in of.targets.iter().chain(others) {
            let condition = self.target(id, target);
            rules.push((condition, Serve::Variant(name(names, target.variation)?)));
        }
        for rule in &of.rules {
            self.is_closed = false;
            let parts = rule.clauses.iter().map(|clause| self.clause(id, clause));
            // A rule without clauses holds always, as in the SDKs.
            let condition = all(parts.collect());
            let serve = self.served(id, &rule.served, names)?;
            if self.is_closed && serve == Serve::Variant("off".to_owned()) {
                self.lose(
                    id,
                    "a rule that switches it off",
                    "imported as off for everybody",
                );
                let rules = Vec::new();
                return Ok(Tree {
                    rules,
                    otherwise: serve,
                });
            }
            rules.push((condition, serve));
        }
        rules.retain(|(condition, _)| *condition != Condition::Never);
        Ok(Tree {
            rules,
            otherwise: self.served(id, &of.fallthrough, names)?,
        })
    }

    fn target(&mut self, id: &str, target: &Target) -> Condition {
        if is_other(target.context_kind.as_deref()) {
            return self.other_kind(id, target.context_kind.as_deref());
        }
        if target.values.is_empty() {
            return Condition::Never;
        }
        let ids = target.values.iter().map(|id| json!(id)).collect();
        Condition::Is(SUBJECT.to_owned(), Test::OneOf(ids))
    }

    fn other_kind(&mut self, id: &str, kind: Option<&str>) -> Condition {
        let what = format!("contexts of the kind `{}`", kind.unwrap_or_default());
        self.never(id, what)
    }

    fn never(&mut self, id: &str, what: String) -> Condition {
        self.is_closed = true;
        self.lose(id, what, NEVER);
        Condition::Never
    }

    fn served(&mut self, id: &str, served: &Served, names: &[String]) -> Result<Serve, String> {
        match (&served.rollout, served.variation) {
            (Some(rollout), _) => self.rollout(id, rollout, names),
            (None, Some(index)) => Ok(Serve::Variant(name(names, index)?)),
            (None, None) => Ok(Serve::Nothing),
        }
    }

    fn rollout(&mut self, id: &str, rollout: &Rollout, names: &[String]) -> Result<Serve, String> {
        let parts = rollout.variations.iter().filter(|of| of.weight > 0);
        let parts = parts.map(|of| Ok((name(names, of.variation)?, of.weight.min(WHOLE))));
        let mut parts: Vec<_> = parts.collect::<Result<_, String>>()?;
        if parts.len() == 1 {
            return Ok(Serve::Variant(parts.remove(0).0));
        }
        self.lose(id, "rollout", OTHERS);
        if rollout.kind.as_deref() == Some("experiment") {
            self.lose(id, "experiment", "imported as a rollout");
        }
        if is_other(rollout.context_kind.as_deref()) {
            self.lose(id, "rollout", "by contexts of another kind: here by users");
        }
        let by = rollout
            .bucket_by
            .as_deref()
            .filter(|by| *by != KEY)
            .map(path);
        Ok(Serve::Split(Split { by, parts }))
    }

    /// The toggles that must be on, and whether that is all that the flag requires.
    fn prerequisites(&mut self, id: &str, of: &Configuration) -> (Vec<String>, bool) {
        let (mut requires, mut can_require) = (BTreeSet::new(), true);
        for prerequisite in &of.prerequisites {
            let flag = self.flags.iter().find(|flag| flag.key == prerequisite.key);
            // Without the flag: the first variation of one that is true or false is true.
            let is_on = flag.map_or(prerequisite.variation == 0, |flag| {
                let values = flag.values();
                is_boolean(&values)
                    && values.get(prerequisite.variation) == Some(&Value::Bool(true))
            });
            if is_on {
                requires.insert(prerequisite.key.clone());
            } else {
                let what = format!("prerequisite `{}`", prerequisite.key);
                self.lose(
                    id,
                    what,
                    "a toggle can only require that another is on: imported as off",
                );
                can_require = false;
            }
        }
        (requires.into_iter().collect(), can_require)
    }

    fn of_segment(&mut self, of: &Segment) -> Value {
        let id = toggle_rules::segment_id(&name_of(&of.key));
        for target in of.included_contexts.iter().chain(&of.excluded_contexts) {
            self.other_kind(&id, target.context_kind.as_deref());
        }
        let list = |ids: &[String]| match ids {
            [] => Condition::Never,
            ids => Condition::Is(
                SUBJECT.to_owned(),
                Test::OneOf(ids.iter().map(|id| json!(id)).collect()),
            ),
        };
        let rules = of.rules.iter();
        let rules = rules.map(|rule| {
            all(rule
                .clauses
                .iter()
                .map(|clause| self.clause(&id, clause))
                .collect())
        });
        let rules = any(rules.collect());
        let condition = any(vec![
            list(&of.included),
            all(vec![not(list(&of.excluded)), rules]),
        ]);
        match condition {
            // A segment is an object: a truth value is none.
            Condition::Always | Condition::Never => json!({ "or": [condition.value()] }),
            condition => condition.value(),
        }
    }

    fn clause(&mut self, id: &str, clause: &Clause) -> Condition {
        if clause.op == "segmentMatch" {
            let all = clause.values.iter().filter_map(Value::as_str);
            let all: Vec<_> = all.map(|key| self.segment(id, key)).collect();
            let condition = any(all);
            return if clause.negate {
                not(condition)
            } else {
                condition
            };
        }
        if is_other(clause.context_kind.as_deref()) {
            return self.other_kind(id, clause.context_kind.as_deref());
        }
        let attribute = match clause.attribute.as_str() {
            KEY => SUBJECT.to_owned(),
            attribute => path(attribute),
        };
        let Some(test) = test(clause, &attribute) else {
            return self.never(
                id,
                format!("clause `{}` on `{}`", clause.op, clause.attribute),
            );
        };
        if clause.negate {
            // What is not known of a client fails negated clauses too.
            let known = Condition::Is(attribute, Test::Known);
            return all(vec![known, not(test)]);
        }
        test
    }

    fn segment(&mut self, id: &str, key: &str) -> Condition {
        let name = name_of(key);
        if !self.segments.contains(key) {
            let why = "the file does not have it, or not who is in it: create it first, with `toggles segment set`";
            self.lose(id, format!("segment `{name}`"), why);
        }
        Condition::Segment(name)
    }
}

/// A clause that is not negated. `None`: there is nothing like it.
fn test(clause: &Clause, attribute: &str) -> Option<Condition> {
    let is = |test: Test| Condition::Is(attribute.to_owned(), test);
    let texts = |test: fn(String) -> Test| {
        let texts = clause
            .values
            .iter()
            .map(|value| value.as_str().map(str::to_owned));
        let texts: Option<Vec<_>> = texts.collect();
        texts.map(|texts| any(texts.into_iter().map(test).map(&is).collect()))
    };
    let numbers = |comparison: Comparison| {
        let numbers = clause.values.iter().map(|value| match value {
            Value::Number(number) => Some(number.clone()),
            _ => None,
        });
        let numbers: Option<Vec<Number>> = numbers.collect();
        let each = |number: Number| is(Test::Number(comparison, number));
        numbers.map(|numbers| any(numbers.into_iter().map(each).collect()))
    };
    let versions = |comparison: Comparison| {
        let versions = clause
            .values
            .iter()
            .map(|value| value.as_str().map(str::to_owned));
        let versions: Option<Vec<_>> = versions.collect();
        let each = |version: String| is(Test::Version(comparison, version));
        versions.map(|versions| any(versions.into_iter().map(each).collect()))
    };
    match clause.op.as_str() {
        "in" if attribute == GROUPS => Some(is(Test::Has(clause.values.clone()))),
        "in" => Some(is(Test::OneOf(clause.values.clone()))),
        "startsWith" => texts(Test::Starts),
        "endsWith" => texts(Test::Ends),
        "contains" => texts(Test::Contains),
        "lessThan" => numbers(Comparison::Less),
        "lessThanOrEqual" => numbers(Comparison::LessOrEqual),
        "greaterThan" => numbers(Comparison::Greater),
        "greaterThanOrEqual" => numbers(Comparison::GreaterOrEqual),
        "semVerEqual" => versions(Comparison::Equal),
        "semVerLessThan" => versions(Comparison::Less),
        "semVerGreaterThan" => versions(Comparison::Greater),
        _ => None,
    }
}

fn is_other(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| !kind.is_empty() && kind != USER)
}

/// A reference to an attribute, `/address/street`, as flagd has it.
fn path(reference: &str) -> String {
    match reference.strip_prefix('/') {
        Some(path) => path
            .split('/')
            .map(|part| part.replace("~1", "/").replace("~0", "~"))
            .collect::<Vec<_>>()
            .join("."),
        None => reference.to_owned(),
    }
}

fn is_boolean(values: &[Value]) -> bool {
    values.len() == 2 && values.contains(&Value::Bool(true)) && values.contains(&Value::Bool(false))
}

/// Names of variants: `on` and `off` for true and false, the value itself if it is short, otherwise a number.
fn names(values: &[Value]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let name = match value {
            Value::Bool(true) => "on".to_owned(),
            Value::Bool(false) => "off".to_owned(),
            Value::String(text) if (1..=40).contains(&text.len()) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => format!("variation-{index}"),
        };
        let is_free = !names.contains(&name);
        names.push(if is_free {
            name
        } else {
            format!("variation-{index}")
        });
    }
    names
}

fn name(names: &[String], index: usize) -> Result<String, String> {
    let name = names.get(index).cloned();
    name.ok_or_else(|| format!("it has no variation {index}"))
}

/// Whether the file says who is in a segment.
fn is_whole(of: &Segment) -> bool {
    !of.unbounded && of.rules.iter().all(|rule| rule.weight.is_none())
}

/// A name that a segment can have here.
fn name_of(key: &str) -> String {
    let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    key.chars()
        .map(|c| if is_good(c) { c } else { '-' })
        .take(128)
        .collect()
}
