//! The whole state, read once for all who ask at the same time.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::item::State;
use crate::ports::{TableError, Toggles};

/// Scans of the toggles table that are shared: at most one runs, and those who wait for it together
/// share the next.
///
/// A thousand clients that reconnect at once then cost some scans, not thousands.
#[derive(Debug)]
pub struct States<'a, T> {
    toggles: &'a T,
    last: Mutex<Option<(Instant, Arc<State>)>>,
}

impl<'a, T: Toggles> States<'a, T> {
    /// No state was read yet.
    #[must_use]
    pub fn new(toggles: &'a T) -> Self {
        Self {
            toggles,
            last: Mutex::new(None),
        }
    }

    /// The state by a scan that began after `moment`, strictly: one that began before may have
    /// missed a change that was committed before `moment`.
    pub async fn after(&self, moment: Instant) -> Result<Arc<State>, TableError> {
        let mut last = self.last.lock().await;
        if let Some((began, state)) = last.as_ref()
            && *began > moment
        {
            return Ok(Arc::clone(state));
        }
        let began = Instant::now();
        let state = Arc::new(self.toggles.all().await?);
        *last = Some((began, Arc::clone(&state)));
        Ok(state)
    }
}
