//! The limits of sending.

use std::time::Duration;

use crate::message::MESSAGE_LIMIT;

/// How many connections are sent to at once, each one message at a time. A post takes 10 to 20 ms
/// within a Region, so this is 6,000 to 12,000 posts per second: about the account's default quota
/// for the whole Region, of 10,000.
pub const CONCURRENCY: usize = 128;

/// A connection younger than this may not be open yet: it accepts posts only once `$connect` has
/// returned, and its item is written before. A little more than the connection manager's timeout of
/// ten seconds.
pub const YOUNG: Duration = Duration::from_secs(15);

/// How connections are sent to, and when they are given up.
#[derive(Debug, Clone)]
pub struct Policy {
    /// See [`CONCURRENCY`].
    pub concurrency: usize,
    /// See [`YOUNG`].
    pub young: Duration,
    /// How long a 410 of a young connection is retried before it is left to the new-connection
    /// function.
    pub patience: Duration,
    /// How long one message to one connection is retried.
    pub budget: Duration,
    /// How long closing one connection is retried.
    pub close_budget: Duration,
    /// See [`MESSAGE_LIMIT`].
    pub message_limit: usize,
    /// Whether connections are scanned even if some are known. Always, except in tests that show
    /// why.
    pub scan: bool,
    /// Whether toggles are read again after they were sent. Always, except in tests.
    pub verify: bool,
    /// Whether a connection that was not reached for certain is closed. Always, except in tests.
    pub close: bool,
}

impl Policy {
    /// Toggle-message: a connection that is not open yet delays no others, since new-connection
    /// reads the table after it has opened.
    #[must_use]
    pub fn announce() -> Self {
        Self {
            concurrency: CONCURRENCY,
            young: YOUNG,
            patience: Duration::from_secs(1),
            budget: Duration::from_secs(20),
            close_budget: Duration::from_secs(4),
            message_limit: MESSAGE_LIMIT,
            scan: true,
            verify: true,
            close: true,
        }
    }

    /// New-connection: waits for a connection as long as it may still open.
    #[must_use]
    pub fn welcome() -> Self {
        Self {
            patience: YOUNG * 2,
            ..Self::announce()
        }
    }
}
