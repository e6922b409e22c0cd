//! The plan, as data.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::{Address, Node, Replacement, ResourceType};
use serde_json::Value;

use crate::diff::{Change, Changes};
use crate::holding::Holding;
use crate::live::Live;
use crate::orphans::{Strangeness, Stranger, Unsearched};
use crate::pending::Pending;
use crate::refusal::Refusal;
use crate::resolve::Resolved;

/// The actions, in the model's order; deletions of resources that the model does not contain are
/// last.
#[derive(Debug)]
pub struct Plan {
    /// The system that the plan is for.
    pub system: String,
    /// Every resource that needs an action.
    pub resources: Vec<ResourcePlan>,
    /// Resources that are somebody else's and left as they are, and those that wait for them.
    pub refused: Vec<Refusal>,
    /// Resources that are kept though they would otherwise be deleted.
    pub kept: Vec<Kept>,
    /// What is left as it is at resources that the model contains.
    pub left: Vec<Left>,
    /// The types whose orphans could not be looked for.
    pub unsearched: Vec<Unsearched>,
    /// Resources that are not the system's, or may not be looked at, and are left alone. Those within
    /// a resource that the plan deletes are deleted with it: see [`Plan::takes_along`].
    pub strangers: Vec<Stranger>,
    /// The other Regions of the account in which resources of the system were seen. These are left
    /// untouched.
    pub elsewhere: BTreeSet<String>,
    /// The number of resources that match the model.
    pub unchanged: usize,
    /// Those of them that AWS is still working on.
    pub pending: Vec<Pending>,
    /// The values known before the first step.
    pub known: Resolved,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }
}

/// The action for one resource.
#[derive(Clone, Debug)]
pub struct ResourcePlan {
    /// Its address.
    pub address: Address,
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// The action.
    pub action: Action,
    /// Its desired state; `None` for a deletion.
    pub node: Option<Node>,
    /// Its live state; `None` for a creation.
    pub live: Option<Live>,
    /// How much a deletion deletes of people's data; `None` if the type holds none, or the action is
    /// another one.
    pub holding: Option<Holding>,
}

/// An action on a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// It does not exist.
    Create {
        /// The properties as far as they are known.
        properties: Value,
    },
    /// It is changed in place.
    Update {
        /// The properties that differ.
        changes: Changes,
        /// The user's tags that differ.
        tag_changes: Vec<Change>,
        /// Why it differs.
        reason: Reason,
    },
    /// It is replaced, since AWS cannot make the change in place.
    Replace {
        /// The properties that differ, those that force the replacement marked.
        changes: Changes,
        /// Why it differs.
        reason: Reason,
    },
    /// It is no longer wanted.
    Delete,
}

/// Why a live resource differs from the desired one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The model changed since it was last applied.
    Changed,
    /// The model is as it was last applied; the resource was changed outside Frontage.
    Drift,
}

/// A resource that is kept though the goal would delete it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its address.
    pub address: Address,
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// Its physical id.
    pub id: String,
    /// How much it holds.
    pub holding: Option<Holding>,
    /// Whether another resource has its address too: an interrupted run left a duplicate.
    pub is_duplicate: bool,
}

/// The name under which it can be deleted by itself: its address, with its id if it is a duplicate.
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_duplicate {
            write!(f, "{}={}", self.address, self.id)
        } else {
            self.address.fmt(f)
        }
    }
}

/// Properties of a resource that are left as they are: the description does not state them, and an
/// organisation or another tool set them.
#[derive(Clone, Debug)]
pub struct Left {
    /// Its address.
    pub address: Address,
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// The properties, with the values that an empty account would get as the desired ones.
    pub properties: Changes,
}

/// The number of resources per action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Created.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Replaced.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
}

impl Plan {
    /// The number of resources per action.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.resources
            .iter()
            .fold(Counts::default(), |mut counts, resource| {
                match resource.action {
                    Action::Create { .. } => counts.create += 1,
                    Action::Update { .. } => counts.update += 1,
                    Action::Replace { .. } => counts.replace += 1,
                    Action::Delete => counts.delete += 1,
                }
                counts
            })
    }

    /// The address of the resource with which a stranger is deleted, if the plan deletes that one: a
    /// stranger within it cannot exist without it.
    #[must_use]
    pub fn takes_along<'s>(&self, stranger: &'s Stranger) -> Option<&'s Address> {
        let Strangeness::Unrecorded(within) = &stranger.reason else {
            return None;
        };
        let contains = |live: &Live| {
            let rest = stranger.id.strip_prefix(&live.id);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let deleted = self.resources.iter().any(|planned| {
            matches!(planned.action, Action::Delete | Action::Replace { .. })
                && planned.address == *within
                && planned.live.as_ref().is_some_and(contains)
        });
        deleted.then_some(within)
    }

    /// The resources by stack, in order.
    #[must_use]
    pub fn by_stack(&self) -> BTreeMap<&model::StackName, Vec<&ResourcePlan>> {
        self.resources
            .iter()
            .fold(BTreeMap::new(), |mut stacks, resource| {
                stacks
                    .entry(resource.address.stack())
                    .or_insert_with(Vec::new)
                    .push(resource);
                stacks
            })
    }
}

impl ResourcePlan {
    /// Whether a replacement creates the new resource before it deletes the old one.
    #[must_use]
    pub fn creates_first(&self) -> bool {
        self.resource_type.replacement == Replacement::CreateFirst
    }
}
