//! What each service takes of one program: calls at once, and calls per second.

use std::collections::VecDeque;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, sleep_until};

/// The calls in flight at once over all services; a connection is in use a little longer, until the
/// answer was read. With the connections that are kept for later
/// calls, a run holds fewer than 200 sockets, whatever the size of the system: macOS allows a
/// program 256 files by default.
pub(super) const IN_FLIGHT: usize = 64;

/// The calls in flight at once at one service, so that one that is slow leaves room for the others.
pub(super) fn at_once(service: &str) -> Semaphore {
    Semaphore::new(if service == "s3" { 32 } else { 12 })
}

/// A limit on a service's calls: this many per second on average, this many before that.
pub(crate) struct Pace {
    interval: Duration,
    burst: u32,
    /// When the bucket is full again.
    full_at: Mutex<Instant>,
}

impl Pace {
    /// The account-wide quotas of control planes, most of them halved because others use the account
    /// as well.
    ///
    /// Sources: API Gateway 10 per second with a burst of 40; Lambda 15 per second for all calls
    /// but `GetFunction`; CloudWatch Logs 5 per second for each call; Cognito 15 per second for
    /// each of reading and writing pools and clients; Certificate Manager 8 to 10 per second for
    /// each read; CloudWatch 3 per second for writing and for deleting alarms; Route 53 5 per
    /// second for all calls. CloudFront publishes none, and refuses some
    /// twenty of a hundred reads at once (hashicorp/terraform-provider-aws#6197). S3 has no such
    /// quota: each bucket is a host of its own, and the pace bounds the connections kept to them.
    pub(crate) fn of(service: &str) -> Option<Self> {
        match service {
            "acm" => Some(Self::new(5, 10)),
            "apigateway" => Some(Self::new(5, 20)),
            "cloudfront" => Some(Self::new(10, 40)),
            "cognito-idp" => Some(Self::new(10, 15)),
            "lambda" => Some(Self::new(15, 15)),
            "monitoring" => Some(Self::new(3, 9)),
            "logs" => Some(Self::new(10, 10)),
            "route53" => Some(Self::new(4, 4)),
            "s3" => Some(Self::new(100, 100)),
            _ => None,
        }
    }

    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        Self {
            interval: Duration::from_secs(1) / per_second,
            burst,
            full_at: Mutex::new(Instant::now()),
        }
    }

    /// Waits for this call's turn.
    pub(super) async fn turn(&self) {
        let turn = {
            let mut full_at = self.full_at.lock().await;
            let now = Instant::now();
            *full_at = (*full_at).max(now) + self.interval;
            *full_at - self.interval * self.burst
        };
        sleep_until(turn).await;
    }
}

/// The pace that a service was seen to take. A service that throttles nothing has none.
///
/// Additive increase, multiplicative decrease: a throttle lowers the rate at once for all calls, at
/// most once per second, and each call that passes raises it a little. At a service with a limit,
/// the rate so stays an eighth above the limit on average. Each endpoint has its own, emulators too.
#[derive(Default)]
pub(super) struct Adaptive {
    /// The queues of calls that are sent for the first time and again, each first in, first out.
    /// They have turns alternately, so a call's time does not run out behind many new ones.
    first: Mutex<()>,
    again: Mutex<()>,
    rate: std::sync::Mutex<Rate>,
}

#[derive(Default)]
struct Rate {
    /// `None` as long as nothing is throttled.
    per_second: Option<f64>,
    /// When the rate allows the next call.
    next: Option<Instant>,
    /// Whether the last turn was of a call that was sent again.
    last_was_again: bool,
    lowered: Option<Instant>,
    /// The calls of the last second, as long as nothing is throttled.
    sent: VecDeque<Instant>,
}

/// What a throttle leaves of the rate.
const LOWERED: f64 = 0.7;

/// What a call that passes adds to the rate, in calls per second.
const RAISED: f64 = 0.4;

/// The lowest rate, in calls per second: what ten runs that share the lowest quota of a service, which is
/// Route 53's of five, have each.
const LOWEST: f64 = 0.5;

/// From this rate on there is none.
const UNBOUNDED: f64 = 200.0;

/// How long a queue leaves a turn to the other one.
const GIVE_WAY: Duration = Duration::from_millis(5);

const SECOND: Duration = Duration::from_secs(1);

impl Adaptive {
    /// Waits for this call's turn. False, and no turn is taken, if the call is not to be sent any more by
    /// then.
    pub(super) async fn turn(&self, again: bool, until: Instant) -> bool {
        let (own, other) = if again {
            (&self.again, &self.first)
        } else {
            (&self.first, &self.again)
        };
        let _place = own.lock().await;
        while Instant::now() <= until {
            match self.take_turn(again, other.try_lock().is_err()) {
                None => return true,
                Some(at) => sleep_until(at).await,
            }
        }
        false
    }

    fn take_turn(&self, again: bool, others_wait: bool) -> Option<Instant> {
        self.rate().take_turn(Instant::now(), again, others_wait)
    }

    /// Notes that the service throttled a call.
    pub(super) fn throttled(&self) {
        self.rate().lower(Instant::now());
    }

    /// Notes that a call passed.
    pub(super) fn succeeded(&self) {
        self.rate().raise();
    }

    fn rate(&self) -> MutexGuard<'_, Rate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rate {
    /// Takes a turn, or says when to ask again.
    fn take_turn(&mut self, now: Instant, again: bool, others_wait: bool) -> Option<Instant> {
        let Some(per_second) = self.per_second else {
            self.note(now);
            return None;
        };
        if let Some(next) = self.next.filter(|next| *next > now) {
            return Some(next);
        }
        if others_wait && again == self.last_was_again {
            return Some(now + GIVE_WAY);
        }
        self.last_was_again = again;
        self.next = Some(now + SECOND.div_f64(per_second));
        None
    }

    fn note(&mut self, now: Instant) {
        let past = |sent: &Instant| now.duration_since(*sent) >= SECOND;
        while self.sent.front().is_some_and(past) {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }

    fn lower(&mut self, now: Instant) {
        let recently = |at: Instant| now.duration_since(at) < SECOND;
        if self.lowered.is_some_and(recently) {
            return;
        }
        // 200 calls in a second are more than any control plane takes.
        let seen = || u32::try_from(self.sent.len()).map_or(UNBOUNDED, f64::from);
        let rate = self.per_second.unwrap_or_else(seen).min(UNBOUNDED);
        self.per_second = Some((rate * LOWERED).max(LOWEST));
        self.lowered = Some(now);
        self.sent.clear();
    }

    fn raise(&mut self) {
        let raised = self.per_second.map(|rate| rate + RAISED);
        self.per_second = raised.filter(|rate| *rate < UNBOUNDED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_at_once_and_the_rest_at_the_rate() {
        let pace = Pace::new(10, 5);
        let began = Instant::now();
        for _ in 0..5 {
            pace.turn().await;
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            pace.turn().await;
        }
        assert_eq!(began.elapsed().as_millis(), 1000);
    }

    /// The turn of a call that can wait as long as it takes.
    async fn turn(pace: &Adaptive) {
        assert!(pace.turn(false, Instant::now() + 3600 * SECOND).await);
    }

    /// The time that calls take which all pass.
    async fn time_of(pace: &Adaptive, calls: usize) -> Duration {
        let began = Instant::now();
        for _ in 0..calls {
            turn(pace).await;
            pace.succeeded();
        }
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttle_slows_all_calls_at_once_and_successes_end_that() {
        let pace = Adaptive::default();
        assert_eq!(time_of(&pace, 100).await, Duration::ZERO);
        // Of 100 in a second 70 are left, however many of one second are throttled.
        for _ in 0..10 {
            pace.throttled();
        }
        assert_eq!(time_of(&pace, 36).await.as_millis() / 100, 4);
        time_of(&pace, 300).await;
        assert_eq!(time_of(&pace, 100).await, Duration::ZERO, "it recovered");
    }

    #[tokio::test(start_paused = true)]
    async fn the_lowest_rate_is_a_call_in_two_seconds() {
        let pace = Adaptive::default();
        for _ in 0..100 {
            pace.throttled();
            tokio::time::sleep(SECOND).await;
        }
        let began = Instant::now();
        for _ in 0..3 {
            turn(&pace).await;
        }
        assert_eq!(began.elapsed(), 4 * SECOND);
    }

    /// A service that takes ten calls per second.
    #[tokio::test(start_paused = true)]
    async fn the_rate_stays_near_a_services_limit() {
        let pace = Adaptive::default();
        let (mut passed, mut throttled, mut second) = (0, 0, (Instant::now(), 0));
        let began = Instant::now();
        while began.elapsed() < 60 * SECOND {
            turn(&pace).await;
            if second.0.elapsed() >= SECOND {
                second = (Instant::now(), 0);
            }
            second.1 += 1;
            if second.1 > 10 {
                throttled += 1;
                pace.throttled();
            } else {
                passed += 1;
                pace.succeeded();
            }
        }
        assert!(passed > 480, "{passed} passed");
        assert!(throttled < passed / 3, "{throttled} of {passed} throttled");
    }
}
