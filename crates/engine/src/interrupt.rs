//! The waits of a step, which may end when the run is stopped; its calls never do.

use std::future::{Future, pending};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::slots::give_up_place;

/// Says when to stop: no further step begins, and steps in flight finish.
pub type Stop = watch::Receiver<bool>;

tokio::task_local! {
    static INTERRUPTION: Interruption;
}

/// When the waits of a step end.
#[derive(Clone, Debug)]
struct Interruption {
    stop: Stop,
    /// How much longer the step may wait once the run is stopped.
    grace: Duration,
    /// When a wait of the step first saw that the run is stopped.
    seen: Arc<OnceLock<Instant>>,
}

impl Interruption {
    /// Waits until the run is stopped and the grace is over.
    async fn over(mut self) {
        // Without a sender nothing can stop the run any more.
        if self.stop.wait_for(|stopped| *stopped).await.is_err() {
            pending::<()>().await;
        }
        let seen = *self.seen.get_or_init(Instant::now);
        if !self.grace.is_zero() {
            sleep_until(seen + self.grace).await;
        }
    }
}

/// Runs a step whose waits end when the run is stopped, or this much later: the next run resumes it
/// from the account's state.
pub(super) async fn interruptible<F: Future>(stop: Stop, grace: Duration, step: F) -> F::Output {
    let interruption = Interruption {
        stop,
        grace,
        seen: Arc::default(),
    };
    INTERRUPTION.scope(interruption, step).await
}

/// Sleeps for `length`, and returns false at once if the wait is to end since the run is stopped. A
/// step gives up its place for it.
pub async fn pause(length: Duration) -> bool {
    give_up_place();
    let Ok(interruption) = INTERRUPTION.try_with(Clone::clone) else {
        sleep(length).await;
        return true;
    };
    tokio::select! {
        biased;
        () = interruption.over() => false,
        () = sleep(length) => true,
    }
}
