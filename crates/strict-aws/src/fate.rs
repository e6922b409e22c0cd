//! What a test does to single calls.

use std::sync::mpsc::Sender;

use crate::{Denial, Refusal};

/// What is left of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Garble {
    /// Nothing.
    Empty,
    /// A page in HTML in its place: a proxy's, or that of a guest network.
    Page,
    /// Its first half.
    Half,
}

/// The fate of a call.
#[derive(Debug)]
pub enum Fate {
    /// It passes, unless a rule refuses it.
    Pass,
    /// The service answers with this error.
    Answer(Refusal),
    /// The answer is this status alone, without a body or an error's code: something on the way
    /// answers, or a service that is in trouble. The call never arrives.
    Bare(u16),
    /// The same with a page in HTML: that of a proxy that blocks the call, which never arrives.
    Page(u16),
    /// A policy denies it.
    Denied(Denial),
    /// It takes effect, and every list in its answer is empty: a list that lags.
    EmptyLists,
    /// It takes effect, and the body of its answer is none, with the status of a success.
    Garbled(Garble),
    /// It takes effect, and this is the body of its answer.
    Replaced(String),
    /// It takes effect, and one member of its answer is absent, null, empty or huge. The number chooses
    /// which, and how.
    Altered(usize),
    /// No answer ever arrives.
    Silence,
    /// The connection ends without an answer, and the service never receives the call.
    Cut,
    /// The service performs it, and the answer never arrives. The sender is notified once it is
    /// done.
    LoseAnswer(Sender<()>),
}

impl Fate {
    /// The service answers with this status, code and message.
    #[must_use]
    pub fn answer(status: u16, code: &'static str, message: &'static str) -> Self {
        Self::Answer(Refusal::new(status, code, message))
    }

    /// No policy of the caller allows it.
    #[must_use]
    pub fn denied() -> Self {
        Self::Denied(Denial::IdentityPolicy)
    }

    /// The service fails for a moment.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::answer(
            503,
            "ServiceUnavailable",
            "The service is temporarily unavailable",
        )
    }
}
