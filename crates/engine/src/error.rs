//! The errors of drivers.

use thiserror::Error;

/// Why a driver failed.
#[derive(Clone, Debug, Error)]
pub enum DriverError {
    /// The service answered with an error.
    #[error("{operation}: {code}: {message}{}", request_id.as_ref().map(|id| format!(" (request id {id})")).unwrap_or_default())]
    Service {
        /// The operation, with the prefix of IAM's actions: `dynamodb:CreateTable`.
        operation: &'static str,
        /// The service's error code.
        code: String,
        /// The service's message.
        message: String,
        /// For AWS support.
        request_id: Option<String>,
    },
    /// The service could not be reached, or did not answer.
    #[error("{operation}: no answer: {reason}")]
    Unreachable {
        /// The operation.
        operation: &'static str,
        /// The transport's message.
        reason: String,
    },
    /// The call was not sent: it would change something, and nothing may be changed any more.
    #[error("{operation} was not sent: {reason}")]
    Withheld {
        /// The operation.
        operation: &'static str,
        /// Why.
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
    /// Several resources match one identity.
    #[error("{count} resources match {identity} ({ids}): delete all but one, then plan again")]
    Ambiguous {
        /// The identity.
        identity: String,
        /// The number of resources.
        count: usize,
        /// Their ids.
        ids: String,
    },
    /// The desired state is not possible.
    #[error("{0}")]
    Invalid(String),
    /// The endpoint, such as an emulator, does not support the service.
    #[error("{operation}: this endpoint does not support the service ({answer})")]
    Lacking {
        /// The operation.
        operation: &'static str,
        /// The answer.
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

    /// Whether the service answered with an error, or could not be reached.
    #[must_use]
    pub fn is_of_service(&self) -> bool {
        matches!(self, Self::Service { .. } | Self::Unreachable { .. })
    }

    /// The service's error code, if it answered with one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Service { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The service's message, if it answered with one.
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

    /// Whether the service answered with this code and a message that contains this text: for
    /// errors that AWS distinguishes by nothing else.
    #[must_use]
    pub fn has_message(&self, code: &str, text: &str) -> bool {
        self.is(code) && self.message().is_some_and(|message| message.contains(text))
    }
}
