//! The interface between the engine and the code for one resource type.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use model::{Address, Graph, Owner, ResourceType, Service, Tags};
use serde_json::Value;

use crate::diff::{Changes, Comparison};
use crate::error::DriverError;
use crate::goal::Selection;
use crate::holding::Holding;
use crate::live::{Live, ReadRequest};
use crate::read_cache::ReadCache;
use crate::refusal::Finding;
use crate::resolve::Resolved;

/// The code that reads one resource type, and that changes nothing: all that a plan has.
///
/// # Guarantees
/// `read` returns `None` only if AWS says that the resource does not exist.
#[async_trait]
pub trait Reader: Send + Sync {
    /// The facts of the type.
    fn resource_type(&self) -> &'static ResourceType;

    /// Desired properties with the service's defaults filled in and meaningless order removed, so
    /// that equal states have equal values. Secrets are masked: a plan shows the result. Accepts
    /// [`crate::UNKNOWN`] for any string.
    fn normalise(&self, desired: &Value) -> Result<Value, DriverError>;

    /// The reasons for which the service would refuse desired properties; empty if none is known.
    /// Accepts [`crate::UNKNOWN`] for any string.
    fn check(&self, desired: &Value) -> Result<Vec<Finding>, DriverError>;

    /// The changes from a live resource to desired properties, and what is left as it is. The values
    /// of secrets are masked.
    fn compare(&self, live: &Live, desired: &Value) -> Result<Comparison, DriverError>;

    /// Finds the resource, in this run's single reading of the account.
    async fn read(
        &self,
        wanted: &ReadRequest,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError>;

    /// All resources of the type that may be the system's, of the selected stacks. They may include those
    /// of other stacks and of other Regions, which are then left out or reported as such, but need not if
    /// they cost calls.
    async fn list(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<Vec<Live>, DriverError>;

    /// How likely it is that the selected stacks have orphans of the type. It must be almost free, so
    /// that a small system costs no calls to services that it does not use. By default they are
    /// possible only if all stacks are selected.
    async fn suspicion(
        &self,
        selection: &Selection,
        _cache: &ReadCache,
    ) -> Result<Suspicion, DriverError> {
        Ok(Suspicion::possible_if(selection.covers_whole_system()))
    }

    /// Reads again, from the resource's own service, what bulk answers and indexes reported about
    /// it, before anything about it is written. `None` if it no longer exists. `address` is its
    /// address, if known.
    async fn confirm(
        &self,
        address: Option<&Address>,
        live: &Live,
    ) -> Result<Option<Live>, DriverError>;

    /// How much of people's data the resource holds now. Asked before a resource could be deleted
    /// whose type holds data. A type that has no service to count by is not counted.
    ///
    /// # Errors
    /// If it cannot be counted; then it may hold data.
    async fn holding(&self, _live: &Live) -> Result<Holding, DriverError> {
        Ok(Holding::unknown("its type is not counted"))
    }

    /// Whether the resource is kept unless its data are to be deleted: by default if its type holds
    /// people's data. A type may narrow that to the resources that hold some now.
    fn is_kept(&self, _live: &Live, _holding: &Holding) -> bool {
        self.resource_type().holds_data
    }

    /// Asks whether the service would refuse to delete the resource for good: a run asks before it
    /// deletes anything, since what refers to a resource is deleted before it. Changes nothing, and
    /// need not find every obstacle. By default none is known.
    ///
    /// # Errors
    /// The service's refusal.
    async fn check_deletion(&self, _live: &Live) -> Result<(), DriverError> {
        Ok(())
    }

    /// AWS's remaining work on an up-to-date resource, if any: `deploying to the edges`. Resources
    /// that refer to it do not need that, so no step waits for it.
    fn pending(&self, _live: &Live) -> Option<String> {
        None
    }

    /// Waits until nothing is pending.
    async fn settle(&self, _live: &Live) -> Result<(), DriverError> {
        Ok(())
    }
}

/// The code that reads and writes one resource type.
///
/// # Guarantees
/// - `create` writes ownership in the create call itself if AWS allows it, and returns once
///   resources that refer to the new one can use it.
/// - `update` writes only what is in the changes.
/// - Deleting a resource that does not exist succeeds; `delete` returns once it no longer exists.
#[async_trait]
pub trait Writer: Reader {
    /// Creates the resource, and records its owner in the create call if the service supports that.
    /// `tags` include the owner's.
    async fn create(
        &self,
        properties: &Value,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError>;

    /// Changes the resource in place, but not its tags.
    async fn update(
        &self,
        live: &Live,
        properties: &Value,
        changes: &Changes,
    ) -> Result<Live, DriverError>;

    /// Sets and removes tags; sets the fingerprint of a child in its parent.
    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError>;

    /// Deletes the resource, including its data and its protection. Its waits end when the run is
    /// stopped; the next run resumes them.
    async fn delete(&self, live: &Live) -> Result<(), DriverError>;
}

/// How likely it is that a type has orphans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suspicion {
    /// They are not looked for.
    None,
    /// They are looked for, but nothing points to any: where the service cannot be read, the plan
    /// says so and goes on.
    Possible,
    /// Something points to them: they must be read.
    Founded,
}

impl Suspicion {
    /// [`Self::Possible`] on a condition, otherwise [`Self::None`].
    #[must_use]
    pub const fn possible_if(condition: bool) -> Self {
        if condition {
            Self::Possible
        } else {
            Self::None
        }
    }
}

/// A rule of the service that no resource breaks by itself, such as a quota of the account: finds
/// how a graph breaks it, with what is known of the resources' references.
pub type GraphRule = fn(&Graph, &Resolved) -> Vec<Violation>;

/// How a graph breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The resources that break the rule together, at least one. The last of those that a plan
    /// creates is refused, otherwise the last of those that it changes.
    pub resources: Vec<Address>,
    /// The rule that they break.
    pub finding: Finding,
}

/// The readers of all types, and the rules over the whole graph.
pub type Readers = Drivers<dyn Reader>;

/// The writers of all types.
pub type Writers = Drivers<dyn Writer>;

/// Drivers, by type, and the rules over the whole graph.
pub struct Drivers<D: ?Sized> {
    drivers: BTreeMap<&'static str, Arc<D>>,
    rules: Vec<GraphRule>,
}

impl<D: ?Sized> Clone for Drivers<D> {
    fn clone(&self) -> Self {
        Self {
            drivers: self.drivers.clone(),
            rules: self.rules.clone(),
        }
    }
}

impl<D: ?Sized> Default for Drivers<D> {
    fn default() -> Self {
        Self {
            drivers: BTreeMap::new(),
            rules: Vec::new(),
        }
    }
}

impl<D: Reader + ?Sized> Drivers<D> {
    /// Adds a rule over the whole graph.
    #[must_use]
    pub fn with_rule(mut self, rule: GraphRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// How a graph breaks rules over the whole of it.
    #[must_use]
    pub fn broken_rules(&self, graph: &Graph, known: &Resolved) -> Vec<Violation> {
        self.rules
            .iter()
            .flat_map(|rule| rule(graph, known))
            .collect()
    }

    /// The drivers, without those of one service.
    #[must_use]
    pub(crate) fn without(mut self, service: &Service) -> Self {
        self.drivers
            .retain(|_, driver| driver.resource_type().service != service);
        self
    }

    /// The driver of a type.
    pub fn get(&self, resource_type: &str) -> Result<&Arc<D>, DriverError> {
        self.drivers
            .get(resource_type)
            .ok_or_else(|| DriverError::internal(format!("no driver for {resource_type}")))
    }

    /// Whether a resource that is not wanted is kept unless its data are to be deleted.
    #[must_use]
    pub(crate) fn keeps(
        &self,
        resource_type: &ResourceType,
        live: &Live,
        holding: Option<&Holding>,
    ) -> bool {
        let driver = self.get(resource_type.name);
        holding.is_some_and(|holding| driver.map_or(true, |driver| driver.is_kept(live, holding)))
    }

    /// Every driver.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<D>> {
        self.drivers.values()
    }
}

impl Writers {
    /// Adds a driver for its type.
    #[must_use]
    pub fn with(mut self, driver: impl Writer + 'static) -> Self {
        self.drivers
            .insert(driver.resource_type().name, Arc::new(driver));
        self
    }

    /// The same drivers, for reading only.
    #[must_use]
    pub fn readers(&self) -> Readers {
        let readers = self.drivers.iter();
        Drivers {
            drivers: readers
                .map(|(name, driver)| (*name, Arc::clone(driver) as Arc<dyn Reader>))
                .collect(),
            rules: self.rules.clone(),
        }
    }
}

impl<D: ?Sized> fmt::Debug for Drivers<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.drivers.keys()).finish()
    }
}
