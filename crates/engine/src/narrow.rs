//! A part of a plan that destroys everything: some resources, and those within them.

use std::collections::BTreeSet;

use model::{Address, Graph};
use serde_json::Value;

use crate::inventory::Inventory;
use crate::plan::{Plan, ResourcePlan};
use crate::refusal::PlanError;
use crate::steps::mentions;

/// A resource that is to be deleted by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its address.
    pub address: Address,
    /// Its physical id, where several resources have the address: an interrupted run may leave a
    /// duplicate.
    pub id: Option<String>,
}

/// Leaves of a plan that destroys everything only some targets, and what cannot exist without them:
/// the resources that AWS cannot tag and that are found by naming a target, such as the groups of a
/// user pool.
///
/// # Errors
/// If a target does not exist, several resources have its address, or a resource that stays refers to
/// one that is deleted.
pub fn narrow(
    plan: Plan,
    graph: &Graph,
    inventory: &Inventory,
    targets: &[Target],
) -> Result<Plan, PlanError> {
    let all = Resources {
        all: &plan.resources,
        graph,
        inventory,
    };
    let mut chosen = BTreeSet::new();
    for target in targets {
        chosen.insert(all.find(target)?);
    }
    while let Some(child) = all.child_of(&chosen) {
        chosen.insert(child);
    }
    all.check_references(&chosen)?;
    let mut index = 0..;
    let mut resources = plan.resources;
    resources.retain(|_| index.next().is_some_and(|index| chosen.contains(&index)));
    Ok(Plan { resources, ..plan })
}

/// The resources of the plan that destroys everything.
struct Resources<'p> {
    all: &'p [ResourcePlan],
    graph: &'p Graph,
    inventory: &'p Inventory,
}

impl Resources<'_> {
    /// The index of a target.
    fn find(&self, target: &Target) -> Result<usize, PlanError> {
        let named = |of: &&usize| {
            let resource = &self.all[**of];
            let id = target.id.as_deref();
            resource.address == target.address && id.is_none_or(|id| id == id_of(resource))
        };
        let every: Vec<usize> = (0..self.all.len()).collect();
        let found: Vec<usize> = every.iter().filter(named).copied().collect();
        match found[..] {
            [] => Err(PlanError::Absent {
                address: target.address.clone(),
            }),
            [one] => Ok(one),
            _ => Err(PlanError::Ambiguous {
                address: target.address.clone(),
                ids: found
                    .iter()
                    .map(|of| id_of(&self.all[*of]).to_owned())
                    .collect(),
            }),
        }
    }

    /// A resource that is not chosen and cannot exist without one that is.
    fn child_of(&self, chosen: &BTreeSet<usize>) -> Option<usize> {
        let others = (0..self.all.len()).filter(|other| !chosen.contains(other));
        let mut others = others.filter(|other| !self.all[*other].resource_type.taggable);
        others.find(|other| {
            let identity = self.identity(*other);
            chosen.iter().any(|parent| {
                let parent_type = self.all[*parent].resource_type.name;
                let refers_to = self.all[*other].resource_type.refers_to;
                refers_to.contains(&parent_type) && self.mentions(&identity, *other, *parent)
            })
        })
    }

    /// The values by which a resource is found.
    fn identity(&self, of: usize) -> Value {
        let resource = &self.all[of];
        let properties = properties(resource);
        let paths = resource.resource_type.identity.iter();
        paths
            .map(|path| properties.get(*path).cloned().unwrap_or_default())
            .collect()
    }

    fn check_references(&self, chosen: &BTreeSet<usize>) -> Result<(), PlanError> {
        for other in (0..self.all.len()).filter(|other| !chosen.contains(other)) {
            let properties = properties(&self.all[other]);
            let referred = chosen.iter().find(|target| {
                self.is_described_to_refer(other, **target)
                    || self.mentions(&properties, other, **target)
            });
            if let Some(referred) = referred {
                return Err(PlanError::Referred {
                    address: self.all[*referred].address.clone(),
                    user: self.all[other].address.clone(),
                });
            }
        }
        Ok(())
    }

    fn is_described_to_refer(&self, from: usize, to: usize) -> bool {
        let node = |of: usize| {
            let resource = &self.all[of];
            let described = self.inventory.live.get(&resource.address);
            let is_described = described.is_some_and(|live| live.id == id_of(resource));
            self.graph.node(&resource.address).filter(|_| is_described)
        };
        node(from)
            .zip(node(to))
            .is_some_and(|(from, to)| from.dependencies.contains(&to.address))
    }

    /// Whether a value that is of one resource contains the id or an attribute of another one. A value
    /// that both have is their parent's.
    fn mentions(&self, value: &Value, of: usize, other: usize) -> bool {
        let has = |resource: usize, text: &str| {
            let attributes = self.all[resource].live.iter();
            let mut attributes = attributes.flat_map(|live| live.attributes.values());
            id_of(&self.all[resource]) == text || attributes.any(|attribute| attribute == text)
        };
        mentions(value, &|text| has(other, text) && !has(of, text))
    }
}

fn id_of(resource: &ResourcePlan) -> &str {
    resource.live.as_ref().map_or("", |live| &live.id)
}

fn properties(resource: &ResourcePlan) -> Value {
    let live = resource.live.as_ref();
    let properties = live.and_then(|live| live.properties.to_json().ok());
    properties.unwrap_or_default()
}
