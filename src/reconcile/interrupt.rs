//! The waits of a step that may end when the run is told to stop; its calls never do.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use super::Stop;

tokio::task_local! {
    static STOP: Stop;
}

/// Runs what may leave its waits when the run is told to stop: a deletion, which the next run takes
/// up where the account stands.
pub(super) async fn interruptible<F: Future>(stop: Stop, step: F) -> F::Output {
    STOP.scope(stop, step).await
}

/// Waits for so long. False if the run is told to stop, and the step is one that may leave its
/// waits.
pub(crate) async fn pause(length: Duration) -> bool {
    let Ok(mut stop) = STOP.try_with(Clone::clone) else {
        sleep(length).await;
        return true;
    };
    let stopped = async {
        // Nobody is left to stop the run: then nothing does.
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
