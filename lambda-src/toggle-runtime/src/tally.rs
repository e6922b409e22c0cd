//! Counts of one invocation, for its log line.

use std::cell::Cell;

use tokio::time::Instant;

/// A counter that concurrent futures of one thread share.
#[derive(Debug, Default)]
pub struct Count(Cell<u64>);

impl Count {
    /// Counts one.
    pub fn add(&self) {
        self.0.set(self.0.get() + 1);
    }

    /// What was counted.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.get()
    }
}

/// The last of several moments.
#[derive(Debug, Default)]
pub struct Last(Cell<Option<Instant>>);

impl Last {
    /// It is now.
    pub fn set(&self) {
        self.0.set(Some(Instant::now()));
    }

    /// When it was, if ever.
    #[must_use]
    pub fn get(&self) -> Option<Instant> {
        self.0.get()
    }
}

/// What happened in one invocation.
#[derive(Debug, Default)]
pub struct Tally {
    /// Connections that were to be told.
    pub connections: Count,
    /// Posts that were tried, retries included.
    pub posts: Count,
    /// Posts that were tried again after a throttle or a failure of the service.
    pub retries: Count,
    /// Connections that were found closed.
    pub gone: Count,
    /// Connections that were not open yet and were left to new-connection.
    pub early: Count,
    /// Connections that could not be told.
    pub failed: Count,
    /// Those of them that were closed.
    pub closed: Count,
    /// When a connection took a message.
    pub told: Last,
}
