//! The progress of a run, for whoever shows it.

use model::Address;

use crate::error::DriverError;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// Makes it.
    Create,
    /// Changes it in place.
    Update,
    /// Takes it away.
    Delete,
}

/// Something that happened, for whoever shows progress.
#[derive(Clone, Debug)]
pub enum Event {
    /// A step began.
    Started {
        /// The resource.
        address: Address,
        /// What is done to it.
        kind: StepKind,
    },
    /// A step ended.
    Ended {
        /// The resource.
        address: Address,
        /// What was done to it.
        kind: StepKind,
        /// Why it failed, if it did.
        failure: Option<DriverError>,
    },
    /// A wait began until a resource is everywhere.
    Settling {
        /// The resource.
        address: Address,
        /// What AWS does yet.
        what: String,
    },
    /// That wait ended.
    Settled {
        /// The resource.
        address: Address,
        /// Why it is not known to be everywhere, if so.
        failure: Option<DriverError>,
    },
}
