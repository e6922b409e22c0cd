//! The owner of a live resource, as a system sees it.

use model::{ID_TAG, Owner, REGION_TAG, SYSTEM_TAG};

use crate::live::Live;

/// The owner of a live resource.
pub(super) enum Standing {
    /// The system's.
    Ours,
    /// Nothing about it is written, so its owner was not read.
    Unread,
    /// That of the system of this other name.
    Foreign(String),
    /// That of another system of the same name, with this id.
    Namesake(String),
    /// No owner is recorded.
    Untagged,
    /// The same system's in this other Region.
    Elsewhere(String),
}

impl Standing {
    /// Of a resource with an address of a system, by what its tags record.
    pub(super) fn of(live: &Live, owner: &Owner) -> Self {
        let Some(tags) = live.tags.known() else {
            return Self::Unread;
        };
        match tags.get(SYSTEM_TAG) {
            Some(system) if *system == owner.system => {
                let differs = |tag, this: Option<&String>| {
                    let found: Option<&String> = tags.get(tag);
                    found.filter(|found| this.is_some_and(|this| this != *found))
                };
                if let Some(region) = differs(REGION_TAG, owner.region.as_ref()) {
                    Self::Elsewhere(region.clone())
                } else if let Some(id) = differs(ID_TAG, owner.id.as_ref()) {
                    Self::Namesake(id.clone())
                } else {
                    Self::Ours
                }
            }
            Some(owner) => Self::Foreign(owner.clone()),
            None => Self::Untagged,
        }
    }

    /// Whether the system may change it.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self, Self::Ours | Self::Unread)
    }
}
