//! IAM policies, made from what code declares that it calls.

mod document;
mod names;

use std::collections::{BTreeMap, BTreeSet};

use engine::Selection;
use serde::Serialize;

pub use self::document::{Document, MANAGED_POLICY};
pub use self::names::Names;
use crate::account::actions::iam_actions;
use crate::control;
use crate::kit::calls::{Calls, Purpose};

/// The action of passing a role to a service, which has a condition.
const PASS_ROLE: &str = "iam:PassRole";

/// The end of the actions of passing a connection to a service: its resource is any connection, since
/// AWS assigns its id.
const PASS_CONNECTION: &str = ":PassConnection";

/// The calls that read the history of runs.
pub const HISTORY: &[Calls] = control::calls::HISTORY;

/// The calls that read which system a name is bound to.
pub const BINDING: &[Calls] = control::calls::BINDING;

/// The calls that read the runs, without the system's id.
pub const RUNS: &[Calls] = control::calls::RUNS;

/// The calls of a run that writes, about its lease and its record.
pub const LEASES: &[Calls] = control::calls::LEASES;

/// The calls that find a system under another name.
pub const OTHER_NAMES: &[Calls] = control::calls::OTHER_NAMES;

/// The calls that take leases away.
pub const UNLOCKING: &[Calls] = control::calls::UNLOCKING;

/// The calls that ask the tagging index what carries the system's tags.
pub const INDEX: &[Calls] = &[Calls::reading("*", &["tag:GetResources"])];

/// An action under a condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Action {
    name: String,
    condition: Option<Condition>,
}

/// The condition of a statement: values of keys, by operators.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Condition(BTreeMap<&'static str, BTreeMap<&'static str, Values>>);

/// What a key is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
enum Values {
    One(String),
    OneOf(Vec<String>),
}

impl Condition {
    /// That a key has a value.
    #[must_use]
    pub fn equals(key: &'static str, value: impl Into<String>) -> Self {
        let value = Values::One(value.into());
        Self(BTreeMap::from([(
            "StringEquals",
            BTreeMap::from([(key, value)]),
        )]))
    }

    /// That the keys of all items of a call to `DynamoDB` match one of these patterns. Sources: the DynamoDB
    /// developer guide, `Using IAM policy conditions for fine-grained access control`; the IAM user guide,
    /// `Multivalued context keys`: without the second operator a call that has no keys would match.
    #[must_use]
    pub fn keys_like(patterns: &[String]) -> Self {
        let key = "dynamodb:LeadingKeys";
        let like = Values::OneOf(patterns.to_vec());
        let missing = Values::One("false".to_owned());
        Self(BTreeMap::from([
            ("ForAllValues:StringLike", BTreeMap::from([(key, like)])),
            ("Null", BTreeMap::from([(key, missing)])),
        ]))
    }
}

/// The permissions of a policy.
#[derive(Clone, Debug)]
pub struct Policy {
    names: Names,
    allowed: BTreeMap<Action, BTreeSet<String>>,
}

impl Policy {
    /// A policy that allows nothing yet.
    #[must_use]
    pub fn new(names: Names) -> Self {
        Self {
            names,
            allowed: BTreeMap::new(),
        }
    }

    /// Allows calls for some purposes. What is written to is in the selected stacks.
    pub fn allow(&mut self, calls: &[Calls], purposes: &[Purpose], selection: &Selection) {
        for calls in calls {
            for purpose in calls.purposes {
                if purposes.contains(purpose) {
                    self.allow_for(calls, *purpose, selection);
                }
            }
        }
    }

    /// As [`Self::allow`], under a condition.
    pub fn allow_if(
        &mut self,
        condition: &Condition,
        calls: &[Calls],
        purposes: &[Purpose],
        selection: &Selection,
    ) {
        let mut under = Self::new(self.names.clone());
        under.allow(calls, purposes, selection);
        for (action, resources) in under.allowed {
            for on in resources {
                self.allow_action(action.name.clone(), on, Some(condition.clone()));
            }
        }
    }

    /// Allows what the drivers of types call for some purposes.
    pub fn allow_types(
        &mut self,
        types: &BTreeSet<&str>,
        purposes: &[Purpose],
        selection: &Selection,
    ) {
        for declared in crate::declared() {
            if types.contains(declared.resource_type.name) {
                for calls in declared.calls {
                    self.allow(calls, purposes, selection);
                }
            }
        }
    }

    /// As [`Self::allow_types`], in another Region.
    pub fn allow_types_in(
        &mut self,
        region: &str,
        types: &BTreeSet<&str>,
        purposes: &[Purpose],
        selection: &Selection,
    ) {
        let here = self.names.region.replace(region.to_owned());
        self.allow_types(types, purposes, selection);
        self.names.region = here;
    }

    /// Allows an action on a resource: `*` or an ARN.
    pub fn allow_action(
        &mut self,
        action: impl Into<String>,
        on: impl Into<String>,
        condition: Option<Condition>,
    ) {
        let action = Action {
            name: action.into(),
            condition,
        };
        self.allowed.entry(action).or_default().insert(on.into());
    }

    /// The names in its ARNs.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    fn allow_for(&mut self, calls: &Calls, purpose: Purpose, selection: &Selection) {
        let whole = Selection::All;
        let reads = matches!(purpose, Purpose::Read | Purpose::ReadFaster);
        let selection = if reads { &whole } else { selection };
        let resources = self.names.arns(calls.on, selection);
        for operation in calls.operations {
            for (at, action) in iam_actions(operation).into_iter().enumerate() {
                if action == PASS_ROLE {
                    self.allow_to_pass(operation, selection);
                } else if let Some(service) = action.strip_suffix(PASS_CONNECTION) {
                    let connections = format!("{service}:{{region}}:{{account}}:connection/*");
                    self.allow_action(action, self.names.arn(&connections, None), None);
                } else if at == 0 || calls.on != "*" {
                    // Further actions act on what is made, of which another declaration is.
                    for resource in &resources {
                        self.allow_action(action, resource, None);
                    }
                }
            }
        }
    }

    /// The roles that an operation passes are for the operation's service.
    fn allow_to_pass(&mut self, operation: &str, selection: &Selection) {
        let service = operation.split(':').next().unwrap_or_default();
        let condition =
            Condition::equals("iam:PassedToService", format!("{service}.amazonaws.com"));
        for role in self
            .names
            .arns("iam::{account}:role{path}{name}", selection)
        {
            self.allow_action(PASS_ROLE, role, Some(condition.clone()));
        }
    }

    /// The documents: as few as have room for all of it in managed policies.
    #[must_use]
    pub fn documents(&self) -> Vec<Document> {
        document::documents(&self.allowed)
    }
}

#[cfg(test)]
mod tests;
