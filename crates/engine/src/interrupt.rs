//! The waits of a step, which may end when the run is stopped; its calls never do.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::slots::give_up_place;

/// Says when to stop: no further step begins, and steps in flight finish.
pub type Stop = watch::Receiver<bool>;

tokio::task_local! {
    static STOP: Stop;
}

/// Runs a step whose waits may end when the run is stopped: a deletion, which the next run resumes
/// from the account's state.
pub(super) async fn interruptible<F: Future>(stop: Stop, step: F) -> F::Output {
    STOP.scope(stop, step).await
}

/// Sleeps for `length`, and returns false at once if the run is stopped during a step whose waits
/// may be abandoned. A step gives up its place for it.
pub async fn pause(length: Duration) -> bool {
    give_up_place();
    let Ok(mut stop) = STOP.try_with(Clone::clone) else {
        sleep(length).await;
        return true;
    };
    let stopped = async {
        // The sender is dropped, so nothing can stop the run any more.
        if stop.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        () = stopped => false,
        () = sleep(length) => true,
    }
}
