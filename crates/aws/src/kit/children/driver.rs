//! The driver of children: everything that their types have in common.

use std::fmt::Debug;
use std::future::Future;

use engine::{Attributes, Changes, DriverError, Holding, LiveTags, ReadCache};
use model::{Address, Owner, Resource, SYSTEM_TAG, Tags};
use serde::de::DeserializeOwned;

use super::record::{name_of, records};
use super::{Parent, ParentTags, digest, orphan, parent_id, recorded_as};
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{TagCalls as _, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest, changes};

/// How far the tags of a parent as it was read show the records of its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reliance {
    /// As they are now.
    Certain,
    /// A list shows them, which may lag: before anything is written they are read from the parent.
    Listed,
    /// A list shows tags, and maybe no records.
    Unlisted,
}

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

    /// How far the tags of a parent as it was read show the records.
    fn reliance(&self) -> Reliance {
        Reliance::Certain
    }

    /// The tags of a child, from its parent's as they were read. `digest` is as in
    /// [`Parent::record_child`].
    fn record(parent: &Tags, address: &Address, digest: Option<&str>) -> LiveTags {
        LiveTags::Read(recorded_as(parent, address, digest))
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

    /// The type in digests, and in the address of an orphan that no record names.
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

    /// The natural key, by which AWS tells a child from others of its type in the parent. The record
    /// contains a digest of it. `None` if a child states its address itself: see
    /// [`Self::stated_address`].
    fn key(properties: &Self::Properties) -> Option<String>;

    /// The address that a child states itself, without a record; `parent` is the owner of the parent.
    fn stated_address(
        &self,
        _child: &TypedLive<Self::Properties>,
        _parent: &Owner,
    ) -> Option<Address> {
        None
    }

    /// Whether the record of the name NAME is for this child, if an older version wrote it and it has
    /// no digest: whether the descriptions of that version gave the name to such a child.
    fn is_older_name(
        &self,
        _name: &str,
        _child: &TypedLive<Self::Properties>,
        _parent: &Owner,
    ) -> bool {
        false
    }

    /// Whether others have added something to the parent that refers to a child of the system, so
    /// that the child is left to them. `parent` are the parent's tags.
    fn is_used_by_others(
        &self,
        _child: &TypedLive<Self::Properties>,
        _parent: &Tags,
    ) -> impl Future<Output = Result<bool, DriverError>> + Send {
        async { Ok(false) }
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

    /// Every child of a parent. Only the id and the natural key of each need be read.
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

    /// Whether a child with the natural key, or the address, of a deleted one remains: several may
    /// have the same.
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

/// The digest of a child's natural key, as in [`Parent::record_child`].
fn digest_of<C: Child>(child: &TypedLive<C::Properties>) -> Option<String> {
    C::key(&child.properties).map(|key| digest(C::KIND, &key))
}

/// The address of a child that is the system's by its parent's tags: that of the record that
/// identifies it, or the one that it states itself.
fn proven<C: Child>(
    driver: &C,
    child: &TypedLive<C::Properties>,
    parent: &Tags,
) -> Option<Address> {
    let owner = Owner::recorded_in(parent).filter(|_| driver.service().is_ours(parent))?;
    let at = |name: &str| Address::new(owner.address.stack().clone(), name);
    let digest = digest_of::<C>(child);
    let recorded = digest.and_then(|digest| name_of(parent, &digest).map(at));
    let older = || {
        let bare = records(parent).filter(|(_, record)| record.is_bare());
        let names = bare.map(|(name, _)| name);
        let named = names.filter(|name| driver.is_older_name(name, child, &owner));
        named.max().map(at)
    };
    recorded
        .or_else(|| driver.stated_address(child, &owner))
        .or_else(older)
}

/// A listed child with its owner by its parent's tags as they are now; `None` if there is no such
/// parent any more.
async fn judged<C: Child>(
    driver: &C,
    child: TypedLive<C::Properties>,
    parent: &Tags,
) -> Result<Option<TypedLive<C::Properties>>, DriverError> {
    let Some(owner) = Owner::recorded_in(parent) else {
        return Ok(None);
    };
    let tags = match proven(driver, &child, parent) {
        Some(address) if !driver.is_used_by_others(&child, parent).await? => {
            LiveTags::Read(orphan(&owner, &address))
        }
        _ => LiveTags::Foreign(owner.address),
    };
    Ok(Some(TypedLive { tags, ..child }))
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
        let (parent_tags, address) = (C::Service::tags_in(&parent), request.address);
        let found = self.find(&parent, request, cache).await?;
        Ok(found.map(|child| {
            let digest = digest_of::<C>(&child);
            let tags = C::Service::record(&parent_tags, address, digest.as_deref());
            TypedLive { tags, ..child }
        }))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<TypedLive<C::Properties>>, DriverError> {
        let mut listed = Vec::new();
        let reliance = self.service().reliance();
        for parent in self.service().owned(cache).await? {
            let tags = C::Service::tags_in(&parent);
            for child in self.all(&parent, cache).await? {
                let is_sure = match reliance {
                    Reliance::Certain => true,
                    Reliance::Listed => proven(self, &child, &tags).is_none(),
                    Reliance::Unlisted => false,
                };
                listed.extend(if is_sure {
                    judged(self, child, &tags).await?
                } else {
                    let tags = LiveTags::Unread;
                    Some(TypedLive { tags, ..child })
                });
            }
        }
        Ok(listed)
    }

    /// What was listed has no address until its parent's tags are read.
    async fn confirm(
        &self,
        child: TypedLive<C::Properties>,
        address: Option<&Address>,
    ) -> Result<Option<TypedLive<C::Properties>>, DriverError> {
        if address.is_some() {
            let tags = self.tag_store().tags(&child, address).await?;
            return Ok(tags.map(|tags| TypedLive {
                tags: LiveTags::Read(tags),
                ..child
            }));
        }
        let service = self.service();
        let parent = service.known(&service.tagged(parent_id(&child))).await?;
        match parent {
            Some(parent) => judged(self, child, &parent).await,
            None => Ok(None),
        }
    }

    fn tag_store(&self) -> impl TagStore<C::Properties> {
        ParentTags(self.service(), digest_of::<C>)
    }

    async fn create(
        &self,
        desired: C::Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<TypedLive<C::Properties>, DriverError> {
        let parent = C::parent_id(&desired).to_owned();
        let key = C::key(&desired);
        let digest = key.map(|key| digest(C::KIND, &key));
        let make = self.make(desired, owner);
        let made = self
            .service()
            .create_recorded(&parent, owner, digest.as_deref(), make)
            .await?;
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
        if self.has_successor(&live).await? {
            return Ok(());
        }
        let owner = live.tags.owner();
        let name = owner.as_ref().map(|owner| owner.address.name());
        let digest = digest_of::<C>(&live);
        self.service()
            .forget(parent_id(&live), name, digest.as_deref())
            .await
    }

    fn pending(&self, attributes: &Attributes) -> Option<String> {
        Child::pending(self, attributes)
    }

    async fn settle(&self, live: TypedLive<C::Properties>) -> Result<(), DriverError> {
        Child::settle(self, &live).await
    }
}
