//! The pace of calls to the `@connections` API.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Calls that an instance may make at once after a pause, in time at its pace: a small fan-out is
/// not slowed.
const BURST: Duration = Duration::from_millis(100);

/// A token bucket for calls to the `@connections` API. All of an account's APIs in a Region share
/// one quota of them (API Gateway quotas), and beyond it they are answered with 429, also those of
/// other systems.
///
/// Callers get their turns in the order in which they asked.
#[derive(Debug, Default)]
pub struct Pace {
    interval: Duration,
    /// When the next call is due, if calls were evenly spaced.
    due: Cell<Option<Instant>>,
}

impl Pace {
    /// At most this many calls per second, and a tenth of them at once.
    #[must_use]
    pub fn per_second(calls: NonZeroU32) -> Self {
        Self {
            interval: Duration::from_secs(1) / calls.get(),
            due: Cell::default(),
        }
    }

    /// Without a limit, for new-connection: a client that connects causes a few calls.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::default()
    }

    /// Waits for the turn of one call. Returns `false` at once, and takes none, if it would not come
    /// before `until`.
    pub async fn turn(&self, until: Instant) -> bool {
        let now = Instant::now();
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        let due = self.due.get().map_or(earliest, |due| due.max(earliest));
        if due.max(now) >= until {
            return false;
        }
        self.due.set(Some(due + self.interval));
        if due > now {
            sleep_until(due).await;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    fn pace(calls: u32) -> Pace {
        Pace::per_second(NonZeroU32::new(calls).unwrap())
    }

    async fn take(pace: &Pace, calls: u32) -> Duration {
        let (began, until) = (Instant::now(), Instant::now() + Duration::from_mins(1));
        for _ in 0..calls {
            assert!(pace.turn(until).await);
        }
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_tenth_of_a_second_is_at_once_and_the_rest_evenly_spaced() {
        let pace = pace(9_000);
        assert_eq!(take(&pace, 900).await, Duration::ZERO);
        let rest = take(&pace, 9_000).await;
        let second = Duration::from_millis(998)..Duration::from_millis(1_002);
        assert!(second.contains(&rest), "{rest:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_earns_one_burst_however_long() {
        let pace = pace(1_000);
        take(&pace, 500).await;
        sleep(Duration::from_mins(1)).await;
        assert_eq!(take(&pace, 100).await, Duration::ZERO);
        assert!(take(&pace, 100).await > Duration::from_millis(95));
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_would_come_too_late_is_not_taken() {
        let pace = pace(10);
        let soon = Instant::now() + Duration::from_millis(50);
        assert!(pace.turn(soon).await, "the burst");
        assert!(pace.turn(soon).await, "the one that is due now");
        assert!(!pace.turn(soon).await);
        let waited = take(&pace, 1).await;
        assert!(waited <= Duration::from_millis(101), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nobody_waits() {
        assert_eq!(take(&Pace::unlimited(), 100_000).await, Duration::ZERO);
    }
}
