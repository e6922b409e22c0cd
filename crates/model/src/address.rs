//! Addresses: the places of resources in the model.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A part of the system that is planned, applied and destroyed by itself: `toggles`,
/// `team/shipping`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StackName(String);

impl StackName {
    /// A stack's name as written on the command line.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A resource's place in the model, `STACK/NAME`: unique in the system, and stable across runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    stack: StackName,
    name: String,
}

/// Text that is not an address.
#[derive(Debug, Error)]
#[error("`{0}` is not an address: use STACK/NAME, such as toggles/connections-table")]
pub struct InvalidAddress(String);

impl Address {
    /// The address of the resource `name` in `stack`.
    pub fn new(stack: StackName, name: impl Into<String>) -> Self {
        Self {
            stack,
            name: name.into(),
        }
    }

    /// The stack that the resource belongs to.
    #[must_use]
    pub fn stack(&self) -> &StackName {
        &self.stack
    }

    /// The resource's name within its stack.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.stack, self.name)
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        match text.rsplit_once('/') {
            Some((stack, name)) if !stack.is_empty() && !name.is_empty() => {
                Ok(Self::new(StackName::new(stack), name))
            }
            _ => Err(InvalidAddress(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Address {
    type Error = InvalidAddress;

    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}
