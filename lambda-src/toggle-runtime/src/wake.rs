//! Toggle-clock: wakes toggles whose answers change by themselves, at an edge: when a window opens or
//! closes, or a rollout goes on.
//!
//! An answer is a function of the item and the time, and whoever sends it evaluates it then. So a wake-up
//! has no state: it writes when it was into the toggle, whose stream has that as any change. One that is
//! late, comes twice or too early tells clients nothing that is not so.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use serde::Deserialize;
use toggle_contract::{TOUCHED_AT, history};
use toggle_rules::next_edge;
use tokio::time::Instant;
use tracing::{error, info};

use crate::clock::{Clock, bounded};
use crate::coalesce::earliest;
use crate::event::{Record, StreamEvent};
use crate::item::{Item, is_tombstone, toggle_id};
use crate::ports::{ScheduleError, Schedules, TableError, Toggles, Touch};

/// How many toggles are looked at at once.
const CONCURRENCY: usize = 8;

/// What invokes the function.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Invocation {
    /// A schedule, at an edge.
    Wake {
        /// The toggle.
        wake: Woken,
    },
    /// The rule that looks for what was missed.
    Sweep {
        /// The event has no more than this.
        sweep: bool,
    },
    /// The stream of the history.
    Changes(StreamEvent),
}

/// The toggle that a schedule is for.
#[derive(Debug, Deserialize)]
pub struct Woken {
    /// Its id.
    pub toggle: String,
}

/// Why a toggle may not be woken at its next edge.
#[derive(Debug, thiserror::Error)]
pub enum WakeError {
    /// The toggle cannot be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Its schedule cannot be written.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
}

/// The parts of the function.
#[derive(Debug)]
pub struct Waking<'w, T, S> {
    /// The toggles.
    pub toggles: &'w T,
    /// The schedules.
    pub schedules: &'w S,
    /// The time.
    pub clock: Clock,
    /// When the invocation must be done.
    pub until: Instant,
}

impl<T: Toggles + Touch, S: Schedules> Waking<'_, T, S> {
    /// Schedules the next edges of the toggles that have changed. Returns the index of the first record
    /// that must be delivered again.
    pub async fn changed(&self, event: &StreamEvent) -> Option<usize> {
        let mut toggles: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
        for (index, record) in event.records.iter().enumerate() {
            if let Some(id) = toggle_id(&record.change.keys) {
                let of = toggles.entry(id).or_insert((index, 0));
                of.1 = of.1.max(changed_at(record));
            }
        }
        let all = toggles.into_iter().map(|(id, (first, at))| async move {
            let settled = self.settle(id, at).await;
            settled.is_none().then_some(first)
        });
        let failed: Vec<_> = stream::iter(all).buffered(CONCURRENCY).collect().await;
        failed.into_iter().fold(None, earliest)
    }

    /// Wakes a toggle, unless its answer changes at no time.
    ///
    /// # Errors
    /// It may not be woken then: the call must be repeated.
    pub async fn woken(&self, id: &str) -> Result<(), WakeError> {
        let item = bounded(self.until, self.toggles.one(id)).await?;
        match item {
            Some(item) if has_edges(&item) => self.touch(id, &item).await,
            _ => Ok(()),
        }
    }

    /// Looks at all toggles that have edges: wakes those that were not woken at one, and schedules the
    /// next edges of the others. Returns whether that was possible for all of them.
    ///
    /// # Errors
    /// The toggles cannot be read.
    pub async fn sweep(&self) -> Result<bool, WakeError> {
        let all = bounded(self.until, self.toggles.all()).await?;
        let with_edges = all.iter().filter(|(_, item)| has_edges(item));
        let settled = with_edges.map(|(id, _)| self.settle(id, 0));
        let settled = stream::iter(settled).buffered(CONCURRENCY);
        Ok(settled.all(|of| async move { of.is_some() }).await)
    }

    /// As [`Self::due`], whose error is logged.
    async fn settle(&self, id: &str, changed_at: u64) -> Option<()> {
        let settled = self.due(id, changed_at).await;
        settled
            .inspect_err(|error| {
                let error = error as &dyn std::error::Error;
                error!(error, toggle = id, "an edge cannot be scheduled");
            })
            .ok()
    }

    /// Wakes a toggle if an edge has passed since it was changed or woken, since nobody may have been told
    /// its answer after that edge. Else schedules its next one, and no other.
    async fn due(&self, id: &str, changed_at: u64) -> Result<(), WakeError> {
        let item = bounded(self.until, self.toggles.one(id)).await?;
        let item = item.filter(|item| !is_tombstone(item));
        let since = item.as_ref().and_then(touched_at).unwrap_or_default();
        let since = since.max(changed_at);
        let edge = item.as_ref().and_then(|item| next_edge(item, since));
        match (item, edge) {
            (Some(item), Some(edge)) if edge <= self.clock.now_ms() => self.touch(id, &item).await,
            (_, edge) => Ok(self.schedules.arm(id, edge, self.until).await?),
        }
    }

    async fn touch(&self, id: &str, item: &Item) -> Result<(), WakeError> {
        let now_ms = self.clock.now_ms();
        bounded(self.until, self.toggles.touch(id, item, now_ms)).await?;
        info!(toggle = id, "woken");
        Ok(())
    }
}

/// When a toggle was changed, at the latest: the history's key begins with it. To the second, so an edge
/// in the same second counts as passed after it.
fn changed_at(record: &Record) -> u64 {
    let key = record.change.keys.get(history::AT);
    let key = key.and_then(|key| key.get("S")?.as_str());
    let at = key.and_then(|key| key.split('-').next()?.parse().ok());
    at.unwrap_or_default()
}

fn has_edges(item: &Item) -> bool {
    !is_tombstone(item) && next_edge(item, 0).is_some()
}

fn touched_at(item: &Item) -> Option<u64> {
    item.get(TOUCHED_AT)?.get("N")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests;
