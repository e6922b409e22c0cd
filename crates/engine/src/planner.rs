//! The planner: a pure function of the desired and the live state.

use std::collections::BTreeSet;

use model::{Address, BOUND_TO_TAG, FINGERPRINT_TAG, Graph, Node, SYSTEM_TAG, Tags};
use serde_json::Value;

use crate::check::check_node;
use crate::diff::{Change, Changes, Comparison, tag_changes, tags_differ};
use crate::driver::{Reader, Readers};
use crate::error::DriverError;
use crate::goal::{Goal, Selection};
use crate::inventory::Inventory;
use crate::live::{Attributes, Live};
use crate::orphans::Orphan;
use crate::pending::Pending;
use crate::plan::{Action, Kept, Left, Plan, Reason, ResourcePlan};
use crate::refusal::{PlanError, Refusal};
use crate::resolve::{Resolved, UNKNOWN};
use crate::standing::Standing;
use crate::uses::uses_of_selected;

/// Plans the steps from the live state to the goal, for the stacks that were read.
///
/// # Errors
/// If a resource stops the plan: see [`PlanError`].
pub fn plan(
    graph: &Graph,
    inventory: &Inventory,
    drivers: &Readers,
    goal: Goal,
) -> Result<Plan, PlanError> {
    let selection = &inventory.selection;
    match goal {
        Goal::Converge => converge(graph, inventory, drivers, &BTreeSet::new()),
        Goal::Destroy { delete_data } => {
            check_dependents(graph, selection, inventory)?;
            let kept = |of: &Orphan| !delete_data && keeps(of, inventory, drivers);
            Ok(destroy(graph, selection, inventory, kept))
        }
    }
}

/// Plans to take over existing resources that this system does not own: each is changed to what the
/// model says, and its owner is recorded. Nothing else is planned.
///
/// # Errors
/// If one of them does not exist, already belongs to this system, or would be replaced; otherwise as
/// [`plan()`].
pub fn adopt(
    graph: &Graph,
    inventory: &Inventory,
    drivers: &Readers,
    addresses: &BTreeSet<Address>,
) -> Result<Plan, PlanError> {
    for address in addresses {
        let absent = || PlanError::NotThere {
            address: address.clone(),
        };
        let node = graph.node(address).ok_or_else(absent)?;
        let live = inventory.live.get(address).ok_or_else(absent)?;
        if Standing::of(live, &inventory.known.owner(node)).is_ours() {
            return Err(PlanError::AlreadyOwned {
                address: address.clone(),
                id: live.id.clone(),
            });
        }
    }
    let mut plan = converge(graph, inventory, drivers, addresses)?;
    plan.resources.retain(|of| addresses.contains(&of.address));
    let refusals: Vec<_> = plan.resources.iter().filter_map(would_replace).collect();
    if !refusals.is_empty() {
        return Err(PlanError::Refused(refusals));
    }
    plan.refused.retain(|of| addresses.contains(of.address()));
    plan.kept.clear();
    Ok(plan)
}

/// Why a resource is not taken over: it would be deleted.
fn would_replace(planned: &ResourcePlan) -> Option<Refusal> {
    let Action::Replace { changes, .. } = &planned.action else {
        return None;
    };
    Some(Refusal::WouldReplace {
        address: planned.address.clone(),
        resource_type: planned.resource_type.name,
        id: planned.live.as_ref()?.id.clone(),
        properties: changes.forcing(),
    })
}

fn converge(
    graph: &Graph,
    inventory: &Inventory,
    drivers: &Readers,
    adopted: &BTreeSet<Address>,
) -> Result<Plan, PlanError> {
    let selection = &inventory.selection;
    let mut planner = Planner {
        inventory,
        known: inventory.known.clone(),
        changed: BTreeSet::new(),
        drivers,
        adopted,
        refusals: Vec::new(),
        aside: Vec::new(),
        left: Vec::new(),
    };
    let mut resources = Vec::new();
    let mut unchanged = 0;
    let mut pending = Vec::new();
    for node in graph
        .nodes()
        .filter(|node| selection.contains(node.address.stack()))
    {
        check_dependencies(node, selection, inventory)?;
        let live = inventory.live.get(&node.address);
        if let Some(action) = planner.action(node, live)? {
            if let Some(refusal) = planner.behind(node) {
                planner.aside.push(refusal);
                continue;
            }
            resources.push(ResourcePlan {
                address: node.address.clone(),
                resource_type: node.resource_type,
                action,
                node: Some(node.clone()),
                live: live.cloned(),
                holding: None,
            });
        } else if planner.aside(&node.address).is_none() {
            unchanged += 1;
            pending.extend(live.and_then(|live| planner.pending(node, live)));
        }
    }
    planner.check_rules(graph, &resources);
    if !planner.refusals.is_empty() {
        return Err(PlanError::Refused(planner.refusals));
    }
    let (kept, gone) = inventory
        .orphans
        .iter()
        .cloned()
        .partition::<Vec<_>, _>(|of| keeps(of, inventory, drivers));
    resources.extend(gone.into_iter().map(|of| delete_orphan(of, inventory)));
    let kept = kept.into_iter().map(|of| keep_orphan(of, inventory));
    let kept = kept.collect();
    let system = graph.system().to_owned();
    Ok(Plan {
        system,
        resources,
        refused: planner.aside,
        kept,
        left: planner.left,
        unsearched: inventory.unsearched.clone(),
        strangers: inventory.strangers.clone(),
        elsewhere: inventory.elsewhere.clone(),
        unchanged,
        pending,
        known: inventory.known.clone(),
    })
}

fn destroy(
    graph: &Graph,
    selection: &Selection,
    inventory: &Inventory,
    is_kept: impl Fn(&Orphan) -> bool,
) -> Plan {
    let nodes = graph
        .nodes()
        .filter(|node| selection.contains(node.address.stack()));
    let live = nodes.filter_map(|node| {
        let live = inventory.live.get(&node.address)?;
        let standing = Standing::of(live, &inventory.known.owner(node));
        standing.is_ours().then(|| Orphan {
            address: node.address.clone(),
            resource_type: node.resource_type,
            live: live.clone(),
        })
    });
    let all = live.chain(inventory.orphans.iter().cloned());
    let (kept, gone) = all.partition::<Vec<_>, _>(is_kept);
    Plan {
        system: graph.system().to_owned(),
        resources: gone
            .into_iter()
            .map(|of| delete_orphan(of, inventory))
            .collect(),
        refused: Vec::new(),
        kept: kept
            .into_iter()
            .map(|of| keep_orphan(of, inventory))
            .collect(),
        left: Vec::new(),
        unsearched: inventory.unsearched.clone(),
        strangers: inventory.strangers.clone(),
        elsewhere: inventory.elsewhere.clone(),
        unchanged: 0,
        pending: Vec::new(),
        known: inventory.known.clone(),
    }
}

/// Whether a resource that is not wanted is kept, unless its data are to be deleted.
fn keeps(of: &Orphan, inventory: &Inventory, drivers: &Readers) -> bool {
    let holding = inventory.holdings.of(of.resource_type, &of.live);
    drivers.keeps(of.resource_type, &of.live, holding.as_ref())
}

fn delete_orphan(orphan: Orphan, inventory: &Inventory) -> ResourcePlan {
    let holding = inventory.holdings.of(orphan.resource_type, &orphan.live);
    let Orphan {
        address,
        resource_type,
        live,
    } = orphan;
    ResourcePlan {
        address,
        resource_type,
        action: Action::Delete,
        node: None,
        live: Some(live),
        holding,
    }
}

fn keep_orphan(orphan: Orphan, inventory: &Inventory) -> Kept {
    let orphans = inventory.orphans.iter().map(|of| (&of.address, &of.live));
    let mut others = inventory.live.iter().chain(orphans);
    Kept {
        is_duplicate: others
            .any(|(address, live)| *address == orphan.address && live.id != orphan.live.id),
        holding: inventory.holdings.of(orphan.resource_type, &orphan.live),
        address: orphan.address,
        resource_type: orphan.resource_type,
        id: orphan.live.id,
    }
}

fn check_dependencies(
    node: &Node,
    selection: &Selection,
    inventory: &Inventory,
) -> Result<(), PlanError> {
    let missing = node
        .dependencies
        .iter()
        .find(|on| !selection.contains(on.stack()) && !inventory.live.contains_key(on));
    missing.map_or(Ok(()), |missing| {
        Err(PlanError::Missing {
            address: node.address.clone(),
            missing: missing.clone(),
        })
    })
}

/// What AWS does not delete while it is used has no users in stacks that stay.
fn check_dependents(
    graph: &Graph,
    selection: &Selection,
    inventory: &Inventory,
) -> Result<(), PlanError> {
    let is_live = |node: &Node| inventory.live.contains_key(&node.address);
    let mut uses = uses_of_selected(graph, selection);
    uses.find(|(user, used)| is_live(user) && is_live(used))
        .map_or(Ok(()), |(user, used)| {
            Err(PlanError::InUse {
                address: used.address.clone(),
                user: user.address.clone(),
            })
        })
}

/// What to do about a resource of another system.
fn taking(address: &Address) -> String {
    format!(
        "choose another `name` in frontage.toml; or run `frontage adopt {address}`, after which the other system \
         can no longer manage it"
    )
}

/// What to do about a resource that has no owner: somebody made it, or removed its tags.
fn adopting(node: &Node) -> String {
    let address = &node.address;
    let otherwise = if node.resource_type.holds_data {
        ""
    } else {
        ", or delete that resource if nothing needs it: it is then created as described"
    };
    format!(
        "to let this system own it, for example because it lost its tags, run `frontage adopt {address}`; otherwise \
         choose another `name` in frontage.toml{otherwise}"
    )
}

struct Planner<'a> {
    inventory: &'a Inventory,
    /// The values known once the steps planned so far are done.
    known: Resolved,
    /// The resources whose attributes those steps change.
    changed: BTreeSet<Address>,
    drivers: &'a Readers,
    /// The resources of others that are taken over.
    adopted: &'a BTreeSet<Address>,
    /// What stops the plan.
    refusals: Vec<Refusal>,
    /// What stops only what it names.
    aside: Vec<Refusal>,
    left: Vec<Left>,
}

impl Planner<'_> {
    /// Plans the action for one resource, and updates the known values.
    fn action(&mut self, node: &Node, live: Option<&Live>) -> Result<Option<Action>, PlanError> {
        let failed = |source| PlanError::Driver {
            address: node.address.clone(),
            source,
        };
        let driver = self.drivers.get(node.resource_type.name).map_err(failed)?;
        let Some(live) = live else {
            let desired = self.known.resolve(&node.properties);
            let properties = driver.normalise(&desired).map_err(failed)?;
            self.check(node)?;
            self.forget(&node.address);
            return Ok(Some(Action::Create { properties }));
        };
        match self.refusal(node, live) {
            Some(refusal @ Refusal::Foreign { .. }) => {
                self.aside.push(refusal);
                return Ok(None);
            }
            Some(refusal) => {
                self.refusals.push(refusal);
                return Ok(None);
            }
            None => {}
        }
        let Comparison { changes, left } =
            self.compared(node, live, driver.as_ref()).map_err(failed)?;
        if !left.is_empty() {
            self.left.push(Left {
                address: node.address.clone(),
                resource_type: node.resource_type,
                properties: left,
            });
        }
        if !changes.is_empty() {
            self.check(node)?;
        }
        Ok(self.change(node, live, changes))
    }

    /// Why a live resource is not this system's to change, unless it is.
    fn refusal(&self, node: &Node, live: &Live) -> Option<Refusal> {
        let (address, resource_type) = (node.address.clone(), node.resource_type.name);
        let (owner, help) = match Standing::of(live, &self.known.owner(node)) {
            Standing::Ours | Standing::Unread => return None,
            Standing::Elsewhere(region) => {
                return Some(Refusal::Elsewhere {
                    address,
                    resource_type,
                    id: live.id.clone(),
                    region,
                });
            }
            _ if self.adopted.contains(&address) => return None,
            Standing::Foreign(system) => (
                format!("belongs to the system `{system}`"),
                taking(&address),
            ),
            Standing::Namesake(id) => (
                format!("belongs to another system of this name, with the id `{id}`"),
                taking(&address),
            ),
            Standing::Untagged => (format!("has no {SYSTEM_TAG} tag"), adopting(node)),
        };
        Some(Refusal::Foreign {
            address,
            resource_type,
            id: live.id.clone(),
            owner,
            help,
        })
    }

    /// What a resource with an action waits for, if it refers to one that is set aside.
    fn behind(&self, node: &Node) -> Option<Refusal> {
        let on = node.dependencies.iter().find_map(|on| self.aside(on))?;
        Some(Refusal::Behind {
            address: node.address.clone(),
            resource_type: node.resource_type.name,
            on: match on {
                Refusal::Behind { on, .. } => on.clone(),
                other => other.address().clone(),
            },
        })
    }

    /// Why a resource is set aside, if it is.
    fn aside(&self, address: &Address) -> Option<&Refusal> {
        self.aside.iter().find(|of| of.address() == address)
    }

    /// The comparison in the inventory, unless a planned step changes what the resource refers to.
    fn compared(
        &self,
        node: &Node,
        live: &Live,
        driver: &dyn Reader,
    ) -> Result<Comparison, DriverError> {
        match self.inventory.compared.get(&node.address) {
            Some(compared) if self.changed.is_disjoint(&node.dependencies) => Ok(compared.clone()),
            _ => driver.compare(live, &self.known.resolve(&node.properties)),
        }
    }

    /// Refuses a resource that the service would refuse.
    fn check(&mut self, node: &Node) -> Result<(), PlanError> {
        let refusals = check_node(node, self.drivers, &self.known);
        self.refusals
            .extend(refusals.map_err(|source| PlanError::Driver {
                address: node.address.clone(),
                source,
            })?);
        Ok(())
    }

    /// Refuses the resources by which the whole graph breaks a rule, if they are to be written:
    /// existing ones were accepted.
    fn check_rules(&mut self, graph: &Graph, resources: &[ResourcePlan]) {
        let broken = self.drivers.broken_rules(graph, &self.known);
        let refusals = broken.into_iter().filter_map(|violation| {
            let planned = |address: &Address| resources.iter().find(|of| of.address == *address);
            let planned: Vec<_> = violation.resources.iter().filter_map(planned).collect();
            let created = planned.iter().rev().find(|of| of.live.is_none());
            let refused = created.or(planned.last())?;
            Some(Refusal::Invalid {
                address: refused.address.clone(),
                resource_type: refused.resource_type.name,
                finding: violation.finding,
            })
        });
        self.refusals.extend(refusals);
    }

    /// Makes the resource's attributes unknown: a new one replaces it.
    fn forget(&mut self, address: &Address) {
        self.known.attributes.remove(address);
        self.changed.insert(address.clone());
    }

    fn change(&mut self, node: &Node, live: &Live, mut changes: Changes) -> Option<Action> {
        changes.0.extend(self.created_again(node, live, &changes));
        let unread = Tags::new();
        let tags = live.tags.known().unwrap_or(&unread);
        let reason = if tags
            .get(FINGERPRINT_TAG)
            .is_some_and(|last| last == node.fingerprint())
        {
            Reason::Drift
        } else {
            Reason::Changed
        };
        if changes.force_replacement() {
            return self.replace(node, live, changes, reason);
        }
        let desired = self.known.tags(node);
        let ignored = node.ignored_tags();
        let retag = live.tags.is_read() && tags_differ(tags, &desired, ignored);
        if changes.is_empty() && !retag {
            return None;
        }
        self.forget_renewed(node, &changes);
        Some(Action::Update {
            changes,
            tag_changes: tag_changes(tags, &desired, ignored),
            reason,
        })
    }

    /// The change of the resource that AWS bound this one to, if it is another one now, or will be.
    /// One that gets another name is none: then the property that refers to it changes.
    fn created_again(&self, node: &Node, live: &Live, changes: &Changes) -> Option<Change> {
        let (property, attribute) = node.resource_type.bound_to?;
        let (referent, now) = self.known.bound_to(node)?;
        let recorded = live.tags.known()?.get(BOUND_TO_TAG);
        let same = now != UNKNOWN && recorded.is_none_or(|recorded| *recorded == now);
        let renamed = changes.affects(property) && self.inventory.live.contains_key(&referent);
        (!same && !renamed).then(|| Change {
            path: format!("{property}.{attribute}"),
            old: recorded.map_or(Value::Null, |id| Value::from(id.as_str())),
            new: Value::from(now),
            forces_replacement: true,
        })
    }

    fn replace(
        &mut self,
        node: &Node,
        live: &Live,
        changes: Changes,
        reason: Reason,
    ) -> Option<Action> {
        let holding = self.inventory.holdings.of(node.resource_type, live);
        if self
            .drivers
            .keeps(node.resource_type, live, holding.as_ref())
        {
            self.refusals.push(Refusal::WouldLoseData {
                address: node.address.clone(),
                resource_type: node.resource_type.name,
                id: live.id.clone(),
                properties: changes.forcing(),
            });
            return None;
        }
        self.forget(&node.address);
        Some(Action::Replace { changes, reason })
    }

    fn pending(&self, node: &Node, live: &Live) -> Option<Pending> {
        let driver = self.drivers.get(node.resource_type.name).ok()?;
        Pending::of(&node.address, driver.as_ref(), live)
    }

    /// Attributes that an in-place change renews are unknown until it is done.
    fn forget_renewed(&mut self, node: &Node, changes: &Changes) {
        let renewed = node
            .resource_type
            .renewed_by
            .iter()
            .filter(|(property, _)| changes.affects(property));
        let attributes: Option<&mut Attributes> = self.known.attributes.get_mut(&node.address);
        if let Some(attributes) = attributes {
            for (_, attribute) in renewed {
                attributes.remove(*attribute);
                self.changed.insert(node.address.clone());
            }
        }
    }
}
