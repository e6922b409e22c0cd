//! Exponential back-off with full jitter.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The pauses of one retried call.
#[derive(Debug, Clone)]
pub struct Backoff {
    ceiling: Duration,
    cap: Duration,
}

impl Backoff {
    /// For a call that was throttled or failed at the service: at first up to 100 ms, finally up to
    /// 3 s.
    #[must_use]
    pub fn overload() -> Self {
        Self {
            ceiling: Duration::from_millis(100),
            cap: Duration::from_secs(3),
        }
    }

    /// For a connection that is about to open: short, since a client waits for its first message.
    #[must_use]
    pub fn appearance() -> Self {
        Self {
            ceiling: Duration::from_millis(20),
            cap: Duration::from_millis(400),
        }
    }

    /// The next pause: anything from zero to a ceiling that doubles.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.ceiling.mul_f64(fastrand::f64());
        self.ceiling = (self.ceiling * 2).min(self.cap);
        wait
    }

    /// Waits, unless the pause would pass `until`: then it returns `false` at once.
    pub async fn wait_until(&mut self, until: Instant) -> bool {
        let wait = self.next_wait();
        if Instant::now() + wait >= until {
            return false;
        }
        sleep(wait).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_jittered_below_a_doubling_ceiling() {
        fastrand::seed(7);
        let mut longest = [Duration::ZERO; 8];
        let mut shortest = [Duration::MAX; 8];
        for _ in 0..2_000 {
            let mut backoff = Backoff::overload();
            for step in 0..8 {
                let wait = backoff.next_wait();
                longest[step] = longest[step].max(wait);
                shortest[step] = shortest[step].min(wait);
            }
        }
        let ceilings = [100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000].map(Duration::from_millis);
        for (step, ceiling) in ceilings.into_iter().enumerate() {
            assert!(
                longest[step] <= ceiling && longest[step] > ceiling.mul_f64(0.95),
                "{step}"
            );
            assert!(shortest[step] < ceiling.mul_f64(0.05), "{step}");
        }
    }
}
