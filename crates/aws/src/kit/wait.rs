//! Named conditions that a driver waits for, and the consistency errors that it retries.

use std::future::Future;
use std::time::Duration;

use engine::{DriverError, pause};
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
    let began = Instant::now();
    let mut length = patience.first;
    loop {
        let last = match look().await? {
            Ok(value) => return Ok(value),
            Err(last) => last,
        };
        if began.elapsed() + length > patience.within {
            let seconds = patience.within.as_secs();
            return Err(DriverError::TimedOut {
                condition: condition.to_owned(),
                seconds,
                last,
            });
        }
        if !pause(length).await {
            return Err(DriverError::Interrupted {
                condition: condition.to_owned(),
            });
        }
        length = (length * 2).min(patience.longest);
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
    let began = Instant::now();
    let mut length = patience.first;
    loop {
        let error = match call().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if !passes(&error) || began.elapsed() + length > patience.within {
            return Err(error);
        }
        tracing::debug!(%error, "passes by itself; trying again");
        if !pause(length).await {
            return Err(DriverError::Interrupted {
                condition: format!("this error to pass: {error}"),
            });
        }
        length = (length * 2).min(patience.longest);
    }
}
