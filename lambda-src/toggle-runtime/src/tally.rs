//! Counts of one invocation, for its log line.

use std::cell::Cell;

use tokio::time::Instant;

/// A counter shared by concurrent futures on one thread.
#[derive(Debug, Default)]
pub struct Count(Cell<u64>);

impl Count {
    /// Increments the count.
    pub fn add(&self) {
        self.0.set(self.0.get() + 1);
    }

    /// Increments the count by several.
    pub fn add_all(&self, several: usize) {
        let several = u64::try_from(several).unwrap_or(u64::MAX);
        self.0.set(self.0.get().saturating_add(several));
    }

    /// The count.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.get()
    }
}

/// The latest of several times.
#[derive(Debug, Default)]
pub struct Last(Cell<Option<Instant>>);

impl Last {
    /// Sets it to now.
    pub fn set(&self) {
        self.0.set(Some(Instant::now()));
    }

    /// The time, if there was one.
    #[must_use]
    pub fn get(&self) -> Option<Instant> {
        self.0.get()
    }
}

/// The events of one invocation.
#[derive(Debug, Default)]
pub struct Tally {
    /// Connections to send to.
    pub connections: Count,
    /// Attempted posts, including retries.
    pub posts: Count,
    /// Posts that were retried after a throttle or a failure of the service.
    pub retries: Count,
    /// Connections that were found closed.
    pub gone: Count,
    /// Connections that were not open yet and were left to new-connection, or to another record.
    pub early: Count,
    /// Connections that could not be reached.
    pub failed: Count,
    /// Connections that were closed: those that could not be reached, or were wrongly said not to be
    /// open.
    pub closed: Count,
    /// Connections that were left to the queue of slices.
    pub left: Count,
    /// Messages that were stored in the queue of slices.
    pub queued: Count,
    /// Toggles whose rules are broken, and that were sent as off.
    pub broken: Count,
    /// When a connection last accepted a message.
    pub told: Last,
}
