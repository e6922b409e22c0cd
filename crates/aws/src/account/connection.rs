//! How the account is reached: profile, Region, credentials, endpoint, network.

use std::borrow::Cow;
use std::error::Error as _;

use aws_config::profile::{ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_sts::config::Credentials;
use engine::DriverError;
use thiserror::Error;

use super::error::{self, failed};
use super::kept::Kept;
use super::network::Network;
use super::patience;
use super::role::{self, AskMfaCode};
use super::variables::Variables;
use super::{advice, endpoints, profile, transport};

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
    /// How to ask for an MFA code, if somebody can answer.
    pub ask_mfa_code: Option<AskMfaCode>,
}

/// Why the account could not be reached.
#[derive(Debug, Error)]
pub enum AccountError {
    /// No Region is set.
    #[error("no AWS Region is set")]
    NoRegion,
    /// A Region's name contains characters that no Region has.
    #[error("{0:?} is not the name of an AWS Region")]
    BadRegion(String),
    /// The named profile is in no file.
    #[error("no profile `{profile}` in {files}")]
    NoProfile {
        /// Its name.
        profile: String,
        /// The files searched for it.
        files: String,
    },
    /// An endpoint is not a URL.
    #[error("the endpoint `{url}` (set by {setting}) is not a URL: {reason}")]
    Endpoint {
        /// What is set.
        url: String,
        /// Where it is set.
        setting: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A proxy's URL is invalid. It may contain a password and is not shown.
    #[error("{variable} is not the URL of a proxy: {reason}")]
    Proxy {
        /// The environment variable.
        variable: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The file of certificate authorities cannot be used.
    #[error("the CA bundle {file} (set by {setting}) cannot be used: {reason}")]
    CaBundle {
        /// The file.
        file: String,
        /// Where it is set.
        setting: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// No credentials were found.
    #[error("no AWS credentials were found: {0}")]
    NoCredentials(String),
    /// Credentials are configured but cannot be obtained.
    #[error("the AWS credentials could not be obtained: {reason}")]
    Credentials {
        /// Why.
        reason: String,
        /// The Region, if it may have refused them.
        region: Option<String>,
    },
    /// A role requires an MFA code, and there is no terminal to ask for it.
    #[error("the profile `{profile}` requires an MFA code of {device}, and there is no terminal")]
    NoMfaCode {
        /// The profile with the `mfa_serial`.
        profile: String,
        /// The device.
        device: String,
    },
    /// AWS did not report the account.
    #[error("the account could not be identified")]
    Identity {
        /// The Region that was asked.
        region: String,
        /// Its answer.
        source: DriverError,
    },
}

impl AccountError {
    /// How to resolve it.
    #[must_use]
    pub fn advice(&self) -> Cow<'static, str> {
        let advice = match self {
            Self::BadRegion(_) => {
                "correct it in frontage.toml, --region, AWS_REGION or the profile: `eu-west-1`"
            }
            Self::NoRegion => "set `region` in frontage.toml, pass --region, or set AWS_REGION",
            Self::NoProfile { .. } => {
                "`aws configure list-profiles` lists them, and `aws configure --profile` adds one"
            }
            Self::Endpoint { .. } => {
                "set a URL with its scheme and host, such as http://localhost:4566"
            }
            Self::Proxy { .. } => "set a URL such as http://proxy.example.com:3128, or unset it",
            Self::CaBundle { .. } => {
                "set the path of a file with certificates in the PEM format, or unset it"
            }
            Self::NoCredentials(_) => {
                "sign in (`aws login`, `aws sso login`), name a profile (--profile, AWS_PROFILE), or set \
                 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            }
            Self::Credentials { region, .. } => {
                let renew = "renew the sign-in (`aws login`, `aws sso login`) or fix the profile; `aws sts \
                             get-caller-identity` shows whether the AWS CLI can use it";
                match region.as_deref().and_then(advice::enable) {
                    Some(enable) => return format!("{renew}; {enable}").into(),
                    None => renew,
                }
            }
            Self::NoMfaCode { .. } => {
                "run the command on a terminal, or export temporary credentials first: `aws configure \
                 export-credentials --format env`"
            }
            Self::Identity { region, source } => match advice::hint_in(source, region) {
                Some(advice) => return advice,
                None => "check the credentials, --region and --endpoint-url",
            },
        };
        advice.into()
    }

    /// Credentials that cannot be used, wherever.
    pub(super) fn unusable(reason: impl Into<String>) -> Self {
        Self::Credentials {
            reason: reason.into(),
            region: None,
        }
    }
}

/// The SDK's configuration and the network, as the command line, the environment and the profile
/// say.
///
/// # Errors
/// If one of them says something impossible. The credentials are not looked for yet.
pub(super) async fn open(
    connection: &Connection,
    variables: &Variables,
) -> Result<(SdkConfig, Network), AccountError> {
    let profiles = profile::read(connection, variables).await?;
    endpoints::check(connection, variables, profiles.as_ref())?;
    let network = Network::new(variables, profiles.as_ref())?;
    let config = load(connection, &network).await;
    let provider = match &profiles {
        Some(profiles) => credentials(connection, variables, profiles, &config)?,
        None => None,
    };
    let provider = provider.or_else(|| config.credentials_provider());
    let mut config = config.into_builder();
    config.set_credentials_provider(
        provider.map(|provider| SharedCredentialsProvider::new(Kept::new(provider))),
    );
    Ok((config.build(), network))
}

/// The SDK's configuration, with its own ways to credentials.
pub(super) async fn load(connection: &Connection, network: &Network) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(transport::connections(network))
        .retry_config(patience::retries())
        .timeout_config(patience::timeouts())
        .stalled_stream_protection(patience::stalled_streams());
    // In the user agent of each call, as CloudTrail shows it.
    if let Ok(name) = AppName::new("frontage") {
        loader = loader.app_name(name);
    }
    if let Some(region) = &connection.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &connection.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader.load().await
}

/// The credentials that the SDK would not look for by itself.
///
/// A named profile takes precedence over credentials in the environment, as in AWS's own command
/// line: the SDK would use those, and so perhaps another account.
fn credentials(
    connection: &Connection,
    variables: &Variables,
    profiles: &ProfileSet,
    config: &SdkConfig,
) -> Result<Option<SharedCredentialsProvider>, AccountError> {
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let in_the_environment = keys.iter().all(|name| variables.get(name).is_some());
    if connection.profile.is_none() && in_the_environment {
        return Ok(None);
    }
    let mut providers = ProviderConfig::default()
        .with_region(config.region().cloned())
        .with_use_fips(config.use_fips())
        .with_use_dual_stack(config.use_dual_stack());
    if let Some(client) = config.http_client() {
        providers = providers.with_http_client(client);
    }
    let with_mfa = role::with_mfa(profiles, config, &providers, connection.ask_mfa_code)?;
    let named = || {
        let builder = ProfileFileCredentialsProvider::builder()
            .configure(&providers)
            .profile_name(connection.profile.clone()?);
        Some(SharedCredentialsProvider::new(builder.build()))
    };
    Ok(with_mfa.or_else(named))
}

pub(super) async fn check_credentials(config: &SdkConfig) -> Result<(), AccountError> {
    let none = || AccountError::NoCredentials("no provider is configured".to_owned());
    let provider = config.credentials_provider().ok_or_else(none)?;
    let error = match provider.provide_credentials().await {
        Ok(found) => return check_sendable(&found),
        Err(error) => error,
    };
    let text = match error.source() {
        Some(source) => format!("{error}: {}", error::reason(source)),
        None => error.to_string(),
    };
    Err(match error {
        CredentialsError::CredentialsNotLoaded(_) => AccountError::NoCredentials(text),
        _ => AccountError::Credentials {
            reason: text,
            region: config.region().map(ToString::to_string),
        },
    })
}

/// Checks what every request has in its headers, where the SDK would panic.
fn check_sendable(credentials: &Credentials) -> Result<(), AccountError> {
    let token = credentials.session_token().unwrap_or_default();
    let sent = [credentials.access_key_id(), token];
    if sent.iter().all(|text| is_printable(text)) {
        return Ok(());
    }
    Err(AccountError::unusable(
        "the access key id or the session token contains a space, a line break or another character \
         that cannot be sent",
    ))
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Checks a Region, which is in hosts and headers.
pub(super) fn check_region(region: String) -> Result<String, AccountError> {
    if is_printable(&region) {
        Ok(region)
    } else {
        Err(AccountError::BadRegion(region))
    }
}

/// Whose the credentials are.
pub(super) struct Identity {
    /// The account's 12 digits.
    pub(super) id: String,
    /// The ARN of the user or of the role's session; empty if an emulator reports none.
    pub(super) caller: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub(super) partition: String,
}

/// The first call. It is tried five times, so that a wrong endpoint or network is reported within seconds.
pub(super) async fn identify(config: &SdkConfig) -> Result<Identity, DriverError> {
    let operation = "sts:GetCallerIdentity";
    let config = aws_sdk_sts::config::Builder::from(config)
        .retry_config(patience::retries().with_max_attempts(5))
        .build();
    let answer = aws_sdk_sts::Client::from_conf(config)
        .get_caller_identity()
        .send()
        .await
        .map_err(failed(operation))?;
    let caller = answer.arn().unwrap_or_default();
    let partition = caller.split(':').nth(1).unwrap_or("aws");
    let id = answer
        .account()
        .ok_or_else(|| DriverError::internal("AWS names no account"))?;
    Ok(Identity {
        id: id.to_owned(),
        caller: caller.to_owned(),
        partition: partition.to_owned(),
    })
}
