//! A change to an item of the toggles table, before it is written.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::author::Author;
use crate::error::TogglesError;
use crate::value::Typed;
use toggle_contract::receipt::REQUEST;
use toggle_contract::{LAST_CHANGE, MESSAGE_LIMIT, REMOVED, REVISION, TOGGLE_KEY};

/// An item of the toggles table; empty if it does not exist.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A change to an item.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Draft {
    /// The attributes to write.
    pub(crate) set: Item,
    /// The attributes to remove.
    pub(crate) remove: Vec<String>,
    /// Whether attributes that it does not name are removed as well.
    pub(crate) replaces: bool,
    /// The item's new revision.
    pub(crate) revision: u64,
}

impl Draft {
    /// The attributes to write, with the revision.
    pub(crate) fn assigned(&self) -> Item {
        let revision = AttributeValue::N(self.revision.to_string());
        let mut set = self.set.clone();
        set.insert(REVISION.to_owned(), revision);
        set
    }

    /// The same draft, which asks for a receipt, or no longer asks for the one that the item as it was
    /// read asks for.
    pub(crate) fn requesting(mut self, receipt: Option<&str>, read: &Item) -> Self {
        let request = REQUEST.to_owned();
        if let Some(key) = receipt {
            self.set.insert(request, AttributeValue::S(key.to_owned()));
        } else if !self.replaces && read.contains_key(REQUEST) {
            self.remove.push(request);
        }
        self
    }

    /// The same draft, which says who changes the item.
    pub(crate) fn signed(mut self, author: Option<&Author>, at: u64) -> Self {
        if let Some(author) = author {
            let signature = author.signature(at);
            self.set.insert(LAST_CHANGE.to_owned(), signature);
        }
        self
    }

    /// The same draft, if the item can be sent to clients once it is written.
    ///
    /// # Errors
    /// [`TogglesError::TooLarge`].
    pub(crate) fn checked(self, id: &str, read: &Item) -> Result<Self, TogglesError> {
        match self.message_bytes(id, read) {
            ..=MESSAGE_LIMIT => Ok(self),
            bytes => Err(TogglesError::TooLarge {
                id: id.to_owned(),
                bytes,
            }),
        }
    }

    /// The bytes of the state that contains only this toggle, `[{…}]`, once the draft is written. It is
    /// the longest message about it: a change is sent without the brackets.
    pub(crate) fn message_bytes(&self, id: &str, read: &Item) -> usize {
        let mut item = self.assigned();
        item.insert(TOGGLE_KEY.to_owned(), AttributeValue::S(id.to_owned()));
        if !self.replaces {
            let is_private = |name: &str| [REQUEST, LAST_CHANGE].contains(&name);
            let goes = |name: &String| is_private(name) || self.remove.contains(name);
            let kept = read.iter().filter(|(name, _)| !goes(name));
            for (name, value) in kept {
                item.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        let item: BTreeMap<_, _> = item
            .iter()
            .map(|(name, value)| (name, Typed(value)))
            .collect();
        serde_json::to_vec(&[item]).unwrap_or_default().len()
    }

    /// The item once the draft is written.
    pub(crate) fn applied(&self, id: &str, read: &Item) -> Item {
        let mut after = if self.replaces {
            Item::new()
        } else {
            read.clone()
        };
        after.retain(|name, _| !self.remove.contains(name));
        after.extend(self.assigned());
        after.insert(TOGGLE_KEY.to_owned(), AttributeValue::S(id.to_owned()));
        after
    }

    /// Whether the item is as written: the answer to a write may be lost, and the SDK repeats it.
    pub(crate) fn is_in(&self, item: &Item) -> bool {
        let mut assigned = self.assigned().into_iter();
        assigned.all(|(name, value)| item.get(&name) == Some(&value))
            && !self.remove.iter().any(|name| item.contains_key(name))
    }
}

/// Whether an item is a toggle: neither absent nor the tombstone of one that was deleted.
pub(crate) fn is_toggle(item: &Item) -> bool {
    !item.is_empty() && item.get(REMOVED) != Some(&AttributeValue::Bool(true))
}

/// Checks that an item is a toggle at the expected revision; zero is none.
pub(crate) fn expect(id: &str, item: &Item, expected: Option<u64>) -> Result<(), TogglesError> {
    let live = Some(item).filter(|item| is_toggle(item)).and_then(revision);
    match expected {
        Some(expected) if expected != live.unwrap_or(0) => Err(TogglesError::Revised {
            id: id.to_owned(),
            expected,
            live,
        }),
        _ => Ok(()),
    }
}

/// The next revision of an item: at least `floor`, and higher than that of the item or its tombstone.
pub(crate) fn next_revision(id: &str, item: &Item, floor: u64) -> Result<u64, TogglesError> {
    if !item.contains_key(REVISION) {
        return Ok(floor);
    }
    let next = revision(item).and_then(|live| live.checked_add(1));
    let next = next.ok_or_else(|| TogglesError::OddRevision(id.to_owned()))?;
    Ok(next.max(floor))
}

/// The revision of an item, if it has one.
pub(crate) fn revision(item: &Item) -> Option<u64> {
    item.get(REVISION)?.as_n().ok()?.parse().ok()
}
