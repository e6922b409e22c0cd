//! Which toggles could be deleted, and why: a pure function of what is known of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;
use toggle_rules::{Item, is_segment, needed, only_answer};
use toggle_table::Toggle;

use super::counted::Counted;
use super::sources::Named;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// What is known.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// Every toggle and segment.
    pub toggles: &'k [Toggle],
    /// The ids of those whose changes need a second person.
    pub protected: &'k BTreeSet<String>,
    /// Who asked for toggles; `None` if the system does not count.
    pub counted: Option<&'k Counted>,
    /// The sources that name toggles; `None` if none were searched.
    pub named: Option<&'k Named>,
    /// For how many days nothing must have happened.
    pub days: u64,
    /// The time, in milliseconds since the epoch.
    pub now_ms: u64,
}

/// A toggle with the signs that it is stale. A sign is `None` if it could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// The featureId.
    pub feature_id: String,
    /// Whether it could be deleted: it is settled or was not asked for, and no sign speaks against that.
    pub could_be_deleted: bool,
    /// Whether it has not changed in these days, and gives one answer.
    pub settled: Option<bool>,
    /// The one answer that it gives to everybody by its rules, or that it gave in these days: the name of a variant,
    /// `on` or `off`.
    pub answer: Option<String>,
    /// When it or a toggle that its answer depends on was changed last, in milliseconds since the epoch.
    pub changed_at: Option<u64>,
    /// Whether a client asked for it in these days.
    pub asked_for: Option<bool>,
    /// The last day on which one did, in UTC: `2026-11-30`.
    pub last_asked_for: Option<String>,
    /// Whether a file of the sources contains its id.
    pub in_sources: Option<bool>,
    /// Those files.
    pub files: Vec<PathBuf>,
    /// The ids of the toggles whose rules refer to it.
    pub referred_to_by: Vec<String>,
    /// Whether its deletion needs a second person.
    pub is_protected: bool,
}

impl Judged {
    /// Whether it gives one answer and is still used: its uses are to be removed before it is.
    #[must_use]
    pub fn is_settled_and_used(&self) -> bool {
        self.settled == Some(true) && !self.could_be_deleted
    }
}

/// Judges every toggle, in the order of `known`, without segments and tombstones.
#[must_use]
pub fn judge(known: &Known<'_>) -> Vec<Judged> {
    let toggles = known.toggles.iter().filter(|toggle| !toggle.is_removed());
    let toggles: Vec<_> = toggles.collect();
    let items: BTreeMap<_, _> = toggles
        .iter()
        .map(|toggle| (toggle.id(), toggle.to_message()))
        .collect();
    let changes: BTreeMap<_, _> = toggles
        .iter()
        .map(|toggle| (toggle.id(), toggle.changed_at()))
        .collect();
    let judging = Judging {
        known,
        items: &items,
        changes: &changes,
        references: toggles
            .iter()
            .map(|toggle| (toggle.id(), toggle.references()))
            .collect(),
    };
    let ids = toggles.iter().map(|toggle| toggle.id());
    let ids = ids.filter(|id| !is_segment(id));
    ids.map(|id| judging.judged(id)).collect()
}

struct Judging<'j> {
    known: &'j Known<'j>,
    items: &'j BTreeMap<&'j str, Item>,
    changes: &'j BTreeMap<&'j str, Option<u64>>,
    references: Vec<(&'j str, BTreeSet<String>)>,
}

impl Judging<'_> {
    fn judged(&self, id: &str) -> Judged {
        let Known {
            protected,
            counted,
            named,
            ..
        } = self.known;
        let changed_at = self.changed_at(id);
        let has_changed = changed_at.map(|at| !self.is_before(at));
        let answer = self.answer(id);
        let settled = match (has_changed, &answer) {
            (Some(true), _) | (_, None) => Some(false),
            (Some(false), Some(_)) => Some(true),
            (None, Some(_)) => None,
        };
        let asked_for = counted.and_then(|counted| counted.was_asked_for(id));
        let in_sources = named.map(|named| named.contains_key(id));
        let references = self.references.iter();
        let referring = references.filter(|(_, references)| references.contains(id));
        let referred_to_by: Vec<_> = referring.map(|(id, _)| (*id).to_owned()).collect();
        let is_unused = settled == Some(true) || asked_for == Some(false);
        let is_used = asked_for == Some(true) || in_sources == Some(true);
        let last = counted.and_then(|counted| counted.last(id));
        let files = named.and_then(|named| named.get(id));
        Judged {
            feature_id: id.to_owned(),
            could_be_deleted: is_unused
                && !is_used
                && referred_to_by.is_empty()
                && has_changed != Some(true),
            settled,
            answer,
            changed_at,
            asked_for,
            last_asked_for: last.map(str::to_owned),
            in_sources,
            files: files.cloned().unwrap_or_default(),
            referred_to_by,
            is_protected: protected.contains(id),
        }
    }

    fn is_before(&self, at_ms: u64) -> bool {
        at_ms.saturating_add(self.known.days.saturating_mul(DAY_MS)) <= self.known.now_ms
    }

    fn find(&self, id: &str) -> Option<&Item> {
        self.items.get(id)
    }

    /// The last change of what a toggle's answer depends on; `None` if one is not known.
    fn changed_at(&self, id: &str) -> Option<u64> {
        let needed = needed(self.items.get(id)?, &|id: &str| self.find(id));
        let needed = needed.iter().filter(|(_, item)| item.is_some());
        let all = needed.map(|(id, _)| id.as_str()).chain([id]);
        let mut changes = all.map(|id| self.changes.get(id).copied().flatten());
        changes.try_fold(0, |last, change| Some(last.max(change?)))
    }

    /// The answer by the rules, or the only one that was given.
    fn answer(&self, id: &str) -> Option<String> {
        let item = self.items.get(id)?;
        let by_rules = only_answer(id, item, &|id: &str| self.find(id), self.known.now_ms);
        by_rules.or_else(|| self.known.counted?.only_answer(id).map(str::to_owned))
    }
}

#[cfg(test)]
mod tests;
