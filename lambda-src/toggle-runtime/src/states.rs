//! The whole state, read once for all concurrent callers.

use std::sync::{Arc, OnceLock};

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::item::State;
use crate::message::snapshot;
use crate::ports::{TableError, Toggles};

/// One reading of the toggles table.
#[derive(Debug)]
pub struct Reading {
    /// Every toggle.
    pub state: State,
    arrays: OnceLock<Vec<Vec<u8>>>,
}

impl Reading {
    /// The messages with the whole state, at most `limit` bytes each. They are built once for all
    /// callers, which must agree on the limit: a large state would otherwise exhaust the memory and
    /// the processor of a small function, once for each connection.
    pub fn arrays(&self, limit: usize) -> &[Vec<u8>] {
        self.arrays.get_or_init(|| snapshot(&self.state, limit))
    }
}

impl From<State> for Reading {
    fn from(state: State) -> Self {
        Self {
            state,
            arrays: OnceLock::new(),
        }
    }
}

/// A shared reading, or why there is none.
pub type Shared = Result<Arc<Reading>, Arc<TableError>>;

/// Shared scans of the toggles table: at most one runs, and callers that wait for it share the next
/// one, whether it succeeds or fails.
///
/// A thousand clients that reconnect at once then cost a few scans, not thousands; and a table that
/// cannot be read costs each of them one failure, not a wait for the failures of all the others.
#[derive(Debug)]
pub struct States<'a, T> {
    toggles: &'a T,
    last: Mutex<Option<(Instant, Shared)>>,
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
    pub async fn after(&self, moment: Instant) -> Shared {
        let mut last = self.last.lock().await;
        if let Some((began, shared)) = last.as_ref()
            && *began > moment
        {
            return shared.clone();
        }
        let began = Instant::now();
        let read = self.toggles.all().await;
        let shared = read.map(|state| Arc::new(state.into())).map_err(Arc::new);
        *last = Some((began, shared.clone()));
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, queue, state};
    use toggle_contract::MESSAGE_LIMIT;

    #[tokio::test]
    async fn the_messages_are_built_once() {
        let fake = Fake {
            states: queue([Some(state(&[("1", 1)]))]),
            ..Fake::default()
        };
        let (states, moment) = (States::new(&fake), Instant::now());
        let one = states.after(moment).await.unwrap();
        let other = states.after(moment).await.unwrap();
        let (one, other) = (one.arrays(MESSAGE_LIMIT), other.arrays(MESSAGE_LIMIT));
        assert_eq!(one, snapshot(&state(&[("1", 1)]), MESSAGE_LIMIT));
        assert!(std::ptr::eq(one, other));
    }
}
