//! The whole state, read once for all concurrent callers.

use std::collections::BTreeSet;
use std::rc::Rc;

use toggle_rules::{Private, is_segment};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::item::State;
use crate::message::{changes, snapshot};
use crate::ports::{TableError, Toggles};
use crate::rulebook::{Answers, Classes, Rulebook};

/// One reading of the toggles table.
#[derive(Debug)]
pub struct Reading {
    /// Every toggle.
    pub state: State,
    /// The rules, for the moment of the reading.
    pub rules: Rulebook,
    arrays: Classes<Vec<Vec<u8>>>,
}

impl Reading {
    /// A state that was read at a moment, in milliseconds since the epoch.
    #[must_use]
    pub fn of(state: State, private: &Private, at_ms: u64) -> Self {
        let find = |id: &str| state.get(id);
        let toggles = state.iter().map(|(id, item)| (id.as_str(), item, find));
        let rules = Rulebook::of(toggles, private, at_ms);
        Self {
            state,
            rules,
            arrays: Classes::default(),
        }
    }

    /// The messages with the whole state for clients with these answers, at most `limit` bytes each. They are
    /// built once for all of them, who must agree on the limit: a large state would otherwise exhaust the
    /// memory and the processor of a small function, once for each connection.
    pub fn arrays(&self, answers: &Answers, limit: usize) -> Rc<Vec<Vec<u8>>> {
        self.arrays.of(answers, |answers| {
            let told = self
                .state
                .iter()
                .map(|(id, item)| (id, self.rules.told(id, item, answers)));
            snapshot(told, limit)
        })
    }
}

impl Reading {
    /// The messages with the states of some toggles for a client with these answers.
    #[must_use]
    pub fn changes(
        &self,
        changed: &BTreeSet<String>,
        answers: &Answers,
        limit: usize,
    ) -> Vec<Vec<u8>> {
        let toggles = changed.iter().filter(|id| !is_segment(id));
        let told: Vec<_> = toggles
            .map(|id| {
                let item = self.state.get(id);
                (
                    id.as_str(),
                    item.map(|item| self.rules.told(id, item, answers)),
                )
            })
            .collect();
        let toggles: Vec<_> = told
            .iter()
            .map(|(id, told)| (*id, told.as_deref()))
            .collect();
        changes(&toggles, limit)
    }
}

/// A shared reading, or why there is none.
pub type Shared = Result<Rc<Reading>, Rc<TableError>>;

/// Shared scans of the toggles table: at most one runs, and callers that wait for it share the next
/// one, whether it succeeds or fails.
///
/// A thousand clients that reconnect at once then cost a few scans, not thousands; and a table that
/// cannot be read costs each of them one failure, not a wait for the failures of all the others.
#[derive(Debug)]
pub struct States<'a, T> {
    toggles: &'a T,
    private: &'a Private,
    clock: Clock,
    last: Mutex<Option<(Instant, Shared)>>,
}

impl<'a, T: Toggles> States<'a, T> {
    /// No state was read so far.
    #[must_use]
    pub fn new(toggles: &'a T, private: &'a Private, clock: Clock) -> Self {
        Self {
            toggles,
            private,
            clock,
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
        let reading = |state| Rc::new(Reading::of(state, self.private, self.clock.now_ms()));
        let shared = read.map(reading).map_err(Rc::new);
        *last = Some((began, shared.clone()));
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    use crate::fake::{Fake, NOW, queue, state};
    use toggle_contract::MESSAGE_LIMIT;

    #[tokio::test]
    async fn the_messages_are_built_once() {
        let fake = Fake {
            states: queue([Some(state(&[("1", 1)]))]),
            ..Fake::default()
        };
        let (private, clock) = (Private::default(), Clock::at(NOW));
        let (states, moment) = (States::new(&fake, &private, clock), Instant::now());
        let one = states.after(moment).await.unwrap();
        let other = states.after(moment).await.unwrap();
        let answers = Answers::default();
        let arrays = |of: &Reading| of.arrays(&answers, MESSAGE_LIMIT);
        let (one, other) = (arrays(&one), arrays(&other));
        let state = state(&[("1", 1)]);
        let plain = state.iter().map(|(id, item)| (id, Cow::Borrowed(item)));
        assert_eq!(*one, snapshot(plain, MESSAGE_LIMIT).0);
        assert!(Rc::ptr_eq(&one, &other));
    }
}
