//! What is found in the account beyond the model: the system's orphans, and what is not the system's.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use model::{ADDRESS_TAG, Address, Graph, ResourceType};

use crate::driver::{Reader, Readers, Suspicion};
use crate::error::DriverError;
use crate::goal::Selection;
use crate::live::{Live, LiveTags};
use crate::read_cache::ReadCache;
use crate::unreadable::{InventoryError, Unreadable, all};

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

pub(super) type Listed = Vec<(&'static ResourceType, Live)>;

/// Lists possible orphans: of the types that are wanted or are searched anyway, and of those of which a
/// driver suspects some.
pub(super) async fn list(
    drivers: &Readers,
    wanted: &BTreeSet<&str>,
    selection: &Selection,
    is_searched: impl Fn(&str) -> bool,
    cache: &ReadCache,
) -> Result<(Listed, Vec<Unsearched>), InventoryError> {
    let lists = drivers.iter().map(async |driver| {
        let resource_type = driver.resource_type();
        let failed = |source| Unreadable::listing(resource_type, source);
        let certain = is_searched(resource_type.name) || wanted.contains(resource_type.name);
        let suspicion = driver.suspicion(selection, cache).await.map_err(failed)?;
        let suspicion = suspicion.max(Suspicion::possible_if(certain));
        if suspicion == Suspicion::None {
            return Ok((Vec::new(), None));
        }
        match driver.list(selection, cache).await {
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

/// What was listed and may be an orphan: it is none of the live resources of the model, and not known
/// to be of a stack that is not selected.
pub(super) fn candidates(
    graph: &Graph,
    selection: &Selection,
    live: &BTreeMap<Address, Live>,
    listed: Listed,
) -> Listed {
    let of = |address| {
        graph
            .node(address)
            .map_or("", |node| node.resource_type.name)
    };
    let taken: BTreeSet<(&str, &str)> = live
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
pub(super) async fn owned(
    graph: &Graph,
    selection: &Selection,
    candidates: Listed,
    drivers: &Readers,
) -> Result<(Vec<Orphan>, Vec<Stranger>), InventoryError> {
    let confirmed = candidates.into_iter().map(async |(resource_type, live)| {
        let failed = |source| Unreadable::listing(resource_type, source);
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
