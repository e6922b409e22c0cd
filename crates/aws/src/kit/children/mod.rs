//! Children: resources that AWS cannot tag, whose owner is recorded in their parent's tags.
//!
//! The parent's tag `frontage:fingerprint:NAME` is the record of the child NAME: the fingerprint, and
//! a digest of the natural key by which AWS knows the child ([`record`]). It is written before the
//! child is created and removed after the child is deleted, so that a child never exists without a
//! trace. A child's system is its parent's.
//!
//! A child is the system's if a record identifies it, or if it says itself which one it is. All others
//! in the system's parents were added by somebody else.

mod driver;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use driver::{Child, ParentService, Reliance};
pub(crate) use record::{digest, has_bare_record, name_of};

use std::future::Future;
use std::sync::Arc;

use engine::{DriverError, LiveTags};
use model::{
    ADDRESS_TAG, Address, Attribute, FINGERPRINT_TAG, ID_TAG, Owner, SYSTEM_TAG, Tags,
    child_fingerprint_tag,
};
use tokio::sync::Mutex;

use self::record::{Record, record_at, records, without};
use super::ownership::adopt;
use super::tag_store::{TagCalls, TagStore};
use super::typed::TypedLive;

/// The service that tags parents: an API, a user pool.
pub(crate) trait Parent: TagCalls {
    /// How the calls for tags name a parent.
    fn tagged(&self, parent: &str) -> String;

    /// A parent's tags as they are now; empty if it does not exist.
    fn parent_tags(&self, parent: &str) -> impl Future<Output = Result<Tags, DriverError>> + Send {
        async move { self.tags(&self.tagged(parent)).await }
    }

    /// Sets tags of a parent. Tags that are not named stay, so several drivers may write at once.
    fn tag_parent(
        &self,
        parent: &str,
        tags: &Tags,
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async move { self.tag(&self.tagged(parent), tags).await }
    }

    /// Removes tags of a parent. One that does not exist has none.
    fn untag_parent(
        &self,
        parent: &str,
        keys: &[String],
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async move { self.untag(&self.tagged(parent), keys).await }
    }

    /// The lock of a parent's records, which are read before they are written.
    fn records_lock(&self, parent: &str) -> Arc<Mutex<()>>;

    /// Writes a child's record, and then creates the child: one whose creation is interrupted is
    /// recorded all the same. `digest` is as in [`Self::record_child`].
    fn create_recorded<T: Send>(
        &self,
        parent: &str,
        owner: &Owner,
        digest: Option<&str>,
        make: impl Future<Output = Result<T, DriverError>> + Send,
    ) -> impl Future<Output = Result<T, DriverError>> + Send {
        async move {
            self.record_child(parent, &owner.address, &owner.fingerprint, digest)
                .await?;
            make.await
        }
    }

    /// Writes a child's record, which takes the place of all others of the child. `digest` is that of
    /// its natural key; `None` if the child states its address itself.
    fn record_child(
        &self,
        parent: &str,
        address: &Address,
        fingerprint: &str,
        digest: Option<&str>,
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async move {
            let name = address.name();
            let key = child_fingerprint_tag(name);
            let Some(digest) = digest else {
                let record = Tags::from([(key, fingerprint.to_owned())]);
                return self.tag_parent(parent, &record).await;
            };
            let lock = self.records_lock(parent);
            let _alone = lock.lock().await;
            let tags = self.parent_tags(parent).await?;
            let record = Record::after(record_at(&tags, address), fingerprint, digest);
            let (mut set, removed) = without(&tags, digest, Some(name));
            set.insert(key, record.to_string());
            self.tag_parent(parent, &set).await?;
            if removed.is_empty() {
                return Ok(());
            }
            self.untag_parent(parent, &removed).await
        }
    }

    /// Whether a parent is of an owner's system, by the parent's tags as they are now.
    fn owns(
        &self,
        parent: &str,
        owner: &Owner,
    ) -> impl Future<Output = Result<bool, DriverError>> + Send {
        async move {
            let tags = self.parent_tags(parent).await?;
            Ok(owner.is_of(&recorded(&tags, &owner.address)))
        }
    }

    /// Lets a driver resume with a child that already exists, if its parent is of the owner's
    /// system: an earlier attempt created it, and the answer was lost.
    ///
    /// # Errors
    /// `refused`, the error of the create call, if the parent is another owner's.
    fn adopt_child(
        &self,
        parent: &str,
        owner: &Owner,
        refused: DriverError,
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async move {
            let tags = self.parent_tags(parent).await?;
            adopt(&recorded(&tags, &owner.address), owner, refused)
        }
    }

    /// Removes a deleted child from the records; `name` is that in its address.
    fn forget(
        &self,
        parent: &str,
        name: Option<&str>,
        digest: Option<&str>,
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async move {
            let lock = self.records_lock(parent);
            let _alone = lock.lock().await;
            let tags = self.parent_tags(parent).await?;
            let (set, mut removed) = digest
                .map(|digest| without(&tags, digest, None))
                .unwrap_or_default();
            let bare = records(&tags).filter(|(of, record)| Some(*of) == name && record.is_bare());
            removed.extend(bare.map(|(of, _)| child_fingerprint_tag(of)));
            if !set.is_empty() {
                self.tag_parent(parent, &set).await?;
            }
            if !removed.is_empty() {
                self.untag_parent(parent, &removed).await?;
            }
            Ok(())
        }
    }
}

/// The tags of children, from their parents' as they are now. The function returns the digest of a
/// child's natural key, as in [`Parent::record_child`].
pub(crate) struct ParentTags<'d, S, P>(
    pub(crate) &'d S,
    pub(crate) fn(&TypedLive<P>) -> Option<String>,
);

impl<S: Parent, P: Send + Sync> TagStore<P> for ParentTags<'_, S, P> {
    async fn tags(
        &self,
        child: &TypedLive<P>,
        address: Option<&Address>,
    ) -> Result<Option<Tags>, DriverError> {
        let parent = self.0.known(&self.0.tagged(parent_id(child))).await?;
        let digest = self.1(child);
        let recorded = |parent: Tags| {
            let recorded = address.map(|address| recorded_as(&parent, address, digest.as_deref()));
            recorded.unwrap_or_default()
        };
        Ok(parent.map(recorded))
    }

    /// Writes the record of a child, if its fingerprint is among the tags. Its system and address
    /// follow from its parent and are not written.
    async fn tag(&self, child: &TypedLive<P>, tags: &Tags) -> Result<(), DriverError> {
        let (Some(address), Some(fingerprint)) = (address(child), tags.get(FINGERPRINT_TAG)) else {
            return Ok(());
        };
        let digest = self.1(child);
        self.0
            .record_child(parent_id(child), &address, fingerprint, digest.as_deref())
            .await
    }
}

/// The tags of the child at an address that a digest identifies: as [`recorded`], with the
/// fingerprint only if the record is for this child. So one that an older version recorded without a
/// digest is recorded again.
pub(crate) fn recorded_as(parent: &Tags, address: &Address, digest: Option<&str>) -> Tags {
    let mut tags = recorded(parent, address);
    let Some(digest) = digest else {
        return tags;
    };
    let record = record_at(parent, address);
    let record = record.filter(|record| record.digests.first() == Some(&digest));
    tags.remove(FINGERPRINT_TAG);
    let fingerprint = record.map(|record| record.fingerprint.to_owned());
    tags.extend(fingerprint.map(|fingerprint| (FINGERPRINT_TAG.to_owned(), fingerprint)));
    tags
}

/// The tags of a child at an address: its parent's system, the address, and as the fingerprint the
/// whole record if the parent's tags contain it.
pub(crate) fn recorded(parent: &Tags, address: &Address) -> Tags {
    let systems = [SYSTEM_TAG, ID_TAG].into_iter();
    let system = systems.filter_map(|tag| parent.get_key_value(tag));
    let fingerprint = parent.get(&child_fingerprint_tag(address.name()));
    let mut tags = Tags::from([(ADDRESS_TAG.to_owned(), address.to_string())]);
    tags.extend(system.map(|(tag, value)| (tag.clone(), value.clone())));
    tags.extend(fingerprint.map(|found| (FINGERPRINT_TAG.to_owned(), found.clone())));
    tags
}

/// The address of a child that no record names, `STACK/PARENT.KIND.KEY`.
pub(crate) fn unnamed(parent: &Address, kind: &str, key: &str) -> Address {
    // A slash would end the stack's name.
    let name = format!("{}.{kind}.{}", parent.name(), key.replace('/', "-"));
    Address::new(parent.stack().clone(), &name)
}

/// The tags of a child that the model does not contain.
pub(crate) fn orphan(parent: &Owner, address: &Address) -> Tags {
    let mut tags = Tags::from([
        (SYSTEM_TAG.to_owned(), parent.system.clone()),
        (ADDRESS_TAG.to_owned(), address.to_string()),
    ]);
    let id = parent.id.iter();
    tags.extend(id.map(|id| (ID_TAG.to_owned(), id.clone())));
    tags
}

/// A live child, whose tags are in its parent's. Its physical id is `PARENT/ID`, since its own is
/// unique only in its parent.
pub(crate) fn child<P>(
    parent: &str,
    (attribute, id): (Attribute<P>, &str),
    properties: P,
) -> TypedLive<P> {
    TypedLive {
        id: format!("{parent}/{id}"),
        properties,
        attributes: TypedLive::assigned([(attribute, id.to_owned())]),
        tags: LiveTags::Unread,
    }
}

/// The id of a child's parent.
fn parent_id<P>(child: &TypedLive<P>) -> &str {
    child.id.split_once('/').map_or("", |(parent, _)| parent)
}

/// A child's own id, which is unique only in its parent.
pub(crate) fn own_id<P>(child: &TypedLive<P>) -> &str {
    child.id.split_once('/').map_or("", |(_, id)| id)
}

/// The address that a child's tags record.
fn address<P>(child: &TypedLive<P>) -> Option<Address> {
    child.tags.known()?.get(ADDRESS_TAG)?.parse().ok()
}
