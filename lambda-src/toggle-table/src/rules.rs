//! Rules of toggles: what an operator writes of them, checked before it is written, and explained.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use toggle_contract::{
    DEFAULT_VARIANT, PREREQUISITES, RAMP, RULES, SEGMENT, TARGETING, TOUCHED_AT, VARIANTS, WINDOWS,
};
use toggle_rules::{
    Reason, Rule, RuleError, check, clauses, evaluate, is_segment, references, segment_id,
};

use crate::draft::{Draft, Item, expect, is_toggle, next_revision};
use crate::error::TogglesError;
use crate::store::{Store, tombstone};
use crate::toggle::Toggle;
use crate::value::{AttributeText, Typed};

/// A change to a toggle's rules. What it does not name stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleChange {
    /// Whether all rules are removed first.
    pub clear: bool,
    /// flagd's targeting, in JSON.
    pub targeting: Option<String>,
    /// The variants, by name.
    pub variants: Vec<(String, AttributeText)>,
    /// The variant for clients that the targeting says nothing of.
    pub default_variant: Option<String>,
    /// The ids of the toggles that must be on.
    pub prerequisites: Vec<String>,
    /// The windows, in JSON.
    pub windows: Option<String>,
    /// The rollout in steps, in JSON.
    pub ramp: Option<String>,
}

impl RuleChange {
    /// Writes the change into a draft.
    pub(crate) fn apply(&self, draft: &mut Draft, item: &Item) {
        if self.clear {
            let all = RULES.into_iter().chain([DEFAULT_VARIANT, TOUCHED_AT]);
            let there = all.filter(|name| item.contains_key(*name));
            draft.remove.extend(there.map(str::to_owned));
        }
        let mut set = BTreeMap::new();
        let texts = [
            (TARGETING, &self.targeting),
            (DEFAULT_VARIANT, &self.default_variant),
            (WINDOWS, &self.windows),
            (RAMP, &self.ramp),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                set.insert(name, AttributeValue::S(text.clone()));
            }
        }
        if !self.variants.is_empty() {
            let variants = self.variants.iter();
            let variants =
                variants.map(|(name, AttributeText(value))| (name.clone(), value.clone()));
            set.insert(VARIANTS, AttributeValue::M(variants.collect()));
        }
        if !self.prerequisites.is_empty() {
            let mut ids = self.prerequisites.clone();
            ids.sort_unstable();
            ids.dedup();
            set.insert(PREREQUISITES, AttributeValue::Ss(ids));
        }
        draft.remove.retain(|name| !set.contains_key(name.as_str()));
        let set = set.into_iter();
        draft
            .set
            .extend(set.map(|(name, value)| (name.to_owned(), value)));
    }
}

/// Who asks, and when, for an explanation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The context of the connection, in JSON; `None` if nothing is known of the client.
    pub context: Option<String>,
    /// Milliseconds since the epoch. `None`: now.
    pub at_ms: Option<u64>,
}

/// Why a toggle is what it is for a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The featureId.
    pub feature_id: String,
    /// Whether the client is told that it is on.
    pub is_active: bool,
    /// The variant, `on` or `off` without variants.
    pub variant: String,
    /// Why, in words.
    pub reason: String,
    /// The conditions of the targeting, up to the one that decides.
    pub clauses: Vec<Condition>,
    /// When the answer may change by itself next, in milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_edge: Option<u64>,
}

/// A condition that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The condition, in JSON.
    pub condition: String,
    /// Whether it holds.
    pub holds: bool,
    /// What it gives if it holds, in JSON.
    pub gives: String,
}

/// A segment: a condition with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// The condition, in JSON.
    pub condition: String,
    /// The ids of the toggles and segments whose rules name it.
    pub used_by: Vec<String>,
}

impl Segment {
    /// The segments among all toggles and segments of a system.
    #[must_use]
    pub fn all(toggles: &[Toggle]) -> Vec<Self> {
        let references: Vec<_> = toggles
            .iter()
            .map(|of| (of.id(), of.references()))
            .collect();
        let segments = toggles.iter().filter_map(|of| {
            let name = of.id().strip_prefix(toggle_contract::SEGMENT_PREFIX)?;
            let condition = of.text(SEGMENT).filter(|condition| !condition.is_empty())?;
            let users = references.iter().filter(|(_, used)| used.contains(of.id()));
            Some(Self {
                name: name.to_owned(),
                condition: condition.to_owned(),
                used_by: users.map(|(id, _)| (*id).to_owned()).collect(),
            })
        });
        segments.collect()
    }
}

pub(crate) type Found = BTreeMap<String, toggle_rules::Item>;

/// What rules refer to, however far.
pub(crate) struct Closure {
    /// What exists of it, by id.
    pub(crate) found: Found,
    /// The ids of the others.
    missing: BTreeSet<String>,
}

impl Store {
    /// Checks what an item would be, against some clients: rules that are broken must not be written, since
    /// they are off for everybody.
    pub(crate) async fn check_rules(&self, id: &str, after: &Item) -> Result<(), TogglesError> {
        self.check_rules_among(id, after, &Found::new()).await
    }

    /// The same for one of several items that are written together: what it refers to is among those, or
    /// exists.
    pub(crate) async fn check_rules_among(
        &self,
        id: &str,
        after: &Item,
        others: &Found,
    ) -> Result<(), TogglesError> {
        if is_segment(id) {
            return self.check_segment(id, after, others).await;
        }
        if let Some(targeting) = after.get(TARGETING).and_then(|value| value.as_s().ok()) {
            check(targeting).map_err(|error| broken(id, error))?;
        }
        let after = typed(after);
        let found = self.referenced_among(&after, others).await?.found;
        for prerequisite in toggles(&references(&after)) {
            if !found.contains_key(prerequisite) {
                return Err(TogglesError::NoToggle {
                    id: prerequisite.clone(),
                    near: None,
                });
            }
        }
        // A switch that is off hides what is wrong with its rules.
        let mut on = after;
        on.insert(
            toggle_contract::ACTIVE.to_owned(),
            serde_json::json!({"BOOL": true}),
        );
        // And so does a part of them that is off.
        let parts = [WINDOWS, RAMP, PREREQUISITES, TARGETING];
        for part in parts {
            let mut alone = on.clone();
            alone.retain(|name, _| name == part || !parts.contains(&name.as_str()));
            sample(id, &alone, &found)?;
        }
        Ok(())
    }

    /// Checks a segment: the segments that it names must exist, and neither it nor they may name it.
    async fn check_segment(
        &self,
        id: &str,
        after: &Item,
        others: &Found,
    ) -> Result<(), TogglesError> {
        let after = typed(after);
        let condition = text(&after, SEGMENT).ok_or(RuleError::Type {
            name: SEGMENT,
            must: "S",
        });
        let checked = condition.and_then(check);
        checked.map_err(|error| broken(id, error))?;
        let Closure { found, missing } = self.referenced_among(&after, others).await?;
        if found.contains_key(id) || missing.contains(id) {
            return Err(broken(id, RuleError::Circle(id.to_owned())));
        }
        match missing.first() {
            Some(missing) => Err(broken(
                id,
                RuleError::NoSegment(name_of(missing).to_owned()),
            )),
            None => Ok(()),
        }
    }

    /// What rules refer to, however far.
    pub(crate) async fn referenced(
        &self,
        item: &toggle_rules::Item,
    ) -> Result<Closure, TogglesError> {
        self.referenced_among(item, &Found::new()).await
    }

    /// The same, among these or in the table.
    async fn referenced_among(
        &self,
        item: &toggle_rules::Item,
        others: &Found,
    ) -> Result<Closure, TogglesError> {
        let (mut found, mut missing) = (Found::new(), BTreeSet::new());
        let mut next = references(item);
        while let Some(id) = next.pop_first() {
            if found.contains_key(&id) || missing.contains(&id) {
                continue;
            }
            let needed = match others.get(&id) {
                Some(other) => Some(other.clone()),
                None => Some(self.read(&id).await?)
                    .filter(is_toggle)
                    .map(|of| typed(&of)),
            };
            if let Some(needed) = needed {
                next.extend(references(&needed));
                found.insert(id, needed);
            } else {
                missing.insert(id);
            }
        }
        Ok(Closure { found, missing })
    }

    /// Says what a client is told of a toggle, and which part of its rules decides that.
    ///
    /// # Errors
    /// [`TogglesError::NoToggle`] if it does not exist.
    pub async fn explain(&self, id: &str, asked: &Asked) -> Result<Explanation, TogglesError> {
        let item = self.existing_item(id).await?;
        let item = typed(&item);
        let found = self.referenced(&item).await?.found;
        let find = |id: &str| found.get(id);
        let at_ms = asked.at_ms.unwrap_or_else(crate::write::now_ms);
        let rule = Rule::of(id, &item, &find, at_ms);
        let context = asked.context.as_deref();
        let evaluation = evaluate([&rule], context).pop();
        let Some(evaluation) = evaluation else {
            return Err(broken(id, RuleError::Targeting("no answer".to_owned())));
        };
        let targeting = item
            .get(TARGETING)
            .and_then(|value| value.get("S")?.as_str());
        let tried = match (&evaluation.reason, targeting) {
            (Reason::Targeting | Reason::Default | Reason::Ramp(_), Some(targeting)) => {
                let tried = clauses(id, targeting, &find, context, at_ms);
                tried.map_err(|error| broken(id, error))?
            }
            _ => Vec::new(),
        };
        Ok(Explanation {
            feature_id: id.to_owned(),
            is_active: rule.is_on(evaluation.answer),
            variant: rule.name(evaluation.answer).to_owned(),
            reason: reason(&evaluation.reason, targeting.is_some()),
            clauses: tried
                .into_iter()
                .map(|clause| Condition {
                    condition: clause.condition,
                    holds: clause.holds,
                    gives: clause.gives,
                })
                .collect(),
            next_edge: toggle_rules::next_edge(&item, at_ms),
        })
    }

    /// All segments, by name.
    pub async fn segments(&self) -> Result<Vec<Segment>, TogglesError> {
        Ok(Segment::all(&self.list_all().await?))
    }

    /// Writes a segment: each toggle whose rules name it is sent again.
    ///
    /// # Errors
    /// [`TogglesError::Rule`] if the condition is broken.
    pub async fn set_segment(&self, name: &str, condition: &str) -> Result<(), TogglesError> {
        let id = segment_id(name);
        let set = Item::from([(SEGMENT.to_owned(), AttributeValue::S(condition.to_owned()))]);
        self.check_segment(&id, &set, &Found::new()).await?;
        let write = self.write(&id, |item, floor| {
            Ok(Draft {
                set: set.clone(),
                replaces: true,
                revision: next_revision(&id, item, floor)?,
                ..Draft::default()
            })
        });
        write.await.map(|_| ())
    }

    /// Deletes a segment that no rule names.
    ///
    /// # Errors
    /// [`TogglesError::NoSegment`] if there is none, [`TogglesError::SegmentUsed`] if a rule names it.
    pub async fn delete_segment(
        &self,
        name: &str,
        if_revision: Option<u64>,
    ) -> Result<(), TogglesError> {
        let id = segment_id(name);
        self.check_unused(&id).await?;
        let write = self.write(&id, |item, floor| {
            expect(&id, item, if_revision)?;
            Ok(tombstone(next_revision(&id, item, floor).unwrap_or(floor)))
        });
        write.await.map(|_| ())
    }

    /// Checks that a segment may be deleted. A toggle may be in any case.
    pub(crate) async fn check_unused(&self, id: &str) -> Result<(), TogglesError> {
        if !is_segment(id) {
            return Ok(());
        }
        let name = name_of(id);
        let segments = self.segments().await?;
        let segment = segments.iter().find(|segment| segment.name == name);
        let segment = segment.ok_or_else(|| TogglesError::NoSegment(name.to_owned()))?;
        if segment.used_by.is_empty() {
            return Ok(());
        }
        Err(TogglesError::SegmentUsed {
            name: name.to_owned(),
            by: segment.used_by.clone(),
        })
    }
}

/// The name of a segment.
fn name_of(id: &str) -> &str {
    id.strip_prefix(toggle_contract::SEGMENT_PREFIX)
        .unwrap_or(id)
}

/// The ids of toggles, not of segments.
fn toggles(ids: &BTreeSet<String>) -> impl Iterator<Item = &String> {
    ids.iter().filter(|id| !is_segment(id))
}

/// Evaluates rules for some clients: nobody, somebody, and somebody in a group.
fn sample(id: &str, item: &toggle_rules::Item, found: &Found) -> Result<(), TogglesError> {
    let find = |id: &str| found.get(id);
    let rule = Rule::of(id, item, &find, crate::write::now_ms());
    let samples = [
        None,
        Some(r#"{"targetingKey":"sample","groups":[]}"#),
        Some(r#"{"targetingKey":"sample","groups":["sample"],"email":"sample@example.com"}"#),
    ];
    for context in samples {
        for evaluation in evaluate([&rule], context) {
            if let Reason::Broken(error) = evaluation.reason {
                return Err(broken(id, error));
            }
        }
    }
    Ok(())
}

fn broken(id: &str, source: RuleError) -> TogglesError {
    TogglesError::Rule {
        id: id.to_owned(),
        source,
    }
}

pub(crate) fn text<'i>(item: &'i toggle_rules::Item, name: &str) -> Option<&'i str> {
    item.get(name)?.get("S")?.as_str()
}

/// An item in the form of messages. Values of attributes always serialise.
pub(crate) fn typed(item: &Item) -> toggle_rules::Item {
    let typed = item.iter().map(|(name, value)| {
        let value = serde_json::to_value(Typed(value)).unwrap_or_default();
        (name.clone(), value)
    });
    typed.collect()
}

fn reason(reason: &Reason, has_targeting: bool) -> String {
    match reason {
        Reason::SwitchedOff => "it is switched off, for everybody".to_owned(),
        Reason::Closed => "none of its windows is open".to_owned(),
        Reason::Prerequisite(id) => {
            format!("toggle `{id}`, which must be on, is off for this client")
        }
        Reason::Targeting => "its targeting chose this".to_owned(),
        Reason::Default if has_targeting => {
            "its targeting says nothing of this client: the default".to_owned()
        }
        Reason::Default => "it has no targeting: the same for everybody".to_owned(),
        Reason::Ramp(percent) => {
            format!("its ramp has reached {percent} % of users, and not this client")
        }
        Reason::Broken(error) => format!("its rule is broken: {error}"),
    }
}
