//! SDK errors become the engine's, with nothing lost.

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::reconcile::DriverError;

/// Converts the error of one call; `operation` is its IAM action: `.map_err(failed("sqs:CreateQueue"))`.
///
/// The code and the message are the wire's, since several services return codes that the SDK does not model.
pub(crate) fn failed<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> DriverError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    move |error| match &error {
        SdkError::ServiceError(context) => service_error(operation, context.err()),
        _ => DriverError::Unreachable { operation, reason: reason(&error) },
    }
}

fn service_error<E: ProvideErrorMetadata + Error>(operation: &'static str, error: &E) -> DriverError {
    use aws_sdk_sts::operation::RequestId as _;
    let metadata = error.meta();
    DriverError::Service {
        operation,
        code: metadata.code().unwrap_or("Unknown").to_owned(),
        message: metadata.message().map_or_else(|| error.to_string(), str::to_owned),
        request_id: metadata.request_id().map(str::to_owned),
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
