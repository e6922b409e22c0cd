//! A resource as it was read from the account, and the request to read one.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use model::{Address, Owner, Tags};
use serde::Serialize;
use serde_json::Value;

use crate::error::DriverError;

/// Attributes assigned by AWS, by CloudFormation's names.
pub type Attributes = BTreeMap<String, String>;

/// A resource as it was read from the account.
#[derive(Clone, Debug)]
pub struct Live {
    /// The physical id: a name, an ARN, a generated id.
    pub id: String,
    /// The properties, normalised, in the type of the resource's driver.
    pub properties: LiveProperties,
    /// The attributes assigned by AWS.
    pub attributes: Attributes,
    /// The tags, and how reliable they are.
    pub tags: LiveTags,
}

/// The properties of a live resource. Only its driver knows their type; the engine converts them to
/// JSON only if it must, so an unchanged resource is never serialised.
#[derive(Clone, Debug)]
pub struct LiveProperties(Arc<dyn AnyProperties>);

trait AnyProperties: fmt::Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn to_json(&self) -> serde_json::Result<Value>;
}

impl<T: Any + fmt::Debug + Serialize + Send + Sync> AnyProperties for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn to_json(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

impl LiveProperties {
    /// Properties of a driver's type.
    pub fn new<T: Any + fmt::Debug + Serialize + Send + Sync>(properties: T) -> Self {
        Self(Arc::new(properties))
    }

    /// The properties in their driver's type.
    ///
    /// # Errors
    /// [`DriverError::Internal`] if another driver created them.
    pub fn typed<T: Any>(&self) -> Result<&T, DriverError> {
        let typed = self.0.as_any().downcast_ref();
        typed.ok_or_else(|| DriverError::internal("the properties are another driver's"))
    }

    /// The properties in CloudFormation's shape.
    ///
    /// # Errors
    /// [`DriverError::Internal`] if they do not serialise.
    pub fn to_json(&self) -> Result<Value, DriverError> {
        let json = self.0.to_json();
        json.map_err(|error| DriverError::internal(format!("properties do not serialise: {error}")))
    }
}

/// A live resource's tags, and how reliable they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveTags {
    /// Read from the resource's own service.
    Read(Tags),
    /// From a bulk index that may lag: reliable enough to find nothing to do, but not to decide a
    /// write.
    Hinted(Tags),
    /// Not read: only a write needs them.
    Unread,
    /// Read: they are not the system's. The resource is within the system's one at this address,
    /// which has no record of it.
    Foreign(Address),
}

impl LiveTags {
    /// The tags, as far as they are known.
    #[must_use]
    pub fn known(&self) -> Option<&Tags> {
        match self {
            Self::Read(tags) | Self::Hinted(tags) => Some(tags),
            Self::Unread | Self::Foreign(_) => None,
        }
    }

    /// The owner that they record, as far as they are known.
    #[must_use]
    pub fn owner(&self) -> Option<Owner> {
        Owner::recorded_in(self.known()?)
    }

    /// Whether they were read from the resource's own service.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Read(_) | Self::Foreign(_))
    }
}

/// A resource that a driver is asked to find.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// Its address.
    pub address: Address,
    /// The fingerprint of its desired properties.
    pub fingerprint: String,
    /// Its properties as far as they resolve now, with [`crate::UNKNOWN`] for the rest. Those of its
    /// identity ([`model::ResourceType::identity`]) are known.
    pub properties: Value,
}
