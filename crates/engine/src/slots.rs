//! The places for steps that run at the same time. A step that waits for AWS gives its place up
//! until it looks again, so long waits hold up no other step.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

tokio::task_local! {
    static PLACE: Place;
}

/// The places of one run.
#[derive(Clone, Debug)]
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
            slots: self.clone(),
            held: Arc::new(Mutex::new(Some(permit))),
        })
    }

    /// Waits until a step has given its place up since the last call.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }
}

/// The place of one step.
#[derive(Clone, Debug)]
pub(super) struct Place {
    slots: Slots,
    held: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Place {
    /// Runs a step at this place.
    pub(super) async fn run<F: Future>(self, step: F) -> F::Output {
        PLACE.scope(self, step).await
    }

    fn set(&self, permit: Option<OwnedSemaphorePermit>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }
}

/// Waits without a place, if the current task is a step, and takes one again afterwards: steps that
/// waited come before those that have not begun.
pub(super) async fn without_place<F: Future>(wait: F) -> F::Output {
    let Ok(place) = PLACE.try_with(Clone::clone) else {
        return wait.await;
    };
    place.set(None);
    place.slots.freed.notify_one();
    let waited = wait.await;
    // The semaphore is never closed.
    place.set(Arc::clone(&place.slots.free).acquire_owned().await.ok());
    waited
}
