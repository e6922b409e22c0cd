//! The progress of a run, to be shown.

use model::Address;

use crate::error::DriverError;

/// The action of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// Creates the resource.
    Create,
    /// Changes the resource in place.
    Update,
    /// Deletes the resource.
    Delete,
}

/// An event in a run, to be shown as progress.
#[derive(Clone, Debug)]
pub enum Event {
    /// A step began.
    Started {
        /// The resource.
        address: Address,
        /// The action.
        kind: StepKind,
    },
    /// A step has been waiting for so long that its user should know for what.
    Waiting {
        /// The resource.
        address: Address,
        /// The action.
        kind: StepKind,
        /// The condition, as a phrase that completes 'waiting for …'.
        what: String,
    },
    /// A step ended.
    Ended {
        /// The resource.
        address: Address,
        /// The action.
        kind: StepKind,
        /// Why it failed, if it did.
        failure: Option<DriverError>,
    },
    /// A wait began for AWS to finish its work on a resource.
    Settling {
        /// The resource.
        address: Address,
        /// AWS's remaining work.
        what: String,
    },
    /// That wait ended.
    Settled {
        /// The resource.
        address: Address,
        /// Why AWS is not known to have finished, if so.
        failure: Option<DriverError>,
    },
}
