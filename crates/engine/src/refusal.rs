//! Why there is no plan.

use std::borrow::Cow;
use std::fmt;

use model::Address;
use thiserror::Error;

use crate::error::DriverError;

/// A rule of the service that desired properties break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The property: `Timeout`, `Policies[0].PolicyName`; empty if there are several.
    pub property: String,
    /// The problem with it: `is 901; 1 to 900 are allowed`.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.property.is_empty() {
            return f.write_str(&self.problem);
        }
        write!(f, "{} {}", self.property, self.problem)
    }
}

/// Why one resource stops a plan.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Refusal {
    /// A resource of another owner has the name.
    #[error(
        "{address}: the {resource_type} `{id}` already exists and is not owned by this system (it {owner}); it is left untouched"
    )]
    Foreign {
        /// The address that needs the name.
        address: Address,
        /// The type.
        resource_type: &'static str,
        /// The physical id.
        id: String,
        /// The owner that its tags record.
        owner: String,
        /// How to resolve it.
        help: String,
    },
    /// It refers, directly or not, to a resource of another owner.
    #[error("{address}: the {resource_type} waits for {on}, which is left untouched")]
    Behind {
        /// The address.
        address: Address,
        /// The type.
        resource_type: &'static str,
        /// The resource of another owner.
        on: Address,
    },
    /// The resource of the same system in another Region, in a namespace that both share.
    #[error(
        "{address}: the {resource_type} `{id}` already exists and is owned by this system in {region}; it is left untouched"
    )]
    Elsewhere {
        /// The address that wants the name.
        address: Address,
        /// The type.
        resource_type: &'static str,
        /// The physical id.
        id: String,
        /// The Region that its record names.
        region: String,
    },
    /// The service would refuse the resource.
    #[error("{address}: AWS would refuse the {resource_type}: {finding}")]
    Invalid {
        /// The resource.
        address: Address,
        /// The type.
        resource_type: &'static str,
        /// The rule that it breaks.
        finding: Finding,
    },
    /// The change would replace a resource that holds people's data.
    #[error(
        "{address}: changing {} would replace the {resource_type} `{id}` and lose its data; Frontage never does that",
        .properties.join(", ")
    )]
    WouldLoseData {
        /// The resource.
        address: Address,
        /// The type.
        resource_type: &'static str,
        /// The physical id.
        id: String,
        /// The properties that AWS cannot change in place.
        properties: Vec<String>,
    },
    /// To take it over would replace it.
    #[error(
        "{address}: adopting the {resource_type} `{id}` would replace it, since AWS cannot change {} in place",
        .properties.join(", ")
    )]
    WouldReplace {
        /// The resource.
        address: Address,
        /// The type.
        resource_type: &'static str,
        /// The physical id.
        id: String,
        /// The properties that AWS cannot change in place.
        properties: Vec<String>,
    },
}

impl Refusal {
    /// The resource that is refused.
    #[must_use]
    pub fn address(&self) -> &Address {
        match self {
            Self::Foreign { address, .. }
            | Self::Behind { address, .. }
            | Self::Elsewhere { address, .. }
            | Self::Invalid { address, .. }
            | Self::WouldLoseData { address, .. }
            | Self::WouldReplace { address, .. } => address,
        }
    }

    /// How to resolve it.
    #[must_use]
    pub fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::Foreign { help, .. } => help.clone().into(),
            Self::Behind { on, .. } => format!("see {on}").into(),
            Self::Elsewhere { region, .. } => {
                format!("run `frontage destroy --region {region}` first to move the system; to have both, give this one names of its own (`name`, `domain`)").into()
            }
            Self::Invalid { .. } => "change the description so that the value is allowed".into(),
            Self::WouldReplace { .. } => {
                "describe it as it is; or choose another `name` in frontage.toml".into()
            }
            Self::WouldLoseData { .. } => {
                "undo the change; or save the data, delete the resource by hand, and run the command again, which creates it as described".into()
            }
        }
    }
}

/// Why there is no plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// Resources that stop the plan, all of them.
    #[error("the plan is blocked by {} resource{}", .0.len(), if .0.len() == 1 { "" } else { "s" })]
    Refused(Vec<Refusal>),
    /// A stack that is not selected, but that a selected one needs, is not deployed.
    #[error("{address} refers to {missing}, which does not exist: apply the stack `{}` first", .missing.stack())]
    Missing {
        /// The resource that refers to it.
        address: Address,
        /// The missing resource.
        missing: Address,
    },
    /// A resource is to be deleted, and one of a stack that is not selected uses it.
    #[error("{address} is used by {user}: destroy the stack `{}` first", .user.stack())]
    InUse {
        /// The resource.
        address: Address,
        /// What uses it.
        user: Address,
    },
    /// Nothing of the system is at an address.
    #[error("no resource of this system has the address {address}")]
    Absent {
        /// The address.
        address: Address,
    },
    /// No resource exists at the address.
    #[error("there is no resource at {address} to take over")]
    NotThere {
        /// The address.
        address: Address,
    },
    /// The resource already belongs to this system.
    #[error("{address} already belongs to this system: `{id}`")]
    AlreadyOwned {
        /// The address.
        address: Address,
        /// Its physical id.
        id: String,
    },
    /// Several resources have an address: an interrupted run left a duplicate.
    #[error("{} resources have the address {address}: `{}`", .ids.len(), .ids.join("`, `"))]
    Ambiguous {
        /// The address.
        address: Address,
        /// Their physical ids.
        ids: Vec<String>,
    },
    /// A resource is to be deleted, and one that stays refers to it.
    #[error("{address} is used by {user}, which stays")]
    Referred {
        /// The resource.
        address: Address,
        /// The resource that refers to it.
        user: Address,
    },
    /// A driver could not compare.
    #[error("{address} cannot be compared")]
    Driver {
        /// The resource.
        address: Address,
        /// Why.
        #[source]
        source: DriverError,
    },
}
