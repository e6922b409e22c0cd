//! One call of the SDK.

use std::error::Error;
use std::future::Future;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use engine::DriverError;

use crate::account::error::failed;

/// The answer to a call of the SDK's client, with the engine's errors. The operation has the
/// prefix of IAM's actions: `client.create_queue().send().sent("sqs:CreateQueue")`.
///
/// The SDK's futures take some 8 KB each, so they are boxed here, once for all callers.
pub(crate) trait Call<T>: Sized {
    /// The answer.
    fn sent(self, operation: &'static str) -> impl Future<Output = Result<T, DriverError>> + Send;

    /// Discards the answer.
    fn done(self, operation: &'static str) -> impl Future<Output = Result<(), DriverError>> + Send;
}

impl<F, T, E> Call<T> for F
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    T: Send,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn sent(self, operation: &'static str) -> impl Future<Output = Result<T, DriverError>> + Send {
        let answer = Box::pin(self);
        async move { answer.await.map_err(failed(operation)) }
    }

    fn done(self, operation: &'static str) -> impl Future<Output = Result<(), DriverError>> + Send {
        let answer = self.sent(operation);
        async move { answer.await.map(drop) }
    }
}
