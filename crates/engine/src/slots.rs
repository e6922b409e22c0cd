//! The places for steps that begin at the same time. A step that waits for AWS gives its place up, so
//! long waits hold up no other step.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

tokio::task_local! {
    static PLACE: Place;
}

/// The places of one run.
#[derive(Debug)]
pub(super) struct Slots {
    free: Arc<Semaphore>,
    freed: Arc<Notify>,
}

impl Slots {
    /// This many.
    pub(super) fn new(places: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(places)),
            freed: Arc::new(Notify::new()),
        }
    }

    /// A place, if one is free.
    pub(super) fn try_take(&self) -> Option<Place> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        Some(Place {
            held: Mutex::new(Some(permit)),
            freed: Arc::clone(&self.freed),
        })
    }

    /// Waits until a step has given its place up since the last call.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }
}

/// The place of one step.
#[derive(Debug)]
pub(super) struct Place {
    held: Mutex<Option<OwnedSemaphorePermit>>,
    freed: Arc<Notify>,
}

impl Place {
    /// Runs a step at this place.
    pub(super) async fn run<F: Future>(self, step: F) -> F::Output {
        PLACE.scope(self, step).await
    }
}

/// Gives up the place of the current step, if it is one and still has it.
///
/// For good: a step that had to wait for a place again could hold a lock that those at the places
/// wait for. What it still does is to look from time to time, and a few calls.
pub(super) fn give_up_place() {
    let _ = PLACE.try_with(|place| {
        let mut held = place.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.take().is_some() {
            place.freed.notify_one();
        }
    });
}
