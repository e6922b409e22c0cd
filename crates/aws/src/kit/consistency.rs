//! The errors by which each service reports that something is absent, or that a call may be
//! repeated: one table per service.

use std::future::Future;
use std::time::Duration;

use engine::DriverError;
use tokio::time::Instant;

use super::wait::{WaitPolicy, retry};
use crate::account::error::DESCRIBES_NOTHING;

/// How long what a service says to be in use may be in use by something of the same run, which was
/// deleted before, or moved. What refers to it then is not of the run.
const RELEASED: Duration = Duration::from_secs(20);

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

    /// A member of an answer, or `None` if the requested thing does not exist.
    ///
    /// # Errors
    /// [`DriverError::Unreachable`] if the answer lacks the member: for an absent thing the service
    /// answers with an error, so this is not the service's answer.
    pub(crate) fn described<T, M>(
        &self,
        answer: Result<T, DriverError>,
        operation: &'static str,
        member: impl FnOnce(T) -> Option<M>,
    ) -> Result<Option<M>, DriverError> {
        let Some(answer) = self.found(answer)? else {
            return Ok(None);
        };
        member(answer)
            .map(Some)
            .ok_or_else(|| DriverError::Unreachable {
                operation,
                reason: DESCRIBES_NOTHING.to_owned(),
            })
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
    /// As [`Consistency::delete`], for what others may use. A service says that it is in use both
    /// while something refers to it and for a while after the last reference is gone: so `users`
    /// reads what refers to it. Its answer ends the wait unless it is empty or cannot be read.
    pub(crate) async fn delete_unused<F, U>(
        &self,
        call: impl Fn() -> F,
        users: impl Fn() -> U,
    ) -> Result<(), DriverError>
    where
        F: Future<Output = Result<(), DriverError>>,
        U: Future<Output = Result<Vec<String>, DriverError>>,
    {
        let began = Instant::now();
        self.delete(|| async {
            let error = match call().await {
                Err(error) if self.passes(&error) && began.elapsed() >= RELEASED => error,
                answer => return answer,
            };
            match users().await {
                Ok(users) if !users.is_empty() => Err(DriverError::Invalid(format!(
                    "{error}: it is used by {}, which this run does not change: remove the reference there, then \
                     run it again",
                    users.join(", ")
                ))),
                Ok(_) => Err(error),
                Err(unread) => {
                    tracing::debug!(%unread, "what uses it cannot be read");
                    Err(error)
                }
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const IN_USE: Consistency = Consistency {
        absent: &[],
        passing: &[Error::Code("InUse")],
        policy: WaitPolicy::seconds(120),
    };

    fn refused(code: &str) -> DriverError {
        DriverError::Service {
            operation: "service:Delete",
            code: code.to_owned(),
            message: "no".to_owned(),
            request_id: None,
        }
    }

    /// The seconds that a deletion takes which is refused, and its error.
    async fn deleted(users: Result<Vec<String>, DriverError>) -> (u64, String) {
        let began = Instant::now();
        let call = async || Err(refused("InUse"));
        let deletion = IN_USE.delete_unused(call, || std::future::ready(users.clone()));
        let error = deletion.await.unwrap_err().to_string();
        (began.elapsed().as_secs(), error)
    }

    #[tokio::test(start_paused = true)]
    async fn what_others_use_is_not_waited_for() {
        let (seconds, error) = deleted(Ok(vec!["E1".to_owned(), "E2".to_owned()])).await;
        assert!((20..30).contains(&seconds), "{seconds}");
        assert_eq!(
            error,
            "service:Delete: InUse: no: it is used by E1, E2, which this run does not change: remove the reference \
             there, then run it again"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_nothing_refers_to_any_more_is_waited_for() {
        let denied = Err(refused("AccessDenied"));
        for users in [Ok(Vec::new()), denied] {
            let (seconds, error) = deleted(users).await;
            assert!(seconds > 100, "{seconds}");
            assert_eq!(error, "service:Delete: InUse: no");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_run_itself_has_released_is_deleted_without_a_look() {
        let tries = Cell::new(0);
        let call = || {
            tries.set(tries.get() + 1);
            std::future::ready(if tries.get() < 5 {
                Err(refused("InUse"))
            } else {
                Ok(())
            })
        };
        let users = async || panic!("it was released in time");
        IN_USE.delete_unused(call, users).await.unwrap();
    }
}
