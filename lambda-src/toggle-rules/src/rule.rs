//! A toggle's rules, compiled for a moment, and what they answer.

use datalogic_rs::Logic;
use datalogic_rs::bumpalo::Bump;
use jiff::Timestamp;
use serde_json::Value;
use toggle_contract::{
    ACTIVE, DEFAULT_VARIANT, RAMP, REVISION, SEGMENT, TARGETING, TOUCHED_AT, VARIANTS, WINDOWS,
};

use crate::error::RuleError;
use crate::logic::{Chosen, Client, compile, parse, timestamps};
use crate::ramp::Steps;
use crate::references::{needed, prerequisites};
use crate::window::Window;
use crate::{Item, text};

/// What a client is told of a toggle with rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// It is off.
    Off,
    /// It is on.
    On,
    /// It is on, and this is its variant: an index into [`Rule::variants`].
    Variant(u16),
}

/// An answer, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// What the client is told.
    pub answer: Answer,
    /// Why.
    pub reason: Reason,
}

/// Why a toggle is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `isActive` is false: it is off for everybody.
    SwitchedOff,
    /// None of its windows is open.
    Closed,
    /// A toggle that must be on is off for this client.
    Prerequisite(String),
    /// The targeting chose.
    Targeting,
    /// The targeting, if there is any, said nothing of this client.
    Default,
    /// The client is not among the percentage of users that the ramp has reached.
    Ramp(u8),
    /// The rule is broken.
    Broken(RuleError),
}

/// A toggle's rules, for one moment: what depends on the time alone is decided.
#[derive(Debug)]
pub struct Rule {
    id: String,
    at: Timestamp,
    revision: Revision,
    variants: Vec<(String, Value)>,
    decided: Result<Parts, Reason>,
}

#[derive(Debug)]
struct Parts {
    prerequisites: Vec<Rule>,
    targeting: Option<Logic>,
    default: Answer,
    ramp: Option<Share>,
}

/// Those of all users for whom a ramp is on.
#[derive(Debug)]
struct Share {
    percent: u8,
    logic: Logic,
}

impl Rule {
    /// Compiles the rules of an item at a moment, in milliseconds since the epoch. `find` gives the items that
    /// it [refers](crate::references()) to.
    pub fn of<'i>(
        id: &str,
        item: &Item,
        find: &impl Fn(&str) -> Option<&'i Item>,
        at_ms: u64,
    ) -> Self {
        let needs = Needs::of(item, find);
        // A clock that is behind must not miss the edge that something was woken for.
        let at = timestamp(at_ms.max(needs.touched_at));
        let rule = Self::within(id, item, find, at, &mut Vec::new());
        Self {
            revision: needs.revision,
            ..rule
        }
    }

    /// What a client is told as the toggle's revision.
    pub(crate) const fn revision(&self) -> Revision {
        self.revision
    }

    fn within<'i>(
        id: &str,
        item: &Item,
        find: &impl Fn(&str) -> Option<&'i Item>,
        at: Timestamp,
        above: &mut Vec<String>,
    ) -> Self {
        let (variants, variants_error) = match variants(item) {
            Ok(variants) => (variants, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let decided =
            if item.get(ACTIVE).and_then(|value| value.get("BOOL")) != Some(&Value::Bool(true)) {
                Err(Reason::SwitchedOff)
            } else if let Some(error) = variants_error {
                Err(Reason::Broken(error))
            } else {
                above.push(id.to_owned());
                let parts = parts(item, &variants, find, at, above);
                above.pop();
                parts
            };
        Self {
            id: id.to_owned(),
            at,
            revision: Revision::Own,
            variants,
            decided,
        }
    }

    /// The variants by name, with their values in `DynamoDB` JSON.
    #[must_use]
    pub fn variants(&self) -> &[(String, Value)] {
        &self.variants
    }

    /// The name of an answer's variant: `on` and `off` without variants.
    #[must_use]
    pub fn name(&self, answer: Answer) -> &str {
        match answer {
            Answer::Off => "off",
            Answer::On => "on",
            Answer::Variant(index) => {
                let variant = self.variants.get(usize::from(index));
                variant.map_or("off", |(name, _)| name)
            }
        }
    }

    /// Why it is off for everybody, if it is broken.
    #[must_use]
    pub fn broken(&self) -> Option<&RuleError> {
        match &self.decided {
            Err(Reason::Broken(error)) => Some(error),
            _ => None,
        }
    }

    /// The answer that every client gets at its moment; `None` if that depends on the client.
    pub(crate) fn only(&self) -> Option<Answer> {
        let Ok(parts) = &self.decided else {
            return Some(Answer::Off);
        };
        let mut is_same = parts.targeting.is_none() && parts.ramp.is_none();
        for prerequisite in &parts.prerequisites {
            match prerequisite.only() {
                Some(answer) if prerequisite.is_on(answer) => {}
                Some(_) => return Some(Answer::Off),
                None => is_same = false,
            }
        }
        is_same.then_some(parts.default)
    }

    fn answer(&self, client: &Client<'_>) -> Evaluation {
        let off = |reason| Evaluation {
            answer: Answer::Off,
            reason,
        };
        let parts = match &self.decided {
            Ok(parts) => parts,
            Err(reason) => return off(reason.clone()),
        };
        for prerequisite in &parts.prerequisites {
            let evaluation = prerequisite.answer(client);
            if let Reason::Broken(error) = evaluation.reason {
                return off(Reason::Broken(RuleError::Prerequisite {
                    id: prerequisite.id.clone(),
                    source: Box::new(error),
                }));
            }
            if !prerequisite.is_on(evaluation.answer) {
                return off(Reason::Prerequisite(prerequisite.id.clone()));
            }
        }
        let evaluation = match self.target(parts, client) {
            Ok(evaluation) => evaluation,
            Err(error) => return off(Reason::Broken(error)),
        };
        match &parts.ramp {
            Some(ramp) if evaluation.answer != Answer::Off => {
                match client.evaluate(&ramp.logic, &self.id, self.at) {
                    Ok(Chosen::Name(name)) if name == "on" => evaluation,
                    Ok(_) => off(Reason::Ramp(ramp.percent)),
                    Err(error) => off(Reason::Broken(error)),
                }
            }
            _ => evaluation,
        }
    }

    fn target(&self, parts: &Parts, client: &Client<'_>) -> Result<Evaluation, RuleError> {
        let chosen = match &parts.targeting {
            Some(logic) => client.evaluate(logic, &self.id, self.at)?,
            None => Chosen::Nothing,
        };
        let (answer, reason) = match chosen {
            Chosen::Nothing => (parts.default, Reason::Default),
            Chosen::Name(name) => (named(&self.variants, &name)?, Reason::Targeting),
        };
        Ok(Evaluation { answer, reason })
    }

    /// Whether a toggle with this answer is on: a variant whose value is `false` is off.
    #[must_use]
    pub fn is_on(&self, answer: Answer) -> bool {
        match answer {
            Answer::Off => false,
            Answer::On => true,
            Answer::Variant(index) => {
                let value = self
                    .variants
                    .get(usize::from(index))
                    .map(|(_, value)| value);
                value.and_then(|value| value.get("BOOL")) != Some(&Value::Bool(false))
            }
        }
    }
}

/// What a client is told as the revision of a toggle that refers to others: its answer changes with theirs, and
/// so must what an older message is told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revision {
    /// Its own.
    Own,
    /// The highest of its own and of those that it refers to.
    Highest(u64),
    /// None: something is missing, whose revision may have been the highest.
    Unknown,
}

/// What an item and all that it refers to have in common.
struct Needs {
    /// When the last of them was woken, in milliseconds since the epoch.
    touched_at: u64,
    revision: Revision,
}

impl Needs {
    fn of<'i>(item: &Item, find: &impl Fn(&str) -> Option<&'i Item>) -> Self {
        let number = |item: &Item, name: &str| {
            let text = item.get(name).and_then(|value| value.get("N")?.as_str());
            text.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0)
        };
        let needed = needed(item, find);
        let found = || std::iter::once(item).chain(needed.values().copied().flatten());
        let highest = |name| found().map(|of| number(of, name)).max().unwrap_or(0);
        let revision = match (needed.is_empty(), needed.values().all(Option::is_some)) {
            (true, _) => Revision::Own,
            (false, true) => Revision::Highest(highest(REVISION)),
            (false, false) => Revision::Unknown,
        };
        Self {
            touched_at: highest(TOUCHED_AT),
            revision,
        }
    }
}

/// What each rule answers a client with this context, which is JSON.
pub fn evaluate<'r>(
    rules: impl IntoIterator<Item = &'r Rule>,
    context: Option<&str>,
) -> Vec<Evaluation> {
    let arena = Bump::new();
    let client = Client::of(context, &arena);
    rules.into_iter().map(|rule| rule.answer(&client)).collect()
}

fn parts<'i>(
    item: &Item,
    variants: &[(String, Value)],
    find: &impl Fn(&str) -> Option<&'i Item>,
    at: Timestamp,
    above: &mut Vec<String>,
) -> Result<Parts, Reason> {
    let broken = Reason::Broken;
    let windows = text(item, WINDOWS).map_err(broken)?;
    let windows = windows.map(Window::parse).transpose().map_err(broken)?;
    if windows.is_some_and(|windows| !windows.iter().any(|window| window.is_open(at))) {
        return Err(Reason::Closed);
    }
    let mut before = Vec::new();
    for other in prerequisites(item) {
        if above.iter().any(|above| above == other) {
            return Err(Reason::Broken(RuleError::Circle(other.to_owned())));
        }
        let found = find(other).ok_or_else(|| Reason::Prerequisite(other.to_owned()))?;
        before.push(Rule::within(other, found, find, at, above));
    }
    let targeting = text(item, TARGETING).map_err(broken)?;
    let has_targeting = targeting.is_some();
    let targeting = targeting
        .map(|targeting| compile(targeting, find))
        .transpose();
    let targeting = targeting.map_err(broken)?.flatten();
    let default = default(item, variants, has_targeting).map_err(broken)?;
    let steps = text(item, RAMP).map_err(broken)?.map(Steps::parse);
    let percent = steps
        .transpose()
        .map_err(broken)?
        .map(|steps| steps.percent(at));
    let ramp = match percent {
        None | Some(100) => None,
        Some(0) => return Err(Reason::Ramp(0)),
        Some(percent) => Some(share(percent).map_err(broken)?),
    };
    Ok(Parts {
        prerequisites: before,
        targeting,
        default,
        ramp,
    })
}

/// flagd's `fractional` for so many percent of all users.
fn share(percent: u8) -> Result<Share, RuleError> {
    let rest = 100_u8.saturating_sub(percent);
    let json = format!(r#"{{"fractional":[["on",{percent}],["off",{rest}]]}}"#);
    let logic = compile(&json, &|_| None)?;
    let logic = logic.ok_or(RuleError::Ramp(json))?;
    Ok(Share { percent, logic })
}

fn variants(item: &Item) -> Result<Vec<(String, Value)>, RuleError> {
    let Some(value) = item.get(VARIANTS) else {
        return Ok(Vec::new());
    };
    let wrong = || RuleError::Type {
        name: VARIANTS,
        must: "M",
    };
    let map = value
        .get("M")
        .and_then(Value::as_object)
        .ok_or_else(wrong)?;
    Ok(map
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect())
}

/// For clients that targeting says nothing of: the default variant. Without one, a toggle with targeting is
/// off for them, and one without is on.
fn default(
    item: &Item,
    variants: &[(String, Value)],
    has_targeting: bool,
) -> Result<Answer, RuleError> {
    match text(item, DEFAULT_VARIANT)? {
        Some(name) => named(variants, name),
        None if has_targeting || !variants.is_empty() => Ok(Answer::Off),
        None => Ok(Answer::On),
    }
}

/// The variant of that name. Without variants they are `on` and `off`, and what a condition gives.
fn named(variants: &[(String, Value)], name: &str) -> Result<Answer, RuleError> {
    let missing = || RuleError::NoVariant(name.to_owned());
    if variants.is_empty() {
        return match name {
            "on" | "true" => Ok(Answer::On),
            "off" | "false" => Ok(Answer::Off),
            _ => Err(missing()),
        };
    }
    let index = variants.iter().position(|(variant, _)| variant == name);
    let index = index.and_then(|index| u16::try_from(index).ok());
    index.map(Answer::Variant).ok_or_else(missing)
}

/// The next moment after `after_ms` at which the answer of an item may change by itself, in milliseconds
/// since the epoch: the edge of a window, the step of a ramp, or a time that its targeting compares with. What
/// it refers to has edges of its own. A broken rule has none.
#[must_use]
pub fn next_edge(item: &Item, after_ms: u64) -> Option<u64> {
    let after = timestamp(after_ms);
    let mut edges = Vec::new();
    if let Ok(Some(windows)) = text(item, WINDOWS) {
        let windows = Window::parse(windows).unwrap_or_default();
        edges.extend(windows.iter().filter_map(|window| window.next_edge(after)));
    }
    if let Ok(Some(ramp)) = text(item, RAMP) {
        edges.extend(
            Steps::parse(ramp)
                .ok()
                .and_then(|steps| steps.next_edge(after)),
        );
    }
    for name in [TARGETING, SEGMENT] {
        let Ok(Some(targeting)) = text(item, name) else {
            continue;
        };
        let mut seconds = Vec::new();
        if let Ok(json) = parse(targeting) {
            timestamps(&json, &mut seconds);
        }
        let moments = seconds
            .into_iter()
            .filter_map(|at| Timestamp::from_second(at).ok());
        edges.extend(moments.filter(|at| *at > after));
    }
    let next = edges.into_iter().min()?;
    u64::try_from(next.as_millisecond()).ok()
}

/// A moment far from the epoch is the last that there is.
fn timestamp(ms: u64) -> Timestamp {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
