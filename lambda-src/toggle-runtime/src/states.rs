//! The whole state, read once for all concurrent callers.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::item::State;
use crate::ports::{TableError, Toggles};

/// Shared scans of the toggles table: at most one runs, and callers that wait for it share the next
/// one.
///
/// A thousand clients that reconnect at once then cost a few scans, not thousands.
#[derive(Debug)]
pub struct States<'a, T> {
    toggles: &'a T,
    last: Mutex<Option<(Instant, Arc<State>)>>,
}

impl<'a, T: Toggles> States<'a, T> {
    /// No state was read so far.
    #[must_use]
    pub fn new(toggles: &'a T) -> Self {
        Self {
            toggles,
            last: Mutex::new(None),
        }
    }

    /// The state from a scan that began strictly after `moment`: one that began before may have
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
