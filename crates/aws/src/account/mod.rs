//! The system's account, and how it is reached.

mod access;
pub(crate) mod actions;
mod addresses;
pub mod advice;
mod answer;
mod client;
mod connection;
mod endpoints;
pub mod error;
mod kept;
mod network;
mod operation;
mod pace;
pub mod patience;
mod profile;
mod proxies;
mod quirks;
mod regions;
mod role;
#[cfg(test)]
pub(crate) mod slow_line;
mod throttle;
mod transport;
mod trust;
mod variables;
mod web;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
#[cfg(test)]
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use engine::{DriverError, Resolved};
use model::{Owner, Pseudo};

pub(crate) use self::access::{Access, Term};
pub use self::client::SdkClient;
pub use self::connection::{AccountError, Connection};
use self::connection::{Identity, check_credentials, check_region, identify, load};
pub use self::network::{Network, Stream};
pub(crate) use self::quirks::Quirk;
pub use self::role::AskMfaCode;
pub use self::transport::CallCount;
use self::transport::Endpoint;
use self::variables::Variables;
pub use self::web::WebAnswer;

/// The system's account. Its calls may only read, unless a [`crate::Lease`] made it, or
/// [`Self::for_data`].
#[derive(Clone, Debug)]
pub struct Account {
    shared: Arc<Shared>,
    artifacts: Arc<BTreeMap<String, PathBuf>>,
    access: Access,
}

#[derive(Debug)]
struct Shared {
    base: SdkConfig,
    network: Network,
    connections: SharedHttpClient,
    calls: CallCount,
    services: Mutex<HashMap<(&'static str, String), SdkConfig>>,
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    system: String,
    id: String,
    caller: String,
    partition: String,
    region: String,
    endpoint: Option<String>,
}

impl Account {
    /// Reaches the account: loads the configuration, finds credentials, and asks for their account.
    ///
    /// # Errors
    /// Settings that are wrong or missing, or credentials that AWS does not take.
    pub async fn connect(connection: &Connection, system: &str) -> Result<Self, AccountError> {
        let variables = Variables::of_the_process();
        let (config, network) = connection::open(connection, &variables).await?;
        Self::over(network, config, system).await
    }

    /// As [`Self::connect`], with an access key id and a secret access key of an emulator's default
    /// account, regardless of any other credentials.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn connect_to_emulator(
        connection: &Connection,
        system: &str,
        (key, secret): (&str, &str),
    ) -> Result<Self, AccountError> {
        let credentials = Credentials::new(key, secret, None, None, "emulator");
        let config = load(connection, &Network::default()).await;
        let credentials = SharedCredentialsProvider::new(credentials);
        let config = config.into_builder().credentials_provider(credentials);
        Self::with_config(config.build(), system).await
    }

    /// Reaches the account with an existing configuration.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn with_config(config: SdkConfig, system: &str) -> Result<Self, AccountError> {
        Self::over(Network::default(), config, system).await
    }

    async fn over(network: Network, config: SdkConfig, system: &str) -> Result<Self, AccountError> {
        let connections = transport::connections(&network);
        let calls = CallCount::default();
        let endpoint = config
            .endpoint_url()
            .map(|url| url.trim_end_matches('/').to_owned());
        let to = if endpoint.is_some() {
            Endpoint::Emulator
        } else {
            Endpoint::Aws(None)
        };
        let client = transport::client(connections.clone(), calls.clone(), "sts", to);
        let base = config.into_builder().http_client(client).build();
        let region = base.region().filter(|region| !region.as_ref().is_empty());
        let region = check_region(region.ok_or(AccountError::NoRegion)?.to_string())?;
        check_credentials(&base).await?;
        let Identity {
            id,
            caller,
            partition,
        } = identify(&base)
            .await
            .map_err(|source| AccountError::Identity {
                region: region.clone(),
                source,
            })?;
        let services = Mutex::new(HashMap::new());
        let system = system.to_owned();
        let locks = Mutex::default();
        let shared = Shared {
            base,
            network,
            connections,
            calls,
            services,
            locks,
            system,
            id,
            caller,
            partition,
            region,
            endpoint,
        };
        Ok(Self {
            shared: Arc::new(shared),
            artifacts: Arc::default(),
            access: Access::Read,
        })
    }

    /// An account that no call reaches, for checks that need none.
    #[must_use]
    pub fn offline(system: &str) -> Self {
        let base = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .build();
        Self {
            shared: Arc::new(Shared {
                base,
                network: Network::default(),
                connections: transport::connections(&Network::default()),
                calls: CallCount::default(),
                services: Mutex::default(),
                locks: Mutex::default(),
                system: system.to_owned(),
                id: String::new(),
                caller: String::new(),
                partition: String::new(),
                region: String::new(),
                endpoint: None,
            }),
            artifacts: Arc::default(),
            access: Access::Read,
        }
    }

    /// With the functions' zips at hand, by the base64 of their SHA-256.
    #[must_use]
    pub fn with_artifacts(self, artifacts: BTreeMap<String, PathBuf>) -> Self {
        Self {
            artifacts: Arc::new(artifacts),
            ..self
        }
    }

    /// The same account for what has conditions of its own and needs no lease: releases, toggles, and
    /// the users of a pool.
    #[must_use]
    pub fn for_data(&self) -> Self {
        self.with_access(Access::Data)
    }

    /// The same account with other rights.
    pub(crate) fn with_access(&self, access: Access) -> Self {
        Self {
            access,
            ..self.clone()
        }
    }

    /// The SDK's client of a service: its calls are counted, bounded and, on AWS, paced.
    #[must_use]
    pub fn client<C: SdkClient>(&self) -> C {
        self.client_in(self.region())
    }

    /// As [`Self::client`], in a Region that may not be the system's: resources that CloudFront
    /// uses are in us-east-1.
    #[must_use]
    pub fn client_in<C: SdkClient>(&self, region: &str) -> C {
        C::over(&self.config_in(C::SERVICE, region))
    }

    fn config_in(&self, service: &'static str, region: &str) -> SdkConfig {
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
                service,
                to,
            );
            self.shared
                .base
                .to_builder()
                .http_client(client)
                .region(Region::new(region.to_owned()))
                .build()
        };
        let config = services
            .entry((service, region.to_owned()))
            .or_insert_with(make)
            .clone();
        let client = config
            .http_client()
            .map(|client| self.access.guard(service, client));
        let mut config = config.into_builder();
        config.set_http_client(client);
        config.build()
    }

    /// The lock of something that has one writer at a time across drivers, such as a bucket's
    /// settings.
    pub(crate) fn lock(&self, of: String) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self
            .shared
            .locks
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(of).or_default())
    }

    /// How other clients than the SDK's reach hosts: as the account is reached.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.shared.network
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

    /// The ARN of the identity that makes the calls.
    #[must_use]
    pub fn caller(&self) -> &str {
        &self.shared.caller
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

    /// Whether an owner is the system in this Region.
    pub(crate) fn owns(&self, owner: &Owner) -> bool {
        owner.system == self.system() && owner.elsewhere(Some(self.region())).is_none()
    }

    /// The zip that was built from these sources.
    ///
    /// # Errors
    /// [`DriverError::Invalid`] if no such zip was built, or it cannot be read.
    pub fn artifact(&self, source: &str) -> Result<Vec<u8>, DriverError> {
        let path = self.artifacts.get(source);
        let path = path.ok_or_else(|| {
            DriverError::Invalid(format!("no zip was built from the sources {source}"))
        })?;
        std::fs::read(path).map_err(|error| {
            DriverError::Invalid(format!("{} cannot be read: {error}", path.display()))
        })
    }

    /// The values that deferred text can use before anything is read.
    #[must_use]
    pub fn known(&self) -> Resolved {
        let pseudo = BTreeMap::from([
            (Pseudo::AccountId, self.shared.id.clone()),
            (Pseudo::Region, self.shared.region.clone()),
            (Pseudo::Partition, self.shared.partition.clone()),
        ]);
        Resolved {
            pseudo,
            ..Resolved::default()
        }
    }
}

#[cfg(test)]
impl Account {
    /// The account of a system `acme`, whose services answer with scripted responses and whose SDK
    /// retries nothing.
    pub(crate) fn for_tests(fake: &fake_aws::FakeAws) -> Self {
        let credentials = Credentials::new("id", "secret", None, None, "tests");
        let base = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .build();
        let shared = Shared {
            base,
            network: Network::default(),
            connections: fake.client(),
            calls: CallCount::default(),
            services: Mutex::default(),
            locks: Mutex::default(),
            system: "acme".to_owned(),
            id: "111122223333".to_owned(),
            caller: "arn:aws:iam::111122223333:user/tests".to_owned(),
            partition: "aws".to_owned(),
            region: "eu-west-1".to_owned(),
            endpoint: Some("https://fake".to_owned()),
        };
        Self {
            shared: Arc::new(shared),
            artifacts: Arc::default(),
            access: Access::Data,
        }
    }

    /// The same account, reached over a slow line, with the timeouts of the program.
    pub(crate) fn at_the_end_of(mut self, line: &slow_line::SlowLine) -> Self {
        let shared = Arc::get_mut(&mut self.shared).expect("nobody else has it yet");
        let base = shared.base.to_builder();
        shared.base = base
            .endpoint_url(&line.url)
            .sleep_impl(SharedAsyncSleep::new(slow_line::FastSleep))
            .timeout_config(patience::timeouts())
            .stalled_stream_protection(patience::stalled_streams())
            .build();
        shared.connections = transport::connections(&shared.network);
        self
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
