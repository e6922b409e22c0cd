//! What could not be read in one reading of the account.

use model::{Address, Node, ResourceType};
use thiserror::Error;

use crate::error::DriverError;

/// A resource or a type that could not be read. It is never taken for an absent one.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// The resource; `None` if a whole type could not be listed.
    pub at: Option<Address>,
    /// The type.
    pub resource_type: &'static ResourceType,
    /// Why.
    pub source: DriverError,
}

impl Unreadable {
    /// A resource of the model that could not be read.
    pub(super) fn at(node: &Node, source: DriverError) -> Self {
        Self {
            at: Some(node.address.clone()),
            resource_type: node.resource_type,
            source,
        }
    }

    /// A type that could not be listed, or a resource of it beyond the model that could not be read.
    pub(super) fn listing(resource_type: &'static ResourceType, source: DriverError) -> Self {
        Self {
            at: None,
            resource_type,
            source,
        }
    }

    /// The resource's address, or `the account's TYPE`.
    #[must_use]
    pub fn subject(&self) -> String {
        let name = self.resource_type.name;
        let at = self.at.as_ref().map(ToString::to_string);
        at.unwrap_or_else(|| format!("the account's {name}"))
    }

    /// Whether both failed for the same reason: a service names the resource in its message, and
    /// each request has its id.
    fn is_like(&self, other: &Self) -> bool {
        use DriverError::{Service, Unreachable};
        match (&self.source, &other.source) {
            (
                Service {
                    operation, code, ..
                },
                Service {
                    operation: o,
                    code: c,
                    ..
                },
            ) => operation == o && code == c,
            (Unreachable { reason, .. }, Unreachable { reason: other, .. }) => reason == other,
            (one, other) => one.to_string() == other.to_string(),
        }
    }
}

/// Everything that could not be read in one round: concurrent reads all end, so that one run reports
/// each permission that is missing. There is at least one.
#[derive(Debug, Error)]
#[error("{}", .failures.iter().map(|of| format!("{} could not be read: {}", of.subject(), of.source)).collect::<Vec<_>>().join("; "))]
pub struct InventoryError {
    /// The failures: of resources in the order in which they were read, then of types.
    pub failures: Vec<Unreadable>,
}

impl InventoryError {
    /// The first failure of each cause, and the number of failures that have it.
    #[must_use]
    pub fn causes(&self) -> Vec<(&Unreadable, usize)> {
        let mut causes: Vec<(&Unreadable, usize)> = Vec::new();
        for failure in &self.failures {
            match causes.iter_mut().find(|(first, _)| first.is_like(failure)) {
                Some((_, count)) => *count += 1,
                None => causes.push((failure, 1)),
            }
        }
        causes
    }
}

/// The values of one round, or all of its failures.
pub(crate) fn all<T>(
    round: impl IntoIterator<Item = Result<T, Unreadable>>,
) -> Result<Vec<T>, InventoryError> {
    let (mut values, mut failures) = (Vec::new(), Vec::new());
    for result in round {
        match result {
            Ok(value) => values.push(value),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() {
        Ok(values)
    } else {
        Err(InventoryError { failures })
    }
}

/// The values of two rounds that ran at the same time, or all of their failures.
pub(crate) fn both<A, B>(
    a: Result<A, InventoryError>,
    b: Result<B, InventoryError>,
) -> Result<(A, B), InventoryError> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(mut a), Err(b)) => {
            a.failures.extend(b.failures);
            Err(a)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}
