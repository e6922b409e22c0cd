//! The account that the system stands in, and how it is reached.

pub mod error;
mod profile;
mod quirks;
mod transport;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, ProvideCredentials as _};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use engine::{DriverError, Resolved};
use model::Pseudo;
use thiserror::Error;

use self::error::failed;
use self::profile::check_profile;
pub(crate) use self::quirks::Quirk;
pub use self::transport::CallCount;
use self::transport::Endpoint;

/// How the account is reached, where the command line says so; the AWS environment variables and
/// profiles mean what they mean everywhere.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The Region.
    pub region: Option<String>,
    /// The profile in the AWS configuration files.
    pub profile: Option<String>,
    /// One endpoint for every service: an emulator's.
    pub endpoint_url: Option<String>,
}

/// The account that the system stands in.
#[derive(Clone, Debug)]
pub struct Account {
    shared: Arc<Shared>,
    artifacts: Arc<BTreeMap<String, PathBuf>>,
}

#[derive(Debug)]
struct Shared {
    base: SdkConfig,
    connections: SharedHttpClient,
    calls: CallCount,
    services: Mutex<HashMap<(&'static str, String), SdkConfig>>,
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    system: String,
    id: String,
    partition: String,
    region: String,
    endpoint: Option<String>,
}

/// Why the account could not be reached.
#[derive(Debug, Error)]
pub enum AccountError {
    /// No Region is set.
    #[error("no AWS Region is set")]
    NoRegion,
    /// The profile that was named is in no file.
    #[error("no profile `{profile}` in {files}")]
    NoProfile {
        /// Its name.
        profile: String,
        /// Where profiles are.
        files: String,
    },
    /// No credentials are there.
    #[error("no AWS credentials were found: {0}")]
    NoCredentials(String),
    /// AWS does not say who we are.
    #[error("the account could not be identified")]
    Identity(#[source] DriverError),
}

impl AccountError {
    /// What to do about it.
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

impl Account {
    /// Reaches the account: loads the configuration, finds credentials, asks who we are.
    ///
    /// # Errors
    /// No Region, no such profile, no credentials, or credentials that AWS does not take.
    pub async fn connect(connection: &Connection, system: &str) -> Result<Self, AccountError> {
        check_profile(connection).await?;
        Self::with_config(load(connection, None).await, system).await
    }

    /// As [`Self::connect`], with an emulator's default account whatever credentials are around.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn connect_to_emulator(
        connection: &Connection,
        system: &str,
    ) -> Result<Self, AccountError> {
        let credentials = Credentials::new("test", "test", None, None, "emulator");
        Self::with_config(load(connection, Some(credentials)).await, system).await
    }

    /// Reaches the account with a configuration that is there already.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn with_config(config: SdkConfig, system: &str) -> Result<Self, AccountError> {
        let connections = transport::connections();
        let calls = CallCount::default();
        let endpoint = config
            .endpoint_url()
            .map(|url| url.trim_end_matches('/').to_owned());
        let to = if endpoint.is_some() {
            Endpoint::Emulator
        } else {
            Endpoint::Aws(None)
        };
        let client = transport::client(connections.clone(), calls.clone(), to);
        let base = config.into_builder().http_client(client).build();
        let region = base.region().ok_or(AccountError::NoRegion)?.to_string();
        check_credentials(&base).await?;
        let (id, partition) = identify(&base).await.map_err(AccountError::Identity)?;
        let services = Mutex::new(HashMap::new());
        let system = system.to_owned();
        let locks = Mutex::default();
        let shared = Shared {
            base,
            connections,
            calls,
            services,
            locks,
            system,
            id,
            partition,
            region,
            endpoint,
        };
        Ok(Self {
            shared: Arc::new(shared),
            artifacts: Arc::default(),
        })
    }

    /// With the functions' zips at hand, by the base64 of their SHA-256.
    #[must_use]
    pub fn with_artifacts(self, artifacts: BTreeMap<String, PathBuf>) -> Self {
        Self {
            artifacts: Arc::new(artifacts),
            ..self
        }
    }

    /// The SDK configuration of one service, by its signing name: its calls are counted and, on
    /// AWS, paced.
    #[must_use]
    pub fn config(&self, service: &'static str) -> SdkConfig {
        self.config_in(service, self.region())
    }

    /// As [`Self::config`], in a Region that may not be the system's: what CloudFront uses stands
    /// in us-east-1.
    #[must_use]
    pub fn config_in(&self, service: &'static str, region: &str) -> SdkConfig {
        let mut services = self
            .shared
            .services
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let emulated = self.shared.endpoint.is_some();
            let to = if emulated {
                Endpoint::Emulator
            } else {
                Endpoint::service(service)
            };
            let client = transport::client(
                self.shared.connections.clone(),
                self.shared.calls.clone(),
                to,
            );
            self.shared
                .base
                .to_builder()
                .http_client(client)
                .region(Region::new(region.to_owned()))
                .build()
        };
        services
            .entry((service, region.to_owned()))
            .or_insert_with(make)
            .clone()
    }

    /// The lock of something that has one writer at a time, whichever drivers write to it: a
    /// bucket's settings.
    pub(crate) fn lock(&self, of: String) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self
            .shared
            .locks
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(of).or_default())
    }

    /// The calls so far.
    #[must_use]
    pub fn calls(&self) -> &CallCount {
        &self.shared.calls
    }

    /// The system's name.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.shared.system
    }

    /// The account's 12 digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.shared.id
    }

    /// The Region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.shared.region
    }

    /// `aws`, `aws-cn` or `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.shared.partition
    }

    /// The ARN of a resource in this account and Region: `arn:P:SERVICE:R:A:RESOURCE`.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            self.shared.partition, self.shared.region, self.shared.id
        )
    }

    /// The zip with this hash.
    ///
    /// # Errors
    /// [`DriverError::Invalid`] if no such zip was built, or it cannot be read.
    pub fn artifact(&self, code_sha256: &str) -> Result<Vec<u8>, DriverError> {
        let path = self.artifacts.get(code_sha256);
        let path = path
            .ok_or_else(|| DriverError::Invalid(format!("no zip has the SHA-256 {code_sha256}")))?;
        std::fs::read(path).map_err(|error| {
            DriverError::Invalid(format!("{} cannot be read: {error}", path.display()))
        })
    }

    /// The endpoint that was set in place of AWS's, without a slash at the end.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.shared.endpoint.as_deref()
    }

    /// The URL that a WebSocket client connects to.
    ///
    /// On an emulator it is the path form that MiniStack and LocalStack share, since the host form
    /// does not resolve outside browsers.
    #[must_use]
    pub fn websocket_url(&self, api_endpoint: &str, api_id: &str, stage: &str) -> String {
        match &self.shared.endpoint {
            Some(endpoint) => {
                let host = endpoint.replacen("http", "ws", 1);
                format!("{host}/_aws/execute-api/{api_id}/{stage}")
            }
            None => format!("{api_endpoint}/{stage}"),
        }
    }

    /// The URL at which a browser finds a host that AWS gave a name, such as
    /// `d111111abcdef8.cloudfront.net`.
    ///
    /// At an emulator on this machine it is the same name below `localhost`, which browsers resolve
    /// to the loopback, at the endpoint's port: `http://d111111abcdef8.cloudfront.localhost:4566`.
    /// Elsewhere the endpoint's own host takes the place of the last label, as LocalStack has it.
    #[must_use]
    pub fn site_url(&self, host: &str) -> String {
        let Some(endpoint) = &self.shared.endpoint else {
            return format!("https://{host}");
        };
        let (scheme, authority) = endpoint.split_once("://").unwrap_or(("http", endpoint));
        let authority = authority.split('/').next().unwrap_or_default();
        let (name, port) = authority
            .rsplit_once(':')
            .map_or((authority, String::new()), |(name, port)| {
                (name, format!(":{port}"))
            });
        let parent = if name.parse::<std::net::Ipv4Addr>().is_ok() {
            "localhost"
        } else {
            name
        };
        let labels = host.rsplit_once('.').map_or(host, |(labels, _)| labels);
        format!("{scheme}://{labels}.{parent}{port}")
    }

    /// What a resource's deferred text can know before anything is read.
    #[must_use]
    pub fn known(&self) -> Resolved {
        let pseudo = BTreeMap::from([
            (Pseudo::AccountId, self.shared.id.clone()),
            (Pseudo::Region, self.shared.region.clone()),
            (Pseudo::Partition, self.shared.partition.clone()),
        ]);
        Resolved {
            pseudo,
            attributes: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
impl Account {
    /// The account of a system `acme`, whose services answer with scripted responses and whose SDK
    /// retries nothing.
    pub(crate) fn for_tests(fake: &fake_aws::FakeAws) -> Self {
        use aws_sdk_sts::config::SharedCredentialsProvider;
        let credentials = Credentials::new("id", "secret", None, None, "tests");
        let base = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .build();
        let shared = Shared {
            base,
            connections: fake.client(),
            calls: CallCount::default(),
            services: Mutex::default(),
            locks: Mutex::default(),
            system: "acme".to_owned(),
            id: "111122223333".to_owned(),
            partition: "aws".to_owned(),
            region: "eu-west-1".to_owned(),
            endpoint: Some("https://fake".to_owned()),
        };
        Self {
            shared: Arc::new(shared),
            artifacts: Arc::default(),
        }
    }

    /// The same account in another Region.
    pub(crate) fn in_region(mut self, region: &str) -> Self {
        let shared = Arc::get_mut(&mut self.shared).expect("nobody else has it yet");
        region.clone_into(&mut shared.region);
        self
    }

    /// The same account with one zip, called `hash` in place of its hash.
    pub(crate) fn with_artifact(self, zip: PathBuf) -> Self {
        self.with_artifacts(BTreeMap::from([("hash".to_owned(), zip)]))
    }
}

async fn load(connection: &Connection, credentials: Option<Credentials>) -> SdkConfig {
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

/// A profile that is named goes before credentials in the environment, as in AWS's own command
/// line: the SDK would take those, and so perhaps another account. The Region is for a profile that
/// takes on a role.
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

async fn check_credentials(config: &SdkConfig) -> Result<(), AccountError> {
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

async fn identify(config: &SdkConfig) -> Result<(String, String), DriverError> {
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
