//! Children: resources that AWS cannot tag, whose owner is recorded in their parent's tags.
//!
//! The parent's tag `frontage:fingerprint:NAME` contains the fingerprint of the child NAME. It is
//! written before the child is created and removed after the child is deleted, so that a child
//! never exists without a trace. A child's system is its parent's.

mod driver;
#[cfg(test)]
mod tests;

pub(crate) use driver::{Child, ParentService};

use std::future::Future;

use engine::{DriverError, LiveTags};
use model::{
    ADDRESS_TAG, Address, Attribute, FINGERPRINT_TAG, ID_TAG, Owner, SYSTEM_TAG, Tags,
    child_fingerprint_tag,
};

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

    /// Writes a child's record, and then creates the child: one whose creation is interrupted is
    /// recorded all the same.
    fn create_recorded<T: Send>(
        &self,
        parent: &str,
        owner: &Owner,
        make: impl Future<Output = Result<T, DriverError>> + Send,
    ) -> impl Future<Output = Result<T, DriverError>> + Send {
        async move {
            let record = record(&owner.address, &owner.fingerprint);
            self.tag_parent(parent, &record).await?;
            make.await
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

    /// Removes the record of a deleted child. An orphan has none.
    fn forget<P: Sync>(
        &self,
        child: &TypedLive<P>,
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async move {
            match address(child).filter(|_| is_recorded(child)) {
                Some(address) => {
                    let key = child_fingerprint_tag(address.name());
                    self.untag_parent(parent_id(child), &[key]).await
                }
                None => Ok(()),
            }
        }
    }
}

/// The tags of children, from their parents' as they are now.
pub(crate) struct ParentTags<'d, S>(pub(crate) &'d S);

impl<S: Parent, P: Send + Sync> TagStore<P> for ParentTags<'_, S> {
    async fn tags(
        &self,
        child: &TypedLive<P>,
        address: Option<&Address>,
    ) -> Result<Tags, DriverError> {
        let parent = self.0.parent_tags(parent_id(child)).await?;
        let recorded = address.map(|address| recorded(&parent, address));
        Ok(recorded.unwrap_or_default())
    }

    /// Writes the fingerprint of a child, if it is among the tags. Its system and address follow
    /// from its parent and are not written.
    async fn tag(&self, child: &TypedLive<P>, tags: &Tags) -> Result<(), DriverError> {
        let (Some(address), Some(fingerprint)) = (address(child), tags.get(FINGERPRINT_TAG)) else {
            return Ok(());
        };
        let record = record(&address, fingerprint);
        self.0.tag_parent(parent_id(child), &record).await
    }
}

/// The record of a child, in the form of its parent's tags.
fn record(address: &Address, fingerprint: &str) -> Tags {
    Tags::from([(
        child_fingerprint_tag(address.name()),
        fingerprint.to_owned(),
    )])
}

/// The tags of a child at an address: its parent's system, the address, and the fingerprint if the
/// parent's tags contain its record.
pub(crate) fn recorded(parent: &Tags, address: &Address) -> Tags {
    let systems = [SYSTEM_TAG, ID_TAG].into_iter();
    let system = systems.filter_map(|tag| parent.get_key_value(tag));
    let fingerprint = parent.get(&child_fingerprint_tag(address.name()));
    let mut tags = Tags::from([(ADDRESS_TAG.to_owned(), address.to_string())]);
    tags.extend(system.map(|(tag, value)| (tag.clone(), value.clone())));
    tags.extend(fingerprint.map(|found| (FINGERPRINT_TAG.to_owned(), found.clone())));
    tags
}

/// The tags of a child that the model does not contain: an orphan at `STACK/PARENT.KIND.KEY`.
pub(crate) fn orphan(parent: &Tags, kind: &str, key: &str) -> Tags {
    let mut tags = parent.clone();
    tags.retain(|key, _| [SYSTEM_TAG, ID_TAG, ADDRESS_TAG].contains(&key.as_str()));
    if let Some(address) = tags.get_mut(ADDRESS_TAG) {
        // A slash would end the stack's name.
        *address = format!("{address}.{kind}.{}", key.replace('/', "-"));
    }
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

/// Whether a child has a record. An orphan has none.
fn is_recorded<P>(child: &TypedLive<P>) -> bool {
    let tags = child.tags.known();
    tags.is_some_and(|tags| tags.contains_key(FINGERPRINT_TAG))
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
