//! What the engine asks of the code that knows one resource type.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use model::{Address, Graph, Owner, ResourceType, Service, Tags};
use serde_json::Value;

use crate::diff::Changes;
use crate::error::DriverError;
use crate::goal::Selection;
use crate::live::{Live, ReadRequest};
use crate::read_cache::ReadCache;
use crate::refusal::Finding;
use crate::resolve::Resolved;

/// The code that reads and writes one resource type.
///
/// # Guarantees
/// - `read` answers `None` only where AWS says that the resource does not exist.
/// - `create` writes ownership in the create call itself where AWS lets it, and returns once the
///   resource is usable by what refers to it.
/// - `update` writes only what is in the changes.
/// - Deleting what does not exist succeeds; `delete` returns once it is gone.
#[async_trait]
pub trait Driver: Send + Sync {
    /// The facts of the type.
    fn resource_type(&self) -> &'static ResourceType;

    /// Desired properties with the service's defaults stated and order removed where it has no
    /// meaning, so that equal states have equal values. Takes [`crate::UNKNOWN`] for any string.
    fn normalise(&self, desired: &Value) -> Result<Value, DriverError>;

    /// Why the service would refuse desired properties, one entry per finding; empty if nothing is
    /// known against them. Takes [`crate::UNKNOWN`] for any string.
    fn check(&self, desired: &Value) -> Result<Vec<Finding>, DriverError>;

    /// The changes from a live resource to desired properties.
    fn compare(&self, live: &Live, desired: &Value) -> Result<Changes, DriverError>;

    /// Finds the resource, from this run's one reading of the account.
    async fn read(
        &self,
        wanted: &ReadRequest,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError>;

    /// Everything of the type that may be the system's. It may include resources of other Regions,
    /// which are then reported as such, but need not if they cost calls.
    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError>;

    /// Whether there may be orphans of the type in the selected stacks. Asked where those have none
    /// of the type, so that a small system costs no calls to services that it does not use: it must
    /// cost next to nothing. Unless a driver says otherwise, only where all stacks are spoken of.
    async fn may_have_orphans(
        &self,
        selection: &Selection,
        _cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        Ok(selection.covers_whole_system())
    }

    /// Reads again, from the resource's own service, what bulk answers and indexes said of it:
    /// before anything about it is written. None if it is gone. `address` is where it stands, if
    /// that is known.
    async fn confirm(
        &self,
        address: Option<&Address>,
        live: &Live,
    ) -> Result<Option<Live>, DriverError>;

    /// Creates the resource, and records its owner in the create call wherever the service can.
    /// `tags` include the owner's.
    async fn create(
        &self,
        properties: &Value,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError>;

    /// Changes the resource in place. Tags are not its business.
    async fn update(
        &self,
        live: &Live,
        properties: &Value,
        changes: &Changes,
    ) -> Result<Live, DriverError>;

    /// Sets and removes tags; sets the fingerprint of a child in its parent.
    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError>;

    /// Deletes the resource, its data and its protection with it. Its waits end when the run is
    /// told to stop, and the next run goes on from where they stood.
    async fn delete(&self, live: &Live) -> Result<(), DriverError>;

    /// What AWS does yet with a resource that stands as it should, if anything: `deploying to the
    /// edges`. Nothing that refers to it needs that, so no step waits for it.
    fn pending(&self, _live: &Live) -> Option<String> {
        None
    }

    /// Waits until nothing is pending.
    async fn settle(&self, _live: &Live) -> Result<(), DriverError> {
        Ok(())
    }
}

/// A rule of the service that no resource breaks by itself, such as a quota of the account: finds
/// the resources of a graph that break it, with what is known of their references.
pub type GraphRule = fn(&Graph, &Resolved) -> Vec<(Address, Finding)>;

/// The drivers, by type, and the rules over the whole graph.
#[derive(Clone, Default)]
pub struct Drivers {
    drivers: BTreeMap<&'static str, Arc<dyn Driver>>,
    rules: Vec<GraphRule>,
}

impl Drivers {
    /// Adds a driver for its type.
    #[must_use]
    pub fn with(mut self, driver: impl Driver + 'static) -> Self {
        self.drivers
            .insert(driver.resource_type().name, Arc::new(driver));
        self
    }

    /// Adds a rule over the whole graph.
    #[must_use]
    pub fn with_rule(mut self, rule: GraphRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// The resources of a graph that break rules over the whole of it.
    #[must_use]
    pub fn broken_rules(&self, graph: &Graph, known: &Resolved) -> Vec<(Address, Finding)> {
        self.rules
            .iter()
            .flat_map(|rule| rule(graph, known))
            .collect()
    }

    /// The drivers but for those of a service.
    #[must_use]
    pub(crate) fn without(mut self, service: &Service) -> Self {
        self.drivers
            .retain(|_, driver| driver.resource_type().service != service);
        self
    }

    /// The driver of a type.
    pub fn get(&self, resource_type: &str) -> Result<&Arc<dyn Driver>, DriverError> {
        self.drivers
            .get(resource_type)
            .ok_or_else(|| DriverError::internal(format!("no driver for {resource_type}")))
    }

    /// Every driver.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Driver>> {
        self.drivers.values()
    }
}

impl fmt::Debug for Drivers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.drivers.keys()).finish()
    }
}
