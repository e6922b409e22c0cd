//! One reading of everything in the account that the system owns or wants.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};
use model::{Address, Graph, Node, Service, StackName, Text};

use crate::diff::{Comparison, tags_differ};
use crate::driver::Readers;
use crate::error::DriverError;
use crate::goal::{Goal, Selection};
use crate::holdings::{Holdings, at_stake};
use crate::live::{Live, ReadRequest};
use crate::orphans::{Orphan, Stranger, Unsearched, candidates, list, owned};
use crate::read_cache::ReadCache;
use crate::resolve::{Resolved, SystemId, has_unknown};
use crate::unreadable::{InventoryError, Unreadable, all, both};
use crate::wanted::{identity, identity_dependencies, looked_up, types_left, wanted};

/// The result of a reading.
#[derive(Debug)]
pub struct Inventory {
    /// The stacks that were read: those that were asked for, without those in [`Self::lacking`].
    pub selection: Selection,
    /// The stacks that were asked for and left out, each with the service that the endpoint lacks.
    pub lacking: BTreeMap<StackName, &'static Service>,
    /// The known values: attributes of existing resources.
    pub known: Resolved,
    /// The live resources that the model contains.
    pub live: BTreeMap<Address, Live>,
    /// Those compared with their desired state, as far as they were: with all of `known`, and with
    /// the latest reading of the live resource.
    pub compared: BTreeMap<Address, Comparison>,
    /// Resources that the system owns and the model does not contain.
    pub orphans: Vec<Orphan>,
    /// How much each resource holds that the goal could delete.
    pub holdings: Holdings,
    /// The types whose orphans could not be looked for.
    pub unsearched: Vec<Unsearched>,
    /// Resources that are not the system's, or may not be looked at, and so are left alone.
    pub strangers: Vec<Stranger>,
    /// The other Regions of the account in which resources of the system were seen. These are left
    /// untouched.
    pub elsewhere: BTreeSet<String>,
}

impl Inventory {
    fn empty(selection: Selection, known: Resolved) -> Self {
        Self {
            selection,
            lacking: BTreeMap::new(),
            known,
            live: BTreeMap::new(),
            compared: BTreeMap::new(),
            orphans: Vec::new(),
            holdings: Holdings::default(),
            unsearched: Vec::new(),
            strangers: Vec::new(),
            elsewhere: BTreeSet::new(),
        }
    }

    /// The ids of the systems of this name that own what was read, each with the number of its
    /// resources: one id, unless two systems have one name.
    #[must_use]
    pub fn ids(&self, system: &str) -> BTreeMap<String, usize> {
        let orphans = self.orphans.iter().map(|orphan| &orphan.live);
        let mut ids = BTreeMap::new();
        for live in self.live.values().chain(orphans) {
            let owner = live.tags.owner().filter(|owner| owner.system == system);
            if let Some(id) = owner.and_then(|owner| owner.id) {
                *ids.entry(id).or_default() += 1;
            }
        }
        ids
    }

    /// Takes the id that most resources have for the system's, unless it is known.
    fn identify(&mut self, system: &str) {
        if let SystemId::Proposed(_) = self.known.id
            && let Some(id) = self.id(system)
        {
            self.known.id = SystemId::Known(id);
        }
    }

    /// The id of the system of this name that owns most of what was read.
    #[must_use]
    pub fn id(&self, system: &str) -> Option<String> {
        let ids = self.ids(system).into_iter();
        ids.max_by_key(|(_, count)| *count).map(|(id, _)| id)
    }

    /// Adds what systems of this name own and the model does not have: orphans, but for those of another
    /// Region and of another system.
    fn add_owned(&mut self, system: &str, owned: Vec<Orphan>) {
        for one in owned {
            let owner = one.live.tags.owner();
            match owner.and_then(|owner| Some(owner.elsewhere(self.known.region())?.to_owned())) {
                Some(region) => drop(self.elsewhere.insert(region)),
                None => self.orphans.push(one),
            }
        }
        self.identify(system);
        let id = self.known.id.get();
        self.orphans.retain(|of| {
            let owner = of.live.tags.owner();
            owner.is_none_or(|owner| owner.another(id).is_none())
        });
    }

    /// Sets the live resource at an address, and its known attributes.
    fn set(&mut self, address: Address, live: Option<Live>) {
        self.compared.remove(&address);
        if let Some(live) = live {
            self.known
                .attributes
                .insert(address.clone(), live.attributes.clone());
            self.live.insert(address, live);
        } else {
            self.known.attributes.remove(&address);
            self.live.remove(&address);
        }
    }
}

/// Reads the resources that `graph` contains in the selected stacks, those that they refer to, and
/// the others that the system owns.
///
/// If the endpoint, such as an emulator, lacks a service, the stacks that need the service and
/// those that refer to them are left out, and the rest is read ([`Inventory::lacking`]).
///
/// # Errors
/// The resources and types that could not be read.
pub async fn read(
    graph: &Graph,
    selection: &Selection,
    drivers: &Readers,
    pseudo: Resolved,
    goal: Goal,
) -> Result<Inventory, InventoryError> {
    let (mut selection, mut drivers) = (selection.clone(), drivers.clone());
    let mut lacking = BTreeMap::new();
    loop {
        match read_all(graph, &selection, &drivers, pseudo.clone(), goal).await {
            Err(error) if !lacking_services(&error).is_empty() => {
                for service in lacking_services(&error) {
                    let stacks = stacks_in_need(graph, service);
                    let selected = stacks.iter().filter(|stack| selection.contains(stack));
                    lacking.extend(selected.map(|stack| (stack.clone(), service)));
                    selection = selection.without(&stacks);
                    drivers = drivers.without(service);
                }
            }
            read => {
                return read.map(|inventory| Inventory {
                    lacking,
                    ..inventory
                });
            }
        }
    }
}

/// Reads only the resources that some texts name, and those that the identities of these name.
/// Returns the known values.
///
/// # Errors
/// The resources that could not be read.
pub async fn look_up<'t>(
    graph: &Graph,
    texts: impl IntoIterator<Item = &'t Text>,
    drivers: &Readers,
    pseudo: Resolved,
) -> Result<Resolved, InventoryError> {
    let nodes = looked_up(graph, texts);
    let empty = Inventory::empty(Selection::All, pseudo);
    let read = read_wanted(graph, &nodes, drivers, &ReadCache::default(), empty).await?;
    Ok(read.known)
}

/// The services that the endpoint lacks.
fn lacking_services(error: &InventoryError) -> BTreeSet<&'static Service> {
    let lacking = error
        .failures
        .iter()
        .filter(|failure| matches!(failure.source, DriverError::Lacking { .. }));
    lacking
        .map(|failure| failure.resource_type.service)
        .collect()
}

/// The stacks that contain a resource of a service, and those that refer to one of them, however
/// indirectly.
fn stacks_in_need(graph: &Graph, service: &Service) -> BTreeSet<StackName> {
    let mut stacks = BTreeSet::new();
    loop {
        let more: BTreeSet<StackName> = graph
            .nodes()
            .filter(|node| {
                node.resource_type.service == service
                    || node
                        .dependencies
                        .iter()
                        .any(|on| stacks.contains(on.stack()))
            })
            .map(|node| node.address.stack().clone())
            .collect();
        if more == stacks {
            return stacks;
        }
        stacks = more;
    }
}

/// Reads everything that is selected, or fails.
async fn read_all(
    graph: &Graph,
    selection: &Selection,
    drivers: &Readers,
    pseudo: Resolved,
    goal: Goal,
) -> Result<Inventory, InventoryError> {
    let cache = ReadCache::default();
    let has_driver = |node: &Node| drivers.get(node.resource_type.name).is_ok();
    let wanted = wanted(graph, selection, goal, has_driver);
    let types = wanted.iter().map(|node| node.resource_type.name).collect();
    let empty = Inventory::empty(selection.clone(), pseudo);
    // To destroy everything, or a stack that is no longer described, all types are listed.
    let everywhere = goal != Goal::Converge && selection.reaches_beyond(graph);
    let left = types_left(graph, selection);
    let is_searched = |name: &str| everywhere || left.contains(name);
    let listing = list(drivers, &types, selection, is_searched, &cache);
    let reading = read_wanted(graph, &wanted, drivers, &cache, empty);
    let (inventory, listed) = join(reading, listing).await;
    let (inventory, (listed, unsearched)) = both(inventory, listed)?;
    let mut inventory = Inventory {
        unsearched,
        ..inventory
    };
    inventory.identify(graph.system());
    confirm(graph, goal, &mut inventory, drivers).await?;
    // Bulk answers show no tags: what a lagging list hid from a destruction names its system only now.
    inventory.identify(graph.system());
    let candidates = candidates(graph, selection, &inventory.live, listed);
    let (owned, strangers) = owned(graph, selection, candidates, drivers).await?;
    inventory.strangers = strangers;
    inventory.add_owned(graph.system(), owned);
    let at_stake = at_stake(graph, goal, &inventory.live, &inventory.compared);
    let orphans = inventory.orphans.iter();
    let all = at_stake.chain(orphans.map(|of| (of.resource_type, &of.live)));
    inventory.holdings = Holdings::count(all, drivers).await;
    Ok(inventory)
}

/// Reads in waves: a resource as soon as the resources that its identity names were read. Those
/// that name an unreadable one are not read.
async fn read_wanted(
    graph: &Graph,
    wanted: &[&Node],
    drivers: &Readers,
    cache: &ReadCache,
    mut inventory: Inventory,
) -> Result<Inventory, InventoryError> {
    let mut read: BTreeSet<&Address> = BTreeSet::new();
    let mut failures = Vec::new();
    let mut rest: Vec<&Node> = wanted.to_vec();
    loop {
        let (wave, later): (Vec<&Node>, Vec<&Node>) = rest.into_iter().partition(|node| {
            identity_dependencies(graph, node)
                .iter()
                .all(|on| read.contains(on))
        });
        if wave.is_empty() {
            break;
        }
        rest = later;
        let answers = join_all(
            wave.iter()
                .map(|node| read_one(node, drivers, cache, &inventory.known)),
        )
        .await;
        for (node, answer) in wave.into_iter().zip(answers) {
            match answer {
                Ok(live) => {
                    inventory.set(node.address.clone(), live);
                    read.insert(&node.address);
                }
                Err(failure) => failures.push(failure),
            }
        }
    }
    if failures.is_empty() {
        Ok(inventory)
    } else {
        Err(InventoryError { failures })
    }
}

async fn read_one(
    node: &Node,
    drivers: &Readers,
    cache: &ReadCache,
    known: &Resolved,
) -> Result<Option<Live>, Unreadable> {
    let failed = |source| Unreadable::at(node, source);
    let identity = known.resolve(&identity(node));
    if has_unknown(&identity) {
        return Ok(None);
    }
    let driver = drivers.get(node.resource_type.name).map_err(failed)?;
    let request = ReadRequest {
        address: node.address.clone(),
        fingerprint: node.fingerprint().to_owned(),
        properties: known.resolve(&node.properties),
    };
    driver.read(&request, cache).await.map_err(failed)
}

/// Reads again, from each resource's own service, everything that the goal could write.
///
/// If nothing differs, nothing is written, and bulk answers and the tagging index are trusted. As
/// soon as anything differs, tags that were not read before are read, and so are those of all that
/// refers to it, however indirectly: what a step changes may change what refers to it. As long as
/// nothing says which system it is, all tags are read.
async fn confirm(
    graph: &Graph,
    goal: Goal,
    inventory: &mut Inventory,
    drivers: &Readers,
) -> Result<(), InventoryError> {
    let mut affected = BTreeSet::new();
    for node in graph.nodes() {
        let Some(live) = inventory.live.get(&node.address) else {
            continue;
        };
        let mut changed = goal != Goal::Converge;
        if goal == Goal::Converge {
            let compared = compare(node, live, drivers, &inventory.known);
            let compared = compared.map_err(|failure| InventoryError {
                failures: vec![failure],
            })?;
            let desired = inventory.known.tags(node);
            let retag = |tags| tags_differ(tags, &desired, node.ignored_tags());
            changed = !compared.changes.is_empty() || live.tags.known().is_some_and(retag);
            let address = node.address.clone();
            inventory.compared.insert(address, compared);
        }
        if changed || !node.dependencies.is_disjoint(&affected) {
            affected.insert(node.address.clone());
        }
    }
    let identified = !matches!(inventory.known.id, SystemId::Proposed(_));
    let nodes = graph.nodes().filter_map(|node| {
        let live = inventory.live.get(&node.address)?;
        Some((node, live))
    });
    let unsure = nodes.filter(|(node, live)| {
        let unread = live.tags.known().is_none() && !(affected.is_empty() && identified);
        !live.tags.is_read() && (unread || affected.contains(&node.address))
    });
    let read = unsure.map(async |(node, live)| {
        let failed = |source| Unreadable::at(node, source);
        let driver = drivers.get(node.resource_type.name).map_err(failed)?;
        let confirmed = driver.confirm(Some(&node.address), live).await;
        Ok((node.address.clone(), confirmed.map_err(failed)?))
    });
    for (address, confirmed) in all(join_all(read).await)? {
        inventory.set(address, confirmed);
    }
    Ok(())
}

/// Compares a live resource with its desired state.
fn compare(
    node: &Node,
    live: &Live,
    drivers: &Readers,
    known: &Resolved,
) -> Result<Comparison, Unreadable> {
    let driver = drivers.get(node.resource_type.name);
    driver
        .and_then(|driver| driver.compare(live, &known.resolve(&node.properties)))
        .map_err(|source| Unreadable::at(node, source))
}
