//! Why a call of `DynamoDB` failed, without losing anything that a person needs.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId as _;
use thiserror::Error;

/// Why a call failed. It says what the command line says of other calls.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CallError {
    /// The service answered with an error.
    #[error("{operation}: {code}: {message}{}", request_id.as_ref().map(|id| format!(" (request id {id})")).unwrap_or_default())]
    Service {
        /// The operation, with the prefix of IAM's actions: `dynamodb:PutItem`.
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
}

impl CallError {
    /// Whether the service answered with this code.
    #[must_use]
    pub fn is(&self, expected: &str) -> bool {
        matches!(self, Self::Service { code, .. } if code == expected)
    }
}

/// Converts the error of one call: `.map_err(failed("dynamodb:PutItem"))`. The code and the message are
/// the wire's.
pub(crate) fn failed<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    move |error| {
        let SdkError::ServiceError(answer) = &error else {
            let reason = reason(&error);
            return CallError::Unreachable { operation, reason };
        };
        let metadata = answer.err().meta();
        CallError::Service {
            operation,
            code: metadata.code().unwrap_or("Unknown").to_owned(),
            message: metadata
                .message()
                .map_or_else(|| answer.err().to_string(), str::to_owned),
            request_id: metadata.request_id().map(str::to_owned),
        }
    }
}

/// The chain of causes in one line, without the SDK's debug dump.
fn reason(error: &(dyn Error + 'static)) -> String {
    let mut reasons: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !reasons.contains(&text) {
            reasons.push(text);
        }
        next = error.source();
    }
    reasons.join(": ")
}
