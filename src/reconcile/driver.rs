//! What the engine asks of the code that knows one resource type.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use stacks::model::{Address, ResourceType, Tags};
use thiserror::Error;

use super::{Changes, Reading, Selection};

/// What AWS makes up about a resource, by CloudFormation's attribute names.
pub type Attributes = BTreeMap<String, String>;

/// A resource as it was read from the account.
#[derive(Clone, Debug)]
pub struct Live {
    /// The physical id: a name, an ARN, a generated id.
    pub id: String,
    /// The properties, in the same shape as the desired ones.
    pub properties: Value,
    /// What AWS makes up.
    pub attributes: Attributes,
    /// The tags, and how sure they are.
    pub tags: LiveTags,
}

/// A live resource's tags, and how sure they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveTags {
    /// Read from the resource's own service.
    Read(Tags),
    /// From a bulk index that may lag. Good enough to find nothing to do; never to decide a write.
    Hinted(Tags),
    /// Not read: nothing to do needs no tags, a write does.
    Unread,
}

impl LiveTags {
    /// The tags, as far as they are known.
    #[must_use]
    pub fn known(&self) -> Option<&Tags> {
        match self {
            Self::Read(tags) | Self::Hinted(tags) => Some(tags),
            Self::Unread => None,
        }
    }

    /// Whether they were read from the resource's own service.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Read(_))
    }
}

/// A resource that a driver is asked to find.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its address.
    pub address: Address,
    /// Its identity properties, resolved ([`ResourceType::identity`]).
    pub identity: Value,
    /// All of its properties as far as they resolve now, [`super::UNKNOWN`] standing for the rest.
    pub properties: Value,
}

/// The code that reads and writes one resource type.
///
/// # Guarantees
/// - `read` answers `None` only where AWS says that the resource does not exist.
/// - `create` writes ownership in the create call itself where AWS lets it, and returns once the
///   resource is usable by what refers to it.
/// - `update` writes only what is in the changes.
/// - Deleting what does not exist succeeds; `delete` returns once it is gone.
#[async_trait]
pub trait Driver: Send + Sync {
    /// The facts of the type.
    fn resource_type(&self) -> &'static ResourceType;

    /// Properties with AWS's defaults stated and order removed where it has no meaning, so that
    /// equal states have equal values. Must take [`super::UNKNOWN`] for any string.
    fn normalise(&self, properties: Value) -> Result<Value, DriverError>;

    /// Finds the resource, from this run's one reading of the account.
    async fn read(&self, wanted: &Wanted, reading: &Reading) -> Result<Option<Live>, DriverError>;

    /// Everything of the type that may be the system's.
    async fn list(&self, reading: &Reading) -> Result<Vec<Live>, DriverError>;

    /// Whether there may be orphans of the type in the selected stacks. Asked where those have none
    /// of the type, so that a small system costs no calls to services that it does not use: it must
    /// cost next to nothing. Unless a driver says otherwise, only where all stacks are spoken of.
    async fn suspects_orphans(
        &self,
        selection: &Selection,
        _reading: &Reading,
    ) -> Result<bool, DriverError> {
        Ok(selection.is_general())
    }

    /// Reads again, from the resource's own service, what bulk answers and indexes said of it:
    /// before anything about it is written. None if it is gone. `address` is where it stands, if
    /// that is known.
    async fn confirm(
        &self,
        address: Option<&Address>,
        live: &Live,
    ) -> Result<Option<Live>, DriverError>;

    /// Creates the resource. `tags` hold the system, the address and the fingerprint.
    async fn create(&self, properties: &Value, tags: &Tags) -> Result<Live, DriverError>;

    /// Changes the resource in place. Tags are not its business.
    async fn update(
        &self,
        live: &Live,
        properties: &Value,
        changes: &Changes,
    ) -> Result<Live, DriverError>;

    /// Sets and removes tags; sets the fingerprint of a child in its parent.
    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError>;

    /// Deletes the resource, its data and its protection with it. Its waits end when the run is
    /// told to stop, and the next run goes on from where they stood.
    async fn delete(&self, live: &Live) -> Result<(), DriverError>;

    /// What AWS does yet with a resource that stands as it should, if anything: `deploying to the
    /// edges`. Nothing that refers to it needs that, so no step waits for it.
    fn pending(&self, _live: &Live) -> Option<String> {
        None
    }

    /// Waits until nothing is pending.
    async fn settle(&self, _live: &Live) -> Result<(), DriverError> {
        Ok(())
    }
}

/// The drivers, by type.
#[derive(Clone, Default)]
pub struct Registry {
    drivers: BTreeMap<&'static str, Arc<dyn Driver>>,
}

impl Registry {
    /// Adds a driver for its type.
    #[must_use]
    pub fn with(mut self, driver: impl Driver + 'static) -> Self {
        self.drivers
            .insert(driver.resource_type().name, Arc::new(driver));
        self
    }

    /// Takes the drivers of some types out.
    pub fn remove(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.drivers
            .retain(|resource_type, _| !is_gone(resource_type));
    }

    /// The driver of a type.
    pub fn get(&self, resource_type: &str) -> Result<&Arc<dyn Driver>, DriverError> {
        self.drivers
            .get(resource_type)
            .ok_or_else(|| DriverError::internal(format!("no driver for {resource_type}")))
    }

    /// Every driver.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Driver>> {
        self.drivers.values()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.drivers.keys()).finish()
    }
}

/// Why a driver could not do what it was asked.
#[derive(Clone, Debug, Error)]
pub enum DriverError {
    /// The service answered with an error.
    #[error("{operation}: {code}: {message}{}", request_id.as_ref().map(|id| format!(" (request id {id})")).unwrap_or_default())]
    Service {
        /// What was called, as an IAM action: `dynamodb:CreateTable`.
        operation: &'static str,
        /// The service's error code.
        code: String,
        /// The service's message.
        message: String,
        /// For AWS support.
        request_id: Option<String>,
    },
    /// The service could not be reached, or no answer came.
    #[error("{operation}: no answer: {reason}")]
    Unreachable {
        /// What was called.
        operation: &'static str,
        /// What the transport said.
        reason: String,
    },
    /// A condition did not come true in time.
    #[error("{condition} did not come true within {seconds} s; last seen: {last}")]
    TimedOut {
        /// The condition's name.
        condition: String,
        /// Its deadline.
        seconds: u64,
        /// The last state seen.
        last: String,
    },
    /// The run was told to stop while a step waited that can be taken up later.
    #[error("interrupted while it waited until {condition}")]
    Interrupted {
        /// What it waited for.
        condition: String,
    },
    /// Several resources answer to one identity.
    #[error("{count} resources answer to {identity} ({ids}): delete all but one, then plan again")]
    Ambiguous {
        /// What was looked for.
        identity: String,
        /// How many there are.
        count: usize,
        /// Their ids.
        ids: String,
    },
    /// What is desired is not possible.
    #[error("{0}")]
    Invalid(String),
    /// The endpoint does not have the service at all, as an emulator may not.
    #[error("{operation}: this endpoint does not have the service ({answer})")]
    Lacking {
        /// What was called.
        operation: &'static str,
        /// What it answered.
        answer: String,
    },
    /// A mistake in Frontage.
    #[error("{0}: this is a mistake in Frontage, please report it")]
    Internal(String),
}

impl DriverError {
    /// A mistake in Frontage.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into())
    }

    /// The service's error code, where it answered with one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Service { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The service's message, where it answered with one.
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

    /// Whether the service answered with this code and a message that has this text: for the errors
    /// that AWS tells apart by nothing else.
    #[must_use]
    pub fn says(&self, code: &str, text: &str) -> bool {
        self.is(code) && self.message().is_some_and(|message| message.contains(text))
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        let access = [
            "AccessDenied",
            "AccessDeniedException",
            "UnauthorizedOperation",
            "AuthorizationError",
        ];
        let credentials = [
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId",
        ];
        match self {
            Self::Unreachable { .. } => {
                Some("check the network, --region and --endpoint-url, then run the command again")
            }
            Self::TimedOut { .. } | Self::Interrupted { .. } => {
                Some("run the command again: it goes on from where the account stands")
            }
            Self::Service { code, .. } if access.contains(&code.as_str()) => {
                Some("grant the action to the credentials in use, then run the command again")
            }
            Self::Service { code, .. } if credentials.contains(&code.as_str()) => Some(
                "renew the credentials (aws sso login, AWS_PROFILE), then run the command again",
            ),
            _ => None,
        }
    }
}
