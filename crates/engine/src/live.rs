//! A resource as it was read from the account, and the request to read one.

use std::collections::BTreeMap;

use model::{Address, Tags};
use serde_json::Value;

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
pub struct ReadRequest {
    /// Its address.
    pub address: Address,
    /// Its identity properties, resolved ([`ResourceType::identity`]).
    pub identity: Value,
    /// All of its properties as far as they resolve now, [`crate::UNKNOWN`] standing for the rest.
    pub properties: Value,
}
