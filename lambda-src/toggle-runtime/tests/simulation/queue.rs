//! A FIFO queue, and the mapping that invokes toggle-slice with its messages.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use toggle_runtime::event::QueueRecord;
use toggle_runtime::task::Parcel;
use tokio::time::Instant;

/// How long the queue drops messages with an id that it knows.
const DEDUPLICATION: Duration = Duration::from_mins(5);

/// Groups of messages. While messages of a group are being processed, it delivers no others of it.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    groups: BTreeMap<String, VecDeque<QueueRecord>>,
    busy: BTreeSet<String>,
    seen: BTreeMap<String, Instant>,
    stored: usize,
}

impl Queue {
    pub(crate) fn push(&mut self, parcel: Parcel, now: Instant) {
        let seen = self.seen.get(&parcel.id);
        if seen.is_some_and(|seen| now - *seen < DEDUPLICATION) {
            return;
        }
        self.seen.insert(parcel.id, now);
        self.stored += 1;
        let record = QueueRecord {
            message_id: self.stored.to_string(),
            body: serde_json::to_string(&parcel.task).unwrap(),
        };
        self.groups
            .entry(parcel.group)
            .or_default()
            .push_back(record);
    }

    pub(crate) fn depth(&self) -> usize {
        self.groups.values().map(VecDeque::len).sum()
    }

    /// The next messages of any group that is not being processed.
    pub(crate) fn receive(&mut self) -> Option<(String, Vec<QueueRecord>)> {
        let idle = |group: &&String| !self.busy.contains(*group);
        let groups: Vec<_> = self.groups.keys().filter(idle).cloned().collect();
        let group = fastrand::choice(groups)?;
        let messages = self.groups[&group].iter();
        let messages = messages.take(fastrand::usize(1..=10)).cloned().collect();
        self.busy.insert(group.clone());
        Some((group, messages))
    }

    /// Deletes those of the messages that are done; the others are delivered again.
    pub(crate) fn done(&mut self, group: &str, deleted: &BTreeSet<String>) {
        self.busy.remove(group);
        if let Some(messages) = self.groups.get_mut(group) {
            messages.retain(|message| !deleted.contains(&message.message_id));
            if messages.is_empty() {
                self.groups.remove(group);
            }
        }
    }
}
