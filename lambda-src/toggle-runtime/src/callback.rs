//! The `@connections` API of API Gateway.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_apigatewaymanagement::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_apigatewaymanagement::primitives::Blob;
use aws_sdk_apigatewaymanagement::{Client, config};

use crate::connection::Connection;
use crate::ports::{Callback, CallbackError};

/// An attempt without an answer by then is in doubt. A post takes milliseconds.
const ATTEMPT: Duration = Duration::from_secs(10);

/// Posts through one HTTP client, with an SDK client for each stage.
#[derive(Debug)]
pub struct Management {
    base: SdkConfig,
    clients: Mutex<HashMap<String, Client>>,
}

impl Management {
    /// Over a configuration with an HTTP client.
    #[must_use]
    pub fn new(base: SdkConfig) -> Self {
        Self { base, clients: Mutex::default() }
    }

    fn client(&self, endpoint: &str) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(endpoint) {
            return client.clone();
        }
        let client = Client::from_conf(one_attempt(&self.base, endpoint));
        clients.insert(endpoint.to_owned(), client.clone());
        client
    }
}

/// No retries of the SDK: only [`crate::line::Line`] knows which ones are right.
fn one_attempt(base: &SdkConfig, endpoint: &str) -> config::Config {
    config::Builder::from(base)
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build())
        .build()
}

impl Callback for Management {
    async fn post(&self, connection: &Connection, message: &[u8]) -> Result<(), CallbackError> {
        let post = self.client(&connection.endpoint).post_to_connection();
        let sent = post.connection_id(&connection.id).data(Blob::new(message)).send().await;
        sent.map(drop).map_err(|error| classify(&error))
    }

    async fn close(&self, connection: &Connection) -> Result<(), CallbackError> {
        let delete = self.client(&connection.endpoint).delete_connection();
        let sent = delete.connection_id(&connection.id).send().await;
        sent.map(drop).map_err(|error| classify(&error))
    }
}

/// By status, as errors of API Gateway's front ends are not all modelled.
fn classify<E>(error: &SdkError<E>) -> CallbackError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let text = DisplayErrorContext(error).to_string();
    let status = error.raw_response().map(|response| response.status().as_u16());
    match (error, status) {
        (_, Some(410)) => CallbackError::Gone,
        (_, Some(429 | 500..)) => CallbackError::Again(text),
        // No answer, or a success that cannot be read.
        (SdkError::TimeoutError(_), None) | (SdkError::ResponseError(_), Some(200..300)) => {
            CallbackError::InDoubt(text)
        }
        // The connection to the service was closed or refused: what was sent on it is done with.
        (SdkError::DispatchFailure(_) | SdkError::ResponseError(_), None) => CallbackError::Again(text),
        _ => CallbackError::Refused(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    async fn answer(status: u16) -> Result<(), CallbackError> {
        let post = mock!(Client::post_to_connection).sequence().http_status(status, None).build();
        let client = mock_client!(aws_sdk_apigatewaymanagement, RuleMode::Sequential, [&post], |config| {
            config.retry_config(RetryConfig::disabled())
        });
        let sent = client.post_to_connection().connection_id("c").data(Blob::new("x")).send().await;
        sent.map(drop).map_err(|error: SdkError<PostToConnectionError>| classify(&error))
    }

    #[tokio::test]
    async fn answers_are_told_apart_by_their_status() {
        assert_eq!(answer(200).await, Ok(()));
        assert_eq!(answer(410).await, Err(CallbackError::Gone));
        for status in [429, 500, 503, 504] {
            assert!(matches!(answer(status).await, Err(CallbackError::Again(_))), "{status}");
        }
        for status in [400, 403, 413] {
            assert!(matches!(answer(status).await, Err(CallbackError::Refused(_))), "{status}");
        }
    }

    #[test]
    fn silence_is_doubt() {
        let silence: SdkError<PostToConnectionError> = SdkError::timeout_error("late");
        assert!(matches!(classify(&silence), CallbackError::InDoubt(_)));
    }
}
