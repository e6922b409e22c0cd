//! A change that was not written, since it needs a second person.

use toggle_contract::REVISION;

use crate::draft::{Draft, Item, is_toggle, revision};
use crate::permissions::only_switches_off;
use crate::store::Store;

/// A change that was not written, since it needs a second person. It can be proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The toggle's id.
    pub(crate) id: String,
    /// The revision of the toggle that it is a change of; zero if there is none.
    pub(crate) revision: u64,
    /// The toggle before it; `None` if there is none.
    pub(crate) before: Option<Item>,
    /// The toggle after it; `None` if it is to be deleted.
    pub(crate) after: Option<Item>,
}

impl Pending {
    /// The toggle's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The revision of the toggle that it is a change of; zero if there is none.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }
}

impl Store {
    /// The change of an item that a draft is, if it needs a second person.
    pub(crate) fn pending(&self, id: &str, read: &Item, draft: &Draft) -> Option<Pending> {
        if !self.guarded.has(id) {
            return None;
        }
        let mut after = draft.applied(id, read);
        if only_switches_off(read, &after) {
            return None;
        }
        after.remove(REVISION);
        let toggle = |item: &Item| is_toggle(item).then(|| item.clone());
        Some(Pending {
            id: id.to_owned(),
            revision: Some(read)
                .filter(|item| is_toggle(item))
                .and_then(revision)
                .unwrap_or(0),
            before: toggle(read),
            after: toggle(&after),
        })
    }
}
