//! The driver of children: everything that their types have in common.

use std::fmt::Debug;
use std::future::Future;

use engine::{Attributes, Changes, DriverError, Holding, LiveTags, ReadCache};
use model::{Address, Owner, Resource, SYSTEM_TAG, Tags};
use serde::de::DeserializeOwned;

use super::{Parent, ParentTags, is_recorded, orphan, own_id, recorded};
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::TagStore;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest, changes};

/// A service that has parents, and how it reads them.
pub(crate) trait ParentService: Parent + Debug + Send + Sync + 'static {
    /// A parent as it is read.
    type Parent: Send + Sync;

    /// The name of the system.
    fn system(&self) -> &str;

    /// The tags of a parent as it was read.
    fn tags_in(parent: &Self::Parent) -> Tags;

    /// A parent by its id.
    fn parent(
        &self,
        id: &str,
        cache: &ReadCache,
    ) -> impl Future<Output = Result<Option<Self::Parent>, DriverError>> + Send;

    /// The system's parents.
    fn owned(
        &self,
        cache: &ReadCache,
    ) -> impl Future<Output = Result<Vec<Self::Parent>, DriverError>> + Send;

    /// The tags of a child, from its parent's as they were read.
    fn record(parent: &Tags, address: &Address) -> LiveTags {
        LiveTags::Read(recorded(parent, address))
    }

    /// Whether tags name the system as the owner.
    fn is_ours(&self, tags: &Tags) -> bool {
        tags.get(SYSTEM_TAG)
            .is_some_and(|system| system == self.system())
    }

    /// Whether tags name the system as the owner, and an address.
    fn is_at(&self, tags: &Tags, address: &Address) -> bool {
        let owner = Owner::recorded_in(tags);
        self.is_ours(tags) && owner.is_some_and(|owner| owner.address == *address)
    }
}

/// A type of children: its calls, and how one is found. It is a [`ResourceDriver`] by that.
///
/// No method here reads or writes a record: tags of a live child are [`LiveTags::Unread`], except
/// those that the child states itself.
pub(crate) trait Child: Debug + Send + Sync + 'static {
    /// The type's properties, resolved.
    type Properties: Resource + Clone + Debug + DeserializeOwned + PartialEq + Send + Sync;
    /// The service of the parents.
    type Service: ParentService;

    /// The type in the address of an orphan, `STACK/PARENT.KIND.NAME`.
    const KIND: &'static str;
    /// See [`ResourceDriver::CALLS`].
    const CALLS: &'static [&'static [Calls]];
    /// See [`ResourceDriver::ORPHANS`].
    const ORPHANS: OrphanSearch = OrphanSearch::WholeSystem;
    /// See [`ResourceDriver::LIMITS`].
    const LIMITS: &'static [Limit] = &[];

    /// The service of the parents.
    fn service(&self) -> &Self::Service;

    /// The id of the parent.
    fn parent_id(properties: &Self::Properties) -> &str;

    /// The name in the address of an orphan, `STACK/PARENT.KIND.NAME`.
    fn orphan_name(child: &TypedLive<Self::Properties>) -> &str {
        own_id(child)
    }

    /// See [`ResourceDriver::normalise`].
    fn normalise(&self, _properties: &mut Self::Properties) {}

    /// See [`ResourceDriver::leave`].
    fn leave(&self, _desired: &mut Self::Properties, _live: &Self::Properties) {}

    /// See [`ResourceDriver::check`].
    fn check(&self, _properties: &Self::Properties, _checks: &mut Checks) {}

    /// Finds the child in its parent.
    fn find(
        &self,
        parent: &ParentOf<Self>,
        request: TypedReadRequest<'_, Self::Properties>,
        cache: &ReadCache,
    ) -> impl Future<Output = Result<Option<TypedLive<Self::Properties>>, DriverError>> + Send;

    /// Every child of a parent.
    fn all(
        &self,
        parent: &ParentOf<Self>,
        cache: &ReadCache,
    ) -> impl Future<Output = Result<Vec<TypedLive<Self::Properties>>, DriverError>> + Send;

    /// Creates the child, or resumes with one that an earlier attempt created.
    fn make(
        &self,
        desired: Self::Properties,
        owner: &Owner,
    ) -> impl Future<Output = Result<TypedLive<Self::Properties>, DriverError>> + Send;

    /// Changes the child in place; there is at least one change.
    fn change(
        &self,
        child: &mut TypedLive<Self::Properties>,
        desired: &Self::Properties,
        changes: &Changes,
    ) -> impl Future<Output = Result<(), DriverError>> + Send;

    /// See [`ResourceDriver::pending`].
    fn pending(&self, _attributes: &Attributes) -> Option<String> {
        None
    }

    /// See [`ResourceDriver::settle`].
    fn settle(
        &self,
        _child: &TypedLive<Self::Properties>,
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async { Ok(()) }
    }

    /// See [`ResourceDriver::holding`].
    fn holding(
        &self,
        _child: &TypedLive<Self::Properties>,
    ) -> impl Future<Output = Result<Holding, DriverError>> + Send {
        async { Ok(Holding::unknown("its type is not counted")) }
    }

    /// See [`ResourceDriver::is_kept`].
    fn is_kept(&self, _holding: &Holding) -> bool {
        Self::Properties::TYPE.holds_data
    }

    /// Deletes the child.
    fn remove(
        &self,
        child: &TypedLive<Self::Properties>,
    ) -> impl Future<Output = Result<(), DriverError>> + Send;

    /// Whether a child remains that the record of a deleted one is for: a replacement creates the
    /// new one first, under the same address.
    fn has_successor(
        &self,
        _deleted: &TypedLive<Self::Properties>,
    ) -> impl Future<Output = Result<bool, DriverError>> + Send {
        async { Ok(false) }
    }

    /// Resumes with a child that was found before it was created, as desired now: an earlier
    /// attempt created it, and the answer was lost. `None` if its parent is not of the owner's
    /// system.
    fn resume(
        &self,
        mut found: TypedLive<Self::Properties>,
        desired: &Self::Properties,
        owner: &Owner,
    ) -> impl Future<Output = Result<Option<TypedLive<Self::Properties>>, DriverError>> + Send {
        async move {
            let parent = Self::parent_id(desired);
            if !self.service().owns(parent, owner).await? {
                return Ok(None);
            }
            self.normalise(&mut found.properties);
            let changes = changes(&found.properties, desired)?;
            if !changes.is_empty() {
                self.change(&mut found, desired, &changes).await?;
            }
            let properties = desired.clone();
            Ok(Some(TypedLive {
                properties,
                ..found
            }))
        }
    }
}

/// The parent of a type of children, as it is read.
type ParentOf<C> = <<C as Child>::Service as ParentService>::Parent;

impl<C: Child> ResourceDriver for C {
    type Properties = C::Properties;
    const CALLS: &'static [&'static [Calls]] = C::CALLS;
    const ORPHANS: OrphanSearch = C::ORPHANS;
    const LIMITS: &'static [Limit] = C::LIMITS;

    fn normalise(&self, properties: &mut C::Properties) {
        Child::normalise(self, properties);
    }

    fn leave(&self, desired: &mut C::Properties, live: &C::Properties) {
        Child::leave(self, desired, live);
    }

    fn check(&self, properties: &C::Properties, checks: &mut Checks) {
        Child::check(self, properties, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, C::Properties>,
        cache: &ReadCache,
    ) -> Result<Option<TypedLive<C::Properties>>, DriverError> {
        let id = C::parent_id(&request.properties);
        let Some(parent) = self.service().parent(id, cache).await? else {
            return Ok(None);
        };
        let tags = C::Service::record(&C::Service::tags_in(&parent), request.address);
        let found = self.find(&parent, request, cache).await?;
        Ok(found.map(|child| TypedLive { tags, ..child }))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<TypedLive<C::Properties>>, DriverError> {
        let mut listed = Vec::new();
        for parent in self.service().owned(cache).await? {
            let owner = C::Service::tags_in(&parent);
            for child in self.all(&parent, cache).await? {
                let mut tags = orphan(&owner, C::KIND, C::orphan_name(&child));
                tags.extend(child.tags.known().cloned().unwrap_or_default());
                let tags = LiveTags::Read(tags);
                listed.push(TypedLive { tags, ..child });
            }
        }
        Ok(listed)
    }

    fn tag_store(&self) -> impl TagStore<C::Properties> {
        ParentTags(self.service())
    }

    async fn create(
        &self,
        desired: C::Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<TypedLive<C::Properties>, DriverError> {
        let parent = C::parent_id(&desired).to_owned();
        let make = self.make(desired, owner);
        let made = self.service().create_recorded(&parent, owner, make).await?;
        let tags = LiveTags::Read(tags.clone());
        Ok(TypedLive { tags, ..made })
    }

    async fn update(
        &self,
        live: &mut TypedLive<C::Properties>,
        desired: &C::Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.change(live, desired, changes).await
    }

    async fn holding(&self, live: &TypedLive<C::Properties>) -> Result<Holding, DriverError> {
        Child::holding(self, live).await
    }

    fn is_kept(&self, holding: &Holding) -> bool {
        Child::is_kept(self, holding)
    }

    async fn delete(&self, live: TypedLive<C::Properties>) -> Result<(), DriverError> {
        self.remove(&live).await?;
        if is_recorded(&live) && !self.has_successor(&live).await? {
            self.service().forget(&live).await?;
        }
        Ok(())
    }

    fn pending(&self, attributes: &Attributes) -> Option<String> {
        Child::pending(self, attributes)
    }

    async fn settle(&self, live: TypedLive<C::Properties>) -> Result<(), DriverError> {
        Child::settle(self, &live).await
    }
}
