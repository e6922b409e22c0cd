//! How the account is reached: profile, Region, credentials, endpoint.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, ProvideCredentials as _};
use engine::DriverError;
use thiserror::Error;

use super::error::{self, failed};
use super::transport;

/// How the account is reached, if the command line specifies it; the AWS environment variables and
/// profiles have their usual meanings.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The Region.
    pub region: Option<String>,
    /// The profile in the AWS configuration files.
    pub profile: Option<String>,
    /// One endpoint for every service: an emulator's.
    pub endpoint_url: Option<String>,
}

/// Why the account could not be reached.
#[derive(Debug, Error)]
pub enum AccountError {
    /// No Region is set.
    #[error("no AWS Region is set")]
    NoRegion,
    /// The named profile is in no file.
    #[error("no profile `{profile}` in {files}")]
    NoProfile {
        /// Its name.
        profile: String,
        /// The files searched for it.
        files: String,
    },
    /// No credentials were found.
    #[error("no AWS credentials were found: {0}")]
    NoCredentials(String),
    /// AWS did not report the account.
    #[error("the account could not be identified")]
    Identity(#[source] DriverError),
}

impl AccountError {
    /// How to resolve it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NoRegion => "set `region` in frontage.toml, pass --region, or set AWS_REGION",
            Self::NoProfile { .. } => {
                "`aws configure list-profiles` lists them, and `aws configure --profile` adds one"
            }
            Self::NoCredentials(_) => {
                "sign in (aws sso login), name a profile (--profile, AWS_PROFILE), or set AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY"
            }
            Self::Identity(error) => {
                error::hint(error).unwrap_or("check the credentials, --region and --endpoint-url")
            }
        }
    }
}

pub(super) async fn load(connection: &Connection, credentials: Option<Credentials>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_mins(1))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(transport::connections())
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .timeout_config(timeouts);
    if let Some(credentials) = credentials {
        loader = loader.credentials_provider(credentials);
    }
    if let Some(region) = &connection.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &connection.profile {
        loader = loader
            .profile_name(profile)
            .credentials_provider(credentials_of(profile, connection).await);
    }
    if let Some(url) = &connection.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader.load().await
}

/// A named profile takes precedence over credentials in the environment, as in AWS's own command
/// line: the SDK would use those, and so perhaps another account. The Region is for a profile that
/// assumes a role.
async fn credentials_of(profile: &str, connection: &Connection) -> ProfileFileCredentialsProvider {
    let region = RegionProviderChain::first_try(connection.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(
            ProfileFileRegionProvider::builder()
                .profile_name(profile)
                .build(),
        );
    let config = ProviderConfig::default()
        .with_http_client(transport::connections())
        .with_region(region.region().await);
    ProfileFileCredentialsProvider::builder()
        .configure(&config)
        .profile_name(profile)
        .build()
}

pub(super) async fn check_credentials(config: &SdkConfig) -> Result<(), AccountError> {
    let none = || AccountError::NoCredentials("no provider is configured".to_owned());
    let provider = config.credentials_provider().ok_or_else(none)?;
    match provider.provide_credentials().await {
        Ok(_) => Ok(()),
        Err(error) => {
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            Err(AccountError::NoCredentials(format!(
                "{error}{}",
                source.unwrap_or_default()
            )))
        }
    }
}

pub(super) async fn identify(config: &SdkConfig) -> Result<(String, String), DriverError> {
    let operation = "sts:GetCallerIdentity";
    let answer = aws_sdk_sts::Client::new(config)
        .get_caller_identity()
        .send()
        .await
        .map_err(failed(operation))?;
    let partition = answer
        .arn()
        .and_then(|arn| arn.split(':').nth(1))
        .unwrap_or("aws");
    let id = answer
        .account()
        .ok_or_else(|| DriverError::internal("AWS names no account"))?;
    Ok((id.to_owned(), partition.to_owned()))
}
