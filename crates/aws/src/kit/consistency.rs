//! The errors by which each service reports that something is absent, or that a call may be
//! repeated: one table per service.

use std::future::Future;

use engine::DriverError;

use super::wait::{WaitPolicy, retry};

/// An error by its code, and by its message if AWS uses one code for several.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Error {
    /// Any error of the code.
    Code(&'static str),
    /// An error of the code whose message contains the text.
    Message(&'static str, &'static str),
    /// An error of the code whose message does not contain the text.
    Except(&'static str, &'static str),
}

impl Error {
    fn matches(self, error: &DriverError) -> bool {
        match self {
            Self::Code(code) => error.is(code),
            Self::Message(code, text) => error.has_message(code, text),
            Self::Except(code, text) => error.is(code) && !error.has_message(code, text),
        }
    }
}

/// The errors of one service.
#[derive(Debug)]
pub(crate) struct Consistency {
    /// The requested thing does not exist.
    pub(crate) absent: &'static [Error],
    /// The call passes if it is repeated: another change is under way, or a new resource is not
    /// known everywhere.
    pub(crate) passing: &'static [Error],
    /// How often and how long a call is repeated.
    pub(crate) policy: WaitPolicy,
}

impl Consistency {
    /// Whether an error says that the requested thing does not exist.
    pub(crate) fn is_absent(&self, error: &DriverError) -> bool {
        self.absent.iter().any(|absent| absent.matches(error))
    }

    /// Whether an error passes.
    pub(crate) fn passes(&self, error: &DriverError) -> bool {
        self.passing.iter().any(|passing| passing.matches(error))
    }

    /// An answer, or `None` if the requested thing does not exist.
    pub(crate) fn found<T>(
        &self,
        answer: Result<T, DriverError>,
    ) -> Result<Option<T>, DriverError> {
        match answer {
            Err(error) if self.is_absent(&error) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// An answer, or an empty one if the requested thing does not exist.
    pub(crate) fn or_empty<T: Default>(
        &self,
        answer: Result<T, DriverError>,
    ) -> Result<T, DriverError> {
        self.found(answer).map(Option::unwrap_or_default)
    }

    /// Makes a write, and repeats it as long as its error passes.
    pub(crate) async fn write<T, F>(&self, call: impl FnMut() -> F) -> Result<T, DriverError>
    where
        F: Future<Output = Result<T, DriverError>>,
    {
        retry(self.policy, |error| self.passes(error), call).await
    }

    /// Makes a deletion, and repeats it as long as its error passes. Something absent counts as
    /// deleted.
    pub(crate) async fn delete<F>(&self, call: impl FnMut() -> F) -> Result<(), DriverError>
    where
        F: Future<Output = Result<(), DriverError>>,
    {
        self.or_empty(self.write(call).await)
    }
}
