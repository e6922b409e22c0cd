//! What each service takes of one program: calls at once, and calls per second.

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
}
