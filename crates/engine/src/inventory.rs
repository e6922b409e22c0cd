//! One reading of everything in the account that the system owns or wants.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};
use model::{ADDRESS_TAG, Address, Graph, Node, ResourceType, Service, StackName, Text};
use serde_json::{Map, Value};

use crate::diff::{Comparison, tags_differ};
use crate::driver::{Reader, Readers, Suspicion};
use crate::error::DriverError;
use crate::goal::{Goal, Selection};
use crate::holdings::{Holdings, at_stake};
use crate::live::{Live, LiveTags, ReadRequest};
use crate::read_cache::ReadCache;
use crate::resolve::{Resolved, SystemId, has_unknown};
use crate::unreadable::{InventoryError, Unreadable, all, both};
use crate::uses::uses_of_selected;

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
            && let Some((id, _)) = self.ids(system).into_iter().max_by_key(|(_, count)| *count)
        {
            self.known.id = SystemId::Known(id);
        }
    }

    /// Adds something that a system of this name owns and the model does not have: an orphan, unless it
    /// is of another Region, or of another system.
    fn add_owned(&mut self, owned: Orphan) {
        let owner = owned.live.tags.owner();
        let id = self.known.id.get();
        let another = owner.as_ref().is_some_and(|of| of.another(id).is_some());
        let region = owner
            .as_ref()
            .and_then(|owner| owner.elsewhere(self.known.region()));
        match region {
            Some(region) => drop(self.elsewhere.insert(region.to_owned())),
            None if another => {}
            None => self.orphans.push(owned),
        }
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

/// A resource that the system owns and the model does not contain.
#[derive(Clone, Debug)]
pub struct Orphan {
    /// Its address. Also that of a live resource, if this is a duplicate of it.
    pub address: Address,
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// The resource as it was read.
    pub live: Live,
}

/// A type that could not be listed though nothing points to an orphan of it: its service is not in
/// the Region, or may not be read. So orphans of it, if there are any, stay.
#[derive(Clone, Debug)]
pub struct Unsearched {
    /// The type.
    pub resource_type: &'static ResourceType,
    /// Why it could not be listed.
    pub source: DriverError,
}

/// A resource that the plan comes across and leaves alone, since nothing says that it is the
/// system's.
#[derive(Clone, Debug)]
pub struct Stranger {
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// Its physical id. That of a resource within another one begins with the other one's, and a
    /// slash.
    pub id: String,
    /// The name by which people know it, if that is not in its id.
    pub name: Option<String>,
    /// Why it is left alone.
    pub reason: Strangeness,
}

/// Why a resource is none of the system's.
#[derive(Clone, Debug)]
pub enum Strangeness {
    /// It has a name like the system's, and its owner could not be read.
    Unreadable(DriverError),
    /// It is within the system's resource at this address, which has no record of it: others added
    /// it.
    Unrecorded(Address),
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

/// The nodes that some texts name, and those that the identities of these name.
fn looked_up<'g, 't>(graph: &'g Graph, texts: impl IntoIterator<Item = &'t Text>) -> Vec<&'g Node> {
    let named = |text: &Text| serde_json::to_value(text).map(|text| model::references(&text));
    let named = texts.into_iter().filter_map(|text| named(text).ok());
    let mut wanted: BTreeSet<Address> = named.flatten().collect();
    for node in graph.nodes().rev() {
        if wanted.contains(&node.address) {
            wanted.extend(identity_dependencies(graph, node).into_iter().cloned());
        }
    }
    let nodes = graph.nodes();
    nodes
        .filter(|node| wanted.contains(&node.address))
        .collect()
}

/// The types of the resources that [`read`] reads, by their names. Beyond them it looks for orphans.
#[must_use]
pub fn types_read(graph: &Graph, selection: &Selection, goal: Goal) -> BTreeSet<&'static str> {
    let wanted = wanted(graph, selection, goal, |_| true);
    wanted.iter().map(|node| node.resource_type.name).collect()
}

/// The types of the resources that [`look_up`] reads, by their names.
pub fn types_looked_up<'t>(
    graph: &Graph,
    texts: impl IntoIterator<Item = &'t Text>,
) -> BTreeSet<&'static str> {
    let nodes = looked_up(graph, texts).into_iter();
    nodes.map(|node| node.resource_type.name).collect()
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
    let everywhere = goal != Goal::Converge && selection.reaches_beyond(graph);
    let listing = list(drivers, &types, selection, everywhere, &cache);
    let reading = read_wanted(graph, &wanted, drivers, &cache, empty);
    let (inventory, listed) = join(reading, listing).await;
    let (inventory, (listed, unsearched)) = both(inventory, listed)?;
    let mut inventory = Inventory {
        unsearched,
        ..inventory
    };
    inventory.identify(graph.system());
    confirm(graph, goal, &mut inventory, drivers).await?;
    let candidates = candidates(graph, selection, &inventory, listed);
    let (owned, strangers) = owned(graph, selection, candidates, drivers).await?;
    inventory.strangers = strangers;
    for one in owned {
        inventory.add_owned(one);
    }
    let at_stake = at_stake(graph, goal, &inventory.live, &inventory.compared);
    let orphans = inventory.orphans.iter();
    let all = at_stake.chain(orphans.map(|of| (of.resource_type, &of.live)));
    inventory.holdings = Holdings::count(all, drivers).await;
    Ok(inventory)
}

/// What is read of the model: the selected resources, to destroy them those that use them, and all
/// that these refer to.
fn wanted<'g>(
    graph: &'g Graph,
    selection: &Selection,
    goal: Goal,
    has_driver: impl Fn(&Node) -> bool,
) -> Vec<&'g Node> {
    let mut wanted: BTreeSet<Address> = graph
        .nodes()
        .filter(|node| selection.contains(node.address.stack()))
        .map(|node| node.address.clone())
        .collect();
    if goal != Goal::Converge {
        let users = uses_of_selected(graph, selection).map(|(user, _)| user);
        let users = users.filter(|user| has_driver(user));
        wanted.extend(users.map(|user| user.address.clone()));
    }
    reachable(graph, wanted)
}

/// Some resources and, transitively, those that they refer to.
fn reachable(graph: &Graph, mut found: BTreeSet<Address>) -> Vec<&Node> {
    for node in graph.nodes().rev() {
        if found.contains(&node.address) {
            found.extend(node.dependencies.iter().cloned());
        }
    }
    graph
        .nodes()
        .filter(|node| found.contains(&node.address))
        .collect()
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

fn identity(node: &Node) -> Value {
    let mut identity = Map::new();
    for path in node.resource_type.identity {
        copy(path, &node.properties, &mut identity);
    }
    Value::Object(identity)
}

/// Copies the value at a path of member names, with the objects that contain it.
fn copy(path: &str, from: &Value, to: &mut Map<String, Value>) {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(value) = from.get(name) else { return };
    let Some(rest) = rest else {
        to.insert(name.to_owned(), value.clone());
        return;
    };
    if let Value::Object(inner) = to.entry(name).or_insert_with(|| Value::Object(Map::new())) {
        copy(rest, value, inner);
    }
}

fn identity_dependencies<'g>(graph: &'g Graph, node: &Node) -> Vec<&'g Address> {
    let named = model::references(&identity(node));
    named
        .iter()
        .filter_map(|address| graph.node(address))
        .map(|node| &node.address)
        .collect()
}

async fn read_one(
    node: &Node,
    drivers: &Readers,
    cache: &ReadCache,
    known: &Resolved,
) -> Result<Option<Live>, Unreadable> {
    let failed = |source| Unreadable {
        at: Some(node.address.clone()),
        resource_type: node.resource_type,
        source,
    };
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

type Listed = Vec<(&'static ResourceType, Live)>;

/// Lists possible orphans: of the types that are wanted, and of those of which a driver suspects
/// some. To destroy everything, or a stack that is no longer described, all types are listed.
async fn list(
    drivers: &Readers,
    wanted: &BTreeSet<&str>,
    selection: &Selection,
    everywhere: bool,
    cache: &ReadCache,
) -> Result<(Listed, Vec<Unsearched>), InventoryError> {
    let lists = drivers.iter().map(async |driver| {
        let resource_type = driver.resource_type();
        let failed = |source| Unreadable {
            at: None,
            resource_type,
            source,
        };
        let certain = everywhere || wanted.contains(resource_type.name);
        let suspicion = driver.suspicion(selection, cache).await.map_err(failed)?;
        let suspicion = suspicion.max(Suspicion::possible_if(certain));
        if suspicion == Suspicion::None {
            return Ok((Vec::new(), None));
        }
        match driver.list(cache).await {
            Ok(live) => Ok((live, None)),
            // A service that the endpoint lacks has no remains. If one of its resources is wanted,
            // the error is reported.
            Err(DriverError::Lacking { .. }) if !wanted.contains(resource_type.name) => {
                Ok((Vec::new(), None))
            }
            Err(source) if suspicion == Suspicion::Possible && source.is_of_service() => Ok((
                Vec::new(),
                Some(Unsearched {
                    resource_type,
                    source,
                }),
            )),
            Err(source) => Err(failed(source)),
        }
        .map(|(live, unsearched)| {
            let listed: Listed = live.into_iter().map(|live| (resource_type, live)).collect();
            (listed, unsearched)
        })
    });
    let listed = all(join_all(lists).await)?;
    let (listed, unsearched): (Vec<_>, Vec<_>) = listed.into_iter().unzip();
    Ok((
        listed.into_iter().flatten().collect(),
        unsearched.into_iter().flatten().collect(),
    ))
}

/// Reads again, from each resource's own service, everything that the goal could write.
///
/// If nothing differs, nothing is written, and bulk answers and the tagging index are trusted. As
/// soon as anything differs, tags that were not read before are read.
async fn confirm(
    graph: &Graph,
    goal: Goal,
    inventory: &mut Inventory,
    drivers: &Readers,
) -> Result<(), InventoryError> {
    let mut unsure = Vec::new();
    let mut differs = goal != Goal::Converge;
    for (address, live) in &inventory.live {
        let Some(node) = graph.node(address) else {
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
            inventory.compared.insert(address.clone(), compared);
        }
        differs |= changed;
        if !live.tags.is_read() {
            unsure.push((node, live, changed));
        }
    }
    let read = unsure
        .into_iter()
        .filter(|(_, live, changed)| *changed || (differs && live.tags.known().is_none()));
    let read = read.map(async |(node, live, _)| {
        let name = node.resource_type.name;
        let failed = |source| Unreadable {
            at: Some(node.address.clone()),
            resource_type: node.resource_type,
            source,
        };
        let driver = drivers.get(name).map_err(failed)?;
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
        .map_err(|source| Unreadable {
            at: Some(node.address.clone()),
            resource_type: node.resource_type,
            source,
        })
}

/// What was listed and may be an orphan: it is none of the live resources of the model, and not known
/// to be of a stack that is not selected.
fn candidates(
    graph: &Graph,
    selection: &Selection,
    inventory: &Inventory,
    listed: Listed,
) -> Listed {
    let of = |address| {
        graph
            .node(address)
            .map_or("", |node| node.resource_type.name)
    };
    let taken: BTreeSet<(&str, &str)> = inventory
        .live
        .iter()
        .map(|(address, live)| (of(address), live.id.as_str()))
        .collect();
    let candidates = listed.into_iter().filter(|(of, live)| {
        !taken.contains(&(of.name, live.id.as_str()))
            && around(live).is_none_or(|at| selection.contains(at.stack()))
    });
    candidates.collect()
}

/// The candidates that the system owns, in any Region, with ownership read from each service itself,
/// and those whose owner may not be read.
///
/// The names below the system's prefix are not all the system's: `acme` and `acme-web` may share an
/// account. So an answer that refuses to name the owner is an error only if something else says
/// that the resource is the system's.
async fn owned(
    graph: &Graph,
    selection: &Selection,
    candidates: Listed,
    drivers: &Readers,
) -> Result<(Vec<Orphan>, Vec<Stranger>), InventoryError> {
    let confirmed = candidates.into_iter().map(async |(resource_type, live)| {
        let failed = |source| Unreadable {
            at: None,
            resource_type,
            source,
        };
        let (id, shown) = (live.id.clone(), address(&live).is_some());
        let driver = drivers.get(resource_type.name).map_err(failed)?;
        match confirm_orphan(driver.as_ref(), live).await {
            Err(source @ DriverError::Service { .. }) if !shown => Ok(Err(Stranger {
                resource_type,
                id,
                name: None,
                reason: Strangeness::Unreadable(source),
            })),
            Ok(Some(live)) => Ok(match stranger(resource_type, &live) {
                Some(stranger) => Err(stranger),
                None => Ok(orphan(resource_type, live)),
            }),
            Ok(None) => Ok(Ok(None)),
            Err(source) => Err(failed(source)),
        }
    });
    let (mut owned, mut strangers) = (Vec::new(), Vec::new());
    for confirmed in all(join_all(confirmed).await)? {
        match confirmed {
            Ok(orphan) => owned.extend(orphan),
            Err(stranger) => strangers.push(stranger),
        }
    }
    owned.retain(|orphan| {
        let owner = orphan.live.tags.owner();
        owner.is_some_and(|owner| owner.system == graph.system())
            && selection.contains(orphan.address.stack())
    });
    strangers.retain(|stranger| match &stranger.reason {
        Strangeness::Unreadable(_) => true,
        Strangeness::Unrecorded(within) => selection.contains(within.stack()),
    });
    Ok((owned, strangers))
}

/// The address of a live resource, or of the one that it is within, as far as it is known.
fn around(live: &Live) -> Option<Address> {
    match &live.tags {
        LiveTags::Foreign(within) => Some(within.clone()),
        _ => address(live),
    }
}

/// The address that a live resource's tags record, as far as they are known.
fn address(live: &Live) -> Option<Address> {
    live.tags.known()?.get(ADDRESS_TAG)?.parse().ok()
}

async fn confirm_orphan(driver: &dyn Reader, live: Live) -> Result<Option<Live>, DriverError> {
    if live.tags.is_read() {
        return Ok(Some(live));
    }
    driver.confirm(address(&live).as_ref(), &live).await
}

fn orphan(resource_type: &'static ResourceType, live: Live) -> Option<Orphan> {
    Some(Orphan {
        address: address(&live)?,
        resource_type,
        live,
    })
}

/// A live resource that others added to one of the system's.
fn stranger(resource_type: &'static ResourceType, live: &Live) -> Option<Stranger> {
    let LiveTags::Foreign(within) = &live.tags else {
        return None;
    };
    let properties = live.properties.to_json().unwrap_or_default();
    let named = resource_type.identity.iter().skip(1);
    let names: Vec<_> = named
        .filter_map(|property| properties[*property].as_str())
        .filter(|name| !live.id.ends_with(&format!("/{name}")))
        .collect();
    Some(Stranger {
        resource_type,
        id: live.id.clone(),
        name: (!names.is_empty()).then(|| names.join(" ")),
        reason: Strangeness::Unrecorded(within.clone()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_identity_has_what_is_at_its_paths_and_nothing_else() {
        let properties = json!({"Name": "a", "Config": {"Name": "b", "More": 1}, "More": 2});
        let mut identity = Map::new();
        for path in ["Name", "Config.Name", "Config.Absent", "Absent.Name"] {
            copy(path, &properties, &mut identity);
        }
        assert_eq!(
            Value::Object(identity),
            json!({"Name": "a", "Config": {"Name": "b"}})
        );
    }
}
