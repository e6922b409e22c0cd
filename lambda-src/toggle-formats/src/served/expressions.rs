//! Parts of targeting that stand for what flagd does not know.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use toggle_contract::{RAMP, REMOVED, VARIANTS, WINDOWS};
use toggle_rules::{Item, Ramp, Window, inlined};

use super::{EDGES, default};
use crate::Items;
use crate::item::{prerequisites, targeting, text};

/// A condition, if it depends on the client or on the time.
pub(super) enum Truth {
    Always,
    Never,
    If(Value),
}

impl Truth {
    fn of(truth: bool) -> Self {
        if truth { Self::Always } else { Self::Never }
    }
}

/// All items, and the moment from which on the expressions hold, in milliseconds since the epoch.
pub(super) struct Expressions<'i> {
    pub(super) items: &'i Items,
    pub(super) at_ms: u64,
}

impl Expressions<'_> {
    /// The targeting with its segments in their places. `owner`: the toggle that it is of, if it becomes a part
    /// of another one.
    ///
    /// # Errors
    /// It is broken.
    pub(super) fn targeting(&self, item: &Item, owner: Option<&str>) -> Result<Option<Value>, ()> {
        let Some(targeting) = targeting(item)? else {
            return Ok(None);
        };
        let mut targeting = inlined(&targeting, &|id: &str| self.items.get(id)).map_err(|_| ())?;
        if let Some(owner) = owner {
            rekey(&mut targeting, owner);
        }
        Ok(Some(targeting))
    }

    /// Whether one of the windows is open.
    pub(super) fn windows(&self, item: &Item) -> Truth {
        let Some(text) = text(item, WINDOWS) else {
            return Truth::Always;
        };
        let Ok(windows) = Window::parse(text) else {
            return Truth::Never;
        };
        let at = i64::try_from(self.at_ms).ok();
        let at = at.and_then(|at| Timestamp::from_millisecond(at).ok());
        open(&windows, at.unwrap_or(Timestamp::MAX))
    }

    /// Whether a client is among those that the rollout has reached.
    pub(super) fn ramp(&self, item: &Item, owner: Option<&str>) -> Truth {
        let Some(text) = text(item, RAMP) else {
            return Truth::Always;
        };
        let Some(steps) = serde_json::from_str::<Ramp>(text)
            .ok()
            .and_then(|ramp| steps(&ramp))
        else {
            return Truth::Never;
        };
        let mut reached = json!(false);
        for (begins, percent) in steps {
            if at_seconds(self.at_ms) >= begins {
                reached = share(percent, owner);
            } else {
                reached = json!({ "if": [before(begins), reached, share(percent, owner)] });
            }
        }
        match reached {
            Value::Bool(truth) => Truth::of(truth),
            reached => Truth::If(reached),
        }
    }

    /// Whether each toggle that an item requires is on.
    pub(super) fn prerequisites(&self, item: &Item, above: &mut Vec<String>) -> Vec<Truth> {
        let ids = prerequisites(item).into_iter();
        ids.map(|id| self.is_on(id, above)).collect()
    }

    /// Whether another toggle is on. `above`: those that require it.
    fn is_on(&self, id: &str, above: &mut Vec<String>) -> Truth {
        let item = self
            .items
            .get(id)
            .filter(|item| !item.contains_key(REMOVED));
        let Some(item) = item.filter(|item| self.is_sound(id, item)) else {
            return Truth::Never;
        };
        if above.iter().any(|above| above == id) {
            return Truth::Never;
        }
        above.push(id.to_owned());
        let mut all = self.prerequisites(item, above);
        above.pop();
        all.extend([
            self.windows(item),
            self.ramp(item, Some(id)),
            self.chooses_on(id, item),
        ]);
        let mut conditions = Vec::new();
        for truth in all {
            match truth {
                Truth::Always => {}
                Truth::Never => return Truth::Never,
                Truth::If(condition) => conditions.push(condition),
            }
        }
        if conditions.is_empty() {
            Truth::Always
        } else {
            Truth::If(and(conditions))
        }
    }

    /// Whether the targeting of another toggle, or its default, is no variant that is `false`.
    fn chooses_on(&self, id: &str, item: &Item) -> Truth {
        let Ok(targeting) = self.targeting(item, Some(id)) else {
            return Truth::Never;
        };
        let own = item
            .get(VARIANTS)
            .and_then(|value| value.get("M")?.as_object());
        let own = own.into_iter().flatten();
        let mut names: Vec<_> = own
            .clone()
            .filter(|(_, value)| value.get("BOOL") != Some(&Value::Bool(false)))
            .map(|(name, _)| name.as_str())
            .collect();
        if own.count() == 0 {
            names = vec!["on", "true"];
        }
        let default = default(item, targeting.is_some());
        let default = default.is_some_and(|default| names.contains(&default.as_str()));
        match targeting {
            None => Truth::of(default),
            Some(targeting) => Truth::If(chooses(&targeting, &names, default)),
        }
    }
}

/// Whether targeting chooses one of these variants, or nothing, if that counts.
pub(super) fn chooses(targeting: &Value, names: &[&str], or_nothing: bool) -> Value {
    let mut list: Vec<Value> = names.iter().map(|name| json!(name)).collect();
    // A condition's result is the name of a variant as well.
    for truth in [true, false] {
        if names.contains(&truth.to_string().as_str()) {
            list.push(truth.into());
        }
    }
    let chooses = json!({ "in": [targeting, list] });
    if or_nothing {
        json!({ "or": [chooses, is_null(targeting)] })
    } else {
        chooses
    }
}

pub(super) fn is_null(node: &Value) -> Value {
    json!({ "===": [node, null] })
}

/// All of at least one condition.
pub(super) fn and(mut conditions: Vec<Value>) -> Value {
    match conditions.len() {
        1 => conditions.remove(0),
        _ => json!({ "and": conditions }),
    }
}

/// The seconds of a moment. One within a second is over when it is.
fn seconds(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

fn at_seconds(at_ms: u64) -> i64 {
    i64::try_from(at_ms / 1_000).unwrap_or(i64::MAX)
}

fn before(seconds: i64) -> Value {
    json!({ "<": [{ "var": "$flagd.timestamp" }, seconds] })
}

fn from(seconds: i64) -> Value {
    json!({ ">=": [{ "var": "$flagd.timestamp" }, seconds] })
}

/// When any of some windows is open, from a moment on.
fn open(windows: &[Window], at: Timestamp) -> Truth {
    let is_open = |at| windows.iter().any(|window| window.is_open(at));
    let next = |at| {
        windows
            .iter()
            .filter_map(|window| window.next_edge(at))
            .min()
    };
    let mut was_open = is_open(at);
    let (mut opened, mut spans, mut now) = (None, Vec::new(), at);
    for _ in 0..EDGES {
        let Some(edge) = next(now) else {
            break;
        };
        now = edge;
        match (was_open, is_open(edge)) {
            (false, true) => opened = Some(seconds(edge)),
            (true, false) => {
                let ends = before(seconds(edge));
                let begins = opened.take().map(from);
                spans.push(and(begins.into_iter().chain([ends]).collect()));
            }
            _ => continue,
        }
        was_open = !was_open;
    }
    match (was_open, opened) {
        (true, None) if spans.is_empty() => return Truth::Always,
        (true, Some(opened)) => spans.push(from(opened)),
        // It is open from the beginning, and closes: `spans` says when.
        _ => {}
    }
    match spans.len() {
        0 => Truth::Never,
        1 => Truth::If(spans.remove(0)),
        _ => Truth::If(json!({ "or": spans })),
    }
}

/// When each step begins, in seconds, with its percentage. `None`: it is no rollout.
fn steps(ramp: &Ramp) -> Option<Vec<(i64, u8)>> {
    let first: Timestamp = ramp.from.parse().ok()?;
    let every = SignedDuration::from_secs(ramp.every.into());
    let steps = (0..).zip(&ramp.steps).map(|(index, percent)| {
        let begins = first.checked_add(every.checked_mul(index)?).ok()?;
        Some((seconds(begins), *percent))
    });
    steps.collect()
}

/// Whether a client is among so many percent of all.
fn share(percent: u8, owner: Option<&str>) -> Value {
    match percent {
        0 => json!(false),
        100.. => json!(true),
        percent => {
            let mut fractional = json!({ "fractional": [["on", percent], ["off", 100 - percent]] });
            if let Some(owner) = owner {
                rekey(&mut fractional, owner);
            }
            json!({ "==": [fractional, "on"] })
        }
    }
}

/// Lets a part of targeting that is evaluated under another flag's key choose as under its own.
fn rekey(node: &mut Value, owner: &str) {
    if is_flag_key(node) {
        *node = json!(owner);
        return;
    }
    match node {
        Value::Array(items) => items.iter_mut().for_each(|item| rekey(item, owner)),
        Value::Object(operation) => {
            operation.values_mut().for_each(|node| rekey(node, owner));
            let buckets = operation
                .get_mut("fractional")
                .and_then(Value::as_array_mut);
            // Without a text before the buckets flagd takes the flag's key and the client's.
            let Some(buckets) = buckets.filter(|of| of.first().is_some_and(Value::is_array)) else {
                return;
            };
            let client = json!({ "var": "targetingKey" });
            buckets.insert(0, json!({ "cat": [owner, client] }));
            *node = json!({ "if": [client, node.take(), null] });
        }
        _ => {}
    }
}

fn is_flag_key(node: &Value) -> bool {
    let name = node
        .get("var")
        .filter(|_| node.as_object().is_some_and(|of| of.len() == 1));
    let name = name.and_then(|name| name.as_str().or_else(|| name.get(0)?.as_str()));
    name == Some("$flagd.flagKey")
}
