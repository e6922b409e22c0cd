//! Merges the records of one batch into the toggles that have changed.

use std::collections::BTreeMap;

use tracing::error;

use crate::event::StreamEvent;
use crate::item::{Item, toggle_id};

/// A toggle that a batch says has changed. A record is only a trigger: its image may be out of date
/// by hours, if it is retried or replayed, so it is never sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// The toggle.
    pub id: String,
    /// The index of its first record in the batch: a retry starts there.
    pub first: usize,
}

/// The last state of one toggle in the table, to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The toggle.
    pub id: String,
    /// Its item or tombstone; `None` if it was deleted otherwise.
    pub item: Option<Item>,
    /// What its rules refer to, and what that refers to: items by id, as they were read with it.
    pub needs: BTreeMap<String, Option<Item>>,
    /// The index of its first record in the batch: a retry starts there.
    pub first: usize,
}

impl Pending {
    /// What its rules refer to: a prerequisite, or a segment.
    #[must_use]
    pub fn needed(&self, id: &str) -> Option<&Item> {
        if id == self.id {
            return self.item.as_ref();
        }
        self.needs.get(id)?.as_ref()
    }
}

/// The toggles of a batch in the order of their last changes, without those whose tombstone has
/// expired, and the first record that is invalid.
#[must_use]
pub fn coalesce(event: &StreamEvent) -> (Vec<Trigger>, Option<usize>) {
    let mut triggers: Vec<Trigger> = Vec::new();
    let mut malformed = None;
    let news = event.records.iter().enumerate();
    for (index, record) in news.filter(|(_, record)| !record.has_expired()) {
        let Some(id) = toggle_id(&record.change.keys) else {
            error!(index, "record has no toggle id");
            malformed = malformed.or(Some(index));
            continue;
        };
        let earlier = triggers.iter().position(|earlier| earlier.id == id);
        let first = earlier.map_or(index, |position| triggers.remove(position).first);
        let id = id.to_owned();
        triggers.push(Trigger { id, first });
    }
    (triggers, malformed)
}

/// The earlier of two records, if there are any.
#[must_use]
pub fn earliest(left: Option<usize>, right: Option<usize>) -> Option<usize> {
    left.into_iter().chain(right).min()
}

/// The first record of those that have not been sent.
#[must_use]
pub fn first_of(untold: &[Pending]) -> Option<usize> {
    untold.iter().map(|toggle| toggle.first).min()
}
