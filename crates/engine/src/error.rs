//! Why a driver could not do what it was asked.

use thiserror::Error;

/// Why a driver could not do what it was asked.
#[derive(Clone, Debug, Error)]
pub enum DriverError {
    /// The service answered with an error.
    #[error("{operation}: {code}: {message}{}", request_id.as_ref().map(|id| format!(" (request id {id})")).unwrap_or_default())]
    Service {
        /// What was called, as an IAM action: `dynamodb:CreateTable`.
        operation: &'static str,
        /// The service's error code.
        code: String,
        /// The service's message.
        message: String,
        /// For AWS support.
        request_id: Option<String>,
    },
    /// The service could not be reached, or no answer came.
    #[error("{operation}: no answer: {reason}")]
    Unreachable {
        /// What was called.
        operation: &'static str,
        /// What the transport said.
        reason: String,
    },
    /// A condition was not met in time.
    #[error("gave up after {seconds} s waiting for {condition}; last seen: {last}")]
    TimedOut {
        /// The condition, as a phrase that completes 'waiting for …'.
        condition: String,
        /// Its deadline.
        seconds: u64,
        /// The last state seen.
        last: String,
    },
    /// The run was interrupted during a wait that a later run can resume.
    #[error("interrupted while waiting for {condition}")]
    Interrupted {
        /// The condition, as a phrase that completes 'waiting for …'.
        condition: String,
    },
    /// Several resources answer to one identity.
    #[error("{count} resources match {identity} ({ids}): delete all but one, then plan again")]
    Ambiguous {
        /// What was looked for.
        identity: String,
        /// The number of resources.
        count: usize,
        /// Their ids.
        ids: String,
    },
    /// What is desired is not possible.
    #[error("{0}")]
    Invalid(String),
    /// The endpoint does not have the service at all, as an emulator may not.
    #[error("{operation}: this endpoint does not support the service ({answer})")]
    Lacking {
        /// What was called.
        operation: &'static str,
        /// What it answered.
        answer: String,
    },
    /// A mistake in Frontage.
    #[error("{0}: this is a bug in Frontage, please report it")]
    Internal(String),
}

impl DriverError {
    /// A mistake in Frontage.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into())
    }

    /// The service's error code, where it answered with one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Service { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The service's message, where it answered with one.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Service { message, .. } => Some(message),
            _ => None,
        }
    }

    /// Whether the service answered with this code.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code() == Some(code)
    }

    /// Whether the service answered with this code and a message that has this text: for the errors
    /// that AWS tells apart by nothing else.
    #[must_use]
    pub fn has_message(&self, code: &str, text: &str) -> bool {
        self.is(code) && self.message().is_some_and(|message| message.contains(text))
    }
}
