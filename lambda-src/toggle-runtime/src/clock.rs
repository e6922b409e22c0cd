//! Time in one invocation: the age of connections and the deadline. Virtual in tests.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, timeout_at};

use crate::connection::Connection;
use crate::ports::TableError;

/// An invocation stops this long before Lambda would stop it, to close the connections that it
/// could not reach and to respond.
const RESERVE: Duration = Duration::from_secs(6);
/// The last part of the reserve, in which what is left is stored.
const ANSWER: Duration = Duration::from_millis(1_500);
/// How long the last posts have for their answers. They are in doubt otherwise, and their
/// connections are closed; a post takes milliseconds.
const LAST: Duration = Duration::from_secs(2);

/// Wall time, anchored once per invocation and monotonic from then on.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    anchor: Instant,
    anchor_ms: u64,
}

impl Clock {
    /// A clock that now shows `now_ms` milliseconds since the epoch.
    #[must_use]
    pub fn at(now_ms: u64) -> Self {
        Self {
            anchor: Instant::now(),
            anchor_ms: now_ms,
        }
    }

    /// A clock that shows the system's time.
    #[must_use]
    pub fn system() -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self::at(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
    }

    /// The current time, in milliseconds since the epoch.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.anchor_ms + u64::try_from(self.anchor.elapsed().as_millis()).unwrap_or(0)
    }

    /// How long ago a connection was stored.
    #[must_use]
    pub fn age(&self, connection: &Connection) -> Duration {
        Duration::from_millis(self.now_ms().saturating_sub(connection.connected_at))
    }

    /// Whether a connection must have ended, so that only its item is left.
    #[must_use]
    pub fn has_expired(&self, connection: &Connection) -> bool {
        connection
            .expiry
            .is_some_and(|expiry| expiry <= self.now_ms() / 1_000)
    }
}

/// When an invocation must be done.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    /// No post starts after this.
    pub begin: Instant,
    /// No post continues after this.
    pub tell: Instant,
    /// No close starts or continues after this.
    pub close: Instant,
}

impl Deadline {
    /// The deadline of an invocation that Lambda stops at `deadline_ms` since the epoch. Zero,
    /// which a runtime without deadlines sends, means a minute.
    #[must_use]
    pub fn of(clock: &Clock, deadline_ms: u64) -> Self {
        let left = match deadline_ms {
            0 => Duration::from_mins(1),
            _ => Duration::from_millis(deadline_ms.saturating_sub(clock.now_ms())),
        };
        let reserve = RESERVE.min(left / 3);
        let now = Instant::now();
        Self {
            begin: now + left - reserve - LAST.min(left / 10),
            tell: now + left - reserve,
            close: now + left.saturating_sub(ANSWER.min(reserve / 2)),
        }
    }

    /// Whether no post may start any more.
    #[must_use]
    pub fn is_past(&self) -> bool {
        Instant::now() >= self.begin
    }
}

/// The result of a call to a table, unless `until` comes first.
///
/// # Errors
/// The call's, or that it was not done in time.
pub async fn bounded<T>(
    until: Instant,
    call: impl Future<Output = Result<T, TableError>>,
) -> Result<T, TableError> {
    timeout_at(until, call).await.unwrap_or_else(|elapsed| {
        Err(TableError {
            action: "call a table before the invocation's deadline".into(),
            source: Box::new(elapsed),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_reserve_is_a_third_at_most() {
        let clock = Clock::at(1_000);
        let now = Instant::now();
        let left = |at: Instant| at - now;
        assert_eq!(
            left(Deadline::of(&clock, 61_000).tell),
            Duration::from_secs(54)
        );
        assert_eq!(
            left(Deadline::of(&clock, 61_000).close),
            Duration::from_millis(58_500)
        );
        assert_eq!(
            left(Deadline::of(&clock, 61_000).begin),
            Duration::from_secs(52)
        );
        assert_eq!(
            left(Deadline::of(&clock, 4_000).tell),
            Duration::from_secs(2)
        );
        assert_eq!(left(Deadline::of(&clock, 0).tell), Duration::from_secs(54));
        assert!(Deadline::of(&clock, 500).is_past());
    }

    #[tokio::test(start_paused = true)]
    async fn age_counts_from_the_stored_moment() {
        let clock = Clock::at(10_000);
        let connection = Connection {
            id: "c".into(),
            endpoint: String::new(),
            connected_at: 9_000,
            expiry: Some(12),
            context: None,
        };
        assert!(!clock.has_expired(&connection));
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(clock.age(&connection), Duration::from_secs(3));
        assert!(clock.has_expired(&connection));
    }
}
