//! Named conditions that a driver waits for, and the consistency errors that it retries.

use std::future::Future;
use std::time::Duration;

use engine::{DriverError, pause, report_wait};
use tokio::time::Instant;

/// How often to look, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct WaitPolicy {
    /// The first pause; pauses double up to [`WaitPolicy::longest`].
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// When to give up.
    pub within: Duration,
}

impl WaitPolicy {
    /// For conditions that are mostly met within a second or two: looks after 0.2 s, then ever less
    /// often up to every 2 s.
    #[must_use]
    pub const fn seconds(within: u64) -> Self {
        Self {
            first: Duration::from_millis(200),
            longest: Duration::from_secs(2),
            within: Duration::from_secs(within),
        }
    }
}

/// A wait or a retry that takes longer is reported, once.
const REPORTED: Duration = Duration::from_secs(30);

/// The pauses of one wait.
struct Pauses {
    patience: WaitPolicy,
    began: Instant,
    length: Duration,
    reported: bool,
}

impl Pauses {
    fn new(patience: WaitPolicy) -> Self {
        Self {
            patience,
            began: Instant::now(),
            length: patience.first,
            reported: false,
        }
    }

    /// Whether the next pause would exceed the deadline.
    fn are_over(&self) -> bool {
        self.began.elapsed() + self.length > self.patience.within
    }

    /// Pauses, for a condition that completes 'waiting for …'.
    async fn next(&mut self, condition: impl Fn() -> String) -> Result<(), DriverError> {
        if !self.reported && self.began.elapsed() + self.length > REPORTED {
            report_wait(&condition());
            self.reported = true;
        }
        if !pause(self.length).await {
            return Err(DriverError::Interrupted {
                condition: condition(),
            });
        }
        self.length = (self.length * 2).min(self.patience.longest);
        Ok(())
    }
}

/// Looks until `look` returns a value; `Err(state)` inside the answer is the state seen instead.
///
/// # Errors
/// Those of `look`; [`DriverError::TimedOut`] with the condition and the last state; and, if the
/// step may be abandoned, [`DriverError::Interrupted`].
pub(crate) async fn until<T, F>(
    condition: &str,
    patience: WaitPolicy,
    mut look: impl FnMut() -> F,
) -> Result<T, DriverError>
where
    F: Future<Output = Result<Result<T, String>, DriverError>>,
{
    let mut pauses = Pauses::new(patience);
    loop {
        let last = match look().await? {
            Ok(value) => return Ok(value),
            Err(last) => last,
        };
        if pauses.are_over() {
            let seconds = patience.within.as_secs();
            return Err(DriverError::TimedOut {
                condition: condition.to_owned(),
                seconds,
                last,
            });
        }
        pauses.next(|| condition.to_owned()).await?;
    }
}

/// Repeats a call as long as it fails with an error that is known to pass.
///
/// # Errors
/// The call's error, once it is a different one or time is up, and [`DriverError::Interrupted`] as
/// from [`until`].
pub async fn retry<T, F>(
    patience: WaitPolicy,
    passes: impl Fn(&DriverError) -> bool,
    mut call: impl FnMut() -> F,
) -> Result<T, DriverError>
where
    F: Future<Output = Result<T, DriverError>>,
{
    let mut pauses = Pauses::new(patience);
    loop {
        let error = match call().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if !passes(&error) || pauses.are_over() {
            return Err(error);
        }
        tracing::debug!(%error, "passes by itself; trying again");
        pauses
            .next(|| format!("this error to pass: {error}"))
            .await?;
    }
}

#[cfg(test)]
mod tests {
    use engine::{Event, StepKind, reporting};
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    /// What a step reports that fails for some seconds with an error that passes.
    async fn reports(seconds: u64) -> Vec<String> {
        let (events, mut reported) = unbounded_channel();
        let address = "shell/site".parse().unwrap();
        let began = Instant::now();
        let busy = || DriverError::Service {
            operation: "s3:PutBucketPolicy",
            code: "OperationAborted".to_owned(),
            message: "busy".to_owned(),
            request_id: None,
        };
        let call = || async {
            if began.elapsed() < Duration::from_secs(seconds) {
                Err(busy())
            } else {
                Ok(())
            }
        };
        let step = retry(WaitPolicy::seconds(300), |_| true, call);
        let ended = reporting(events, address, StepKind::Update, step).await;
        ended.unwrap();
        let mut all = Vec::new();
        while let Ok(Event::Waiting { address, what, .. }) = reported.try_recv() {
            all.push(format!("{address} {what}"));
        }
        all
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_of_more_than_half_a_minute_says_so_once() {
        assert_eq!(reports(25).await, Vec::<String>::new());
        assert_eq!(
            reports(200).await,
            ["shell/site this error to pass: s3:PutBucketPolicy: OperationAborted: busy"]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn so_does_a_wait() {
        let (events, mut reported) = unbounded_channel();
        let wait = until::<(), _>("the moon", WaitPolicy::seconds(40), || async {
            Ok(Err("no moon".to_owned()))
        });
        let address = "shell/site".parse().unwrap();
        let ended = reporting(events, address, StepKind::Delete, wait).await;
        assert!(matches!(ended, Err(DriverError::TimedOut { .. })));
        let first = reported.try_recv();
        assert!(matches!(&first, Ok(Event::Waiting { what, .. }) if what == "the moon"));
        reported.try_recv().unwrap_err();
    }
}
