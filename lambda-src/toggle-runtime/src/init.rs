//! The initialisation of a function before its first event: logs, configuration, clients.

mod api;
mod clockwork;
mod history;
mod metric;
mod registry;
mod sending;
mod snapshot;

use std::num::NonZeroU32;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};
use toggle_contract::{CONNECT_TIMEOUT_SECONDS, DOORS, PRIVATE_ATTRIBUTES};
use toggle_rules::Private;
use tokio::time::Instant;
use tracing::{Level, error, info};

pub use self::api::Api;
pub use self::clockwork::{ClockError, Clockwork};
pub use self::history::History;
pub use self::sending::{Broadcast, Invocation, Slicing};
pub use self::snapshot::Snapshot;
use crate::bucket::{self, BucketFile};
use crate::line::fraction;
use crate::policy::CONCURRENCY;
use crate::signed::Signed;

/// How long connecting to a service may take.
const CONNECT: Duration = Duration::from_secs(2);

/// How long an unused connection to a service is kept: a thawed function must not start with one
/// that the service has closed.
const IDLE: Duration = Duration::from_secs(20);

/// How long one attempt at a call of the SDK may take, and how many there are: together less than
/// the connection manager has.
const ATTEMPT: Duration = Duration::from_secs(3);
const ATTEMPTS: u32 = 3;
const _: () = assert!(ATTEMPT.as_secs() * (ATTEMPTS as u64) < CONNECT_TIMEOUT_SECONDS as u64);

const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

/// Why a function cannot start.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// An environment variable is missing or empty.
    #[error("environment variable {0} is missing: run `frontage apply`, which sets it")]
    Missing(&'static str),
    /// An environment variable has an impossible value.
    #[error(
        "environment variable {name} is `{value}` and must be a positive integer: run `frontage \
         apply`, which sets it"
    )]
    NoNumber {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// An environment variable is not the JSON that it must be.
    #[error(
        "environment variable {0} has an impossible value: run `frontage apply`, which sets it"
    )]
    NoJson(&'static str),
    /// The conditions of a connection are unreadable.
    #[error(
        "environment variable {DOORS} has an impossible value: run `frontage apply`, which sets it"
    )]
    NoDoors,
}

fn file(configuration: &SdkConfig, bucket: &str, name: &str) -> BucketFile {
    let http = signed(configuration);
    let endpoint = endpoint("AWS_ENDPOINT_URL_S3");
    let url = bucket::url(endpoint.as_deref(), &http.region, bucket, name);
    BucketFile { http, url }
}

/// The endpoint of a service: its own, or that of all services. `None` on AWS.
fn endpoint(own: &str) -> Option<String> {
    let endpoint = variable(own).or_else(|| variable("AWS_ENDPOINT_URL"));
    endpoint.filter(|endpoint| !endpoint.is_empty())
}

/// The attributes that clients are never sent, apart from those that nobody is.
fn private() -> Private {
    Private::of(&variable(PRIVATE_ATTRIBUTES).unwrap_or_default())
}

fn start_logs() -> Instant {
    let level = variable("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse::<Level>().ok());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_max_level(level.unwrap_or(Level::INFO))
        .init();
    Instant::now()
}

fn started(began: Instant) {
    info!(init_ms = fraction(began.elapsed()), "started");
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A variable that may be missing.
fn present(name: &str) -> Option<String> {
    variable(name).filter(|value| !value.is_empty())
}

fn required(name: &'static str) -> Result<String, StartError> {
    present(name)
        .ok_or(StartError::Missing(name))
        .inspect_err(cannot_start)
}

fn cannot_start(error: &StartError) {
    error!(%error, "cannot start");
}

fn positive(name: &'static str, value: &str) -> Result<NonZeroU32, StartError> {
    let value = value.trim();
    value.parse().map_err(|_| StartError::NoNumber {
        name,
        value: value.to_owned(),
    })
}

async fn configuration() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT)
                .operation_attempt_timeout(ATTEMPT)
                .build(),
        )
        .load()
        .await
}

/// Lambda provides a function's credentials in the environment.
fn signed(configuration: &SdkConfig) -> Signed {
    Signed {
        http: connector(),
        credentials: SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()),
        region: configuration
            .region()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

/// The HTTP client for posts. It keeps as many connections as are used at once.
fn connector() -> SharedHttpConnector {
    let builder = Connector::builder()
        .connector_settings(
            HttpConnectorSettings::builder()
                .connect_timeout(CONNECT)
                .build(),
        )
        .pool_max_idle_per_host(CONCURRENCY)
        .pool_idle_timeout(IDLE);
    SharedHttpConnector::new(if is_plain() {
        builder.build_http()
    } else {
        builder.tls_provider(TLS).build()
    })
}

/// The HTTP client for the SDK's calls.
fn http_client() -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new().pool_idle_timeout(IDLE);
    if is_plain() {
        builder.build_http()
    } else {
        builder.tls_provider(TLS).build_https()
    }
}

/// TLS is omitted if every endpoint is plain HTTP, as on an emulator: loading the roots takes most
/// of a start.
fn is_plain() -> bool {
    let is_plain = |name| variable(name).map(|url| url.starts_with("http://"));
    let own = [
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_SCHEDULER",
        "AWS_ENDPOINT_URL_SQS",
    ];
    is_plain("AWS_ENDPOINT_URL") == Some(true)
        && own.into_iter().all(|name| is_plain(name) != Some(false))
}

#[cfg(test)]
mod tests {
    use toggle_contract::POSTS_PER_SECOND;

    use super::*;

    #[test]
    fn a_pace_is_a_positive_integer() {
        let parsed = |value| positive(POSTS_PER_SECOND, value);
        assert_eq!(parsed("9000").unwrap().get(), 9_000);
        for impossible in ["0", "-1", "2.5", "many"] {
            let error = parsed(impossible).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "environment variable POSTS_PER_SECOND is `{impossible}` and must be a positive \
                     integer: run `frontage apply`, which sets it"
                )
            );
        }
    }
}
