//! The toggles table, read and written.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use serde::Serialize;

use crate::author::Author;
use crate::call::failed;
use crate::draft::{Draft, Item, expect, is_toggle, next_revision};
use crate::error::TogglesError;
use crate::permissions::{Guarded, Patterns};
use crate::rules::RuleChange;
use crate::toggle::{NAME, Toggle};
use crate::value::AttributeText;
use crate::write::now_ms;
use toggle_contract::{ACTIVE, REMOVED, TOGGLE_KEY, TOMBSTONE_EXPIRY, VALUE};
use toggle_rules::is_segment;

/// How long a deleted toggle's tombstone is kept: far longer than a message can be late.
const TOMBSTONE_SECONDS: u64 = 24 * 60 * 60;

/// How many calls are made at the same time.
pub(crate) const CONCURRENT: usize = 16;

/// The similarity of two ids, from 0 to 1, at which one is suggested for the other.
const ALIKE: f64 = 0.85;

/// The toggles table.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: String,
    /// The key of the receipt that each change asks for.
    pub(crate) receipt: Option<String>,
    /// Who changes toggles, and why.
    pub(crate) author: Option<Author>,
    /// Which changes need a second person.
    pub(crate) guarded: Guarded,
}

/// A change to one toggle.
#[derive(Clone, Copy, Debug)]
pub struct Change<'c> {
    /// The featureId.
    pub id: &'c str,
    /// The isActive.
    pub active: bool,
    /// The featureName. `None` keeps the existing one; a new toggle is then named for its id.
    pub name: Option<&'c str>,
    /// The attribute `value`. `None` keeps the existing one.
    pub value: Option<&'c AttributeText>,
    /// The rules. `None` keeps the existing ones.
    pub rules: Option<&'c RuleChange>,
    /// Other attributes, as text.
    pub attributes: &'c [(String, String)],
    /// The revision that the toggle must have now; zero for none. `None` accepts any.
    pub if_revision: Option<u64>,
}

/// How many toggles were sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Resent {
    /// Those whose revision was raised.
    pub resent: usize,
    /// Those that changed in between, and are sent because of that.
    pub changed: usize,
    /// The ids of the former.
    #[serde(skip)]
    pub ids: Vec<String>,
}

impl Store {
    /// The table of this name, which somebody changes: the ARN of a caller of AWS, as a rule.
    #[must_use]
    pub fn new(client: Client, table: String, by: impl Into<String>) -> Self {
        Self {
            client,
            table,
            receipt: None,
            author: Some(Author {
                by: by.into(),
                ..Author::default()
            }),
            guarded: Guarded::default(),
        }
    }

    /// The same table, in which changes of these toggles need a second person, and of what their answers depend on
    /// as the rules are now: unless they do nothing but switch one off, they are [`TogglesError::Protected`]. The
    /// table is read for that, if there is a pattern.
    pub async fn protecting(self, protected: Patterns) -> Result<Self, TogglesError> {
        let guarded = if protected.is_empty() {
            Guarded::default()
        } else {
            let items = self.items().await?;
            Guarded::of(protected, items.iter().filter(|item| is_toggle(item)))
        };
        Ok(Self { guarded, ..self })
    }

    /// Which changes need a second person.
    #[must_use]
    pub const fn guarded(&self) -> &Guarded {
        &self.guarded
    }

    /// The same table, whose changes are made for this reason.
    #[must_use]
    pub fn because(mut self, comment: Option<String>) -> Self {
        if let Some(author) = &mut self.author {
            author.comment = comment;
        }
        self
    }

    /// The same table, whose changes ask the functions for a receipt of this key.
    #[must_use]
    pub fn asking_for(self, receipt: &str) -> Self {
        let receipt = Some(receipt.to_owned());
        Self { receipt, ..self }
    }

    /// Every toggle, by id, without who changed it.
    pub async fn list(&self) -> Result<Vec<Toggle>, TogglesError> {
        let mut toggles = self.list_all().await?;
        toggles.retain(|toggle| !is_segment(toggle.id()));
        Ok(toggles)
    }

    /// Every toggle and every segment, by id, without who changed it.
    pub async fn list_all(&self) -> Result<Vec<Toggle>, TogglesError> {
        let toggles = self.list_signed().await?.into_iter();
        Ok(toggles.map(Toggle::without_author).collect())
    }

    /// Every toggle and every segment, by id, with who changed it.
    pub async fn list_signed(&self) -> Result<Vec<Toggle>, TogglesError> {
        let items = self.items().await?;
        let toggles = items.into_iter().filter(is_toggle);
        let mut toggles: Vec<_> = toggles.map(Toggle::from_item).collect();
        toggles.sort_by(|one, other| one.id().cmp(other.id()));
        Ok(toggles)
    }

    /// The toggle of this id.
    ///
    /// # Errors
    /// [`TogglesError::NoToggle`] if it does not exist.
    pub async fn get(&self, id: &str) -> Result<Toggle, TogglesError> {
        self.existing_item(id).await.map(Toggle::from_item)
    }

    /// The item of the toggle of this id.
    pub(crate) async fn existing_item(&self, id: &str) -> Result<Item, TogglesError> {
        let item = self.read(id).await?;
        if is_toggle(&item) {
            Ok(item)
        } else {
            Err(self.suggest(no_toggle(id)).await)
        }
    }

    /// The toggles of these ids, each once.
    ///
    /// # Errors
    /// [`TogglesError::NoToggle`] if one does not exist.
    pub async fn get_all(&self, ids: &[String]) -> Result<Vec<Toggle>, TogglesError> {
        let ids: BTreeSet<_> = ids.iter().collect();
        let reads = ids.into_iter().map(|id| self.get(id));
        iter(reads).buffered(CONCURRENT).try_collect().await
    }

    /// Changes a toggle, or creates it if it does not exist. Returns its new revision: the
    /// milliseconds since the epoch, or one more than the last if that is higher, as after a change
    /// from a machine whose clock is ahead. So it rises with each change, a deletion included, and
    /// clients drop what is older.
    ///
    /// # Errors
    /// [`TogglesError::Revised`] if it is not at the expected revision,
    /// [`TogglesError::Rule`] if its rules would be broken,
    /// [`TogglesError::OddRevision`] if its revision is not one of these, and
    /// [`TogglesError::TooLarge`] if it could not be sent to clients.
    pub async fn set(&self, change: &Change<'_>) -> Result<u64, TogglesError> {
        if change.rules.is_some() {
            let item = self.read(change.id).await?;
            let item = Some(item).filter(is_toggle).unwrap_or_default();
            let after = draft(change, &item).applied(change.id, &item);
            self.check_rules(change.id, &after).await?;
        }
        let write = self.write(change.id, |item, floor| {
            expect(change.id, item, change.if_revision)?;
            let draft = Draft {
                revision: next_revision(change.id, item, floor)?,
                ..draft(change, item)
            };
            draft.checked(change.id, item)
        });
        Ok(write.await?.revision)
    }

    /// Deletes a toggle: leaves a tombstone for a day, so that its deletion has a revision, and
    /// clients drop messages about the toggle that are older. Only the revision it must have now is
    /// accepted, if there is one.
    ///
    /// # Errors
    /// [`TogglesError::NoToggle`] if it does not exist, and [`TogglesError::Revised`] if it is not at
    /// the expected revision.
    pub async fn delete(&self, id: &str, if_revision: Option<u64>) -> Result<(), TogglesError> {
        let write = self.write(id, |item, floor| {
            if !is_toggle(item) {
                return Err(no_toggle(id));
            }
            expect(id, item, if_revision)?;
            // Without an order among its changes, as with an odd revision, its deletion needs none.
            let revision = next_revision(id, item, floor).unwrap_or(floor);
            Ok(tombstone(revision))
        });
        match write.await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.suggest(error).await),
        }
    }

    /// Removes attributes of a toggle. Returns those of the names that it had no attribute of.
    ///
    /// # Errors
    /// As [`Store::delete`], and [`TogglesError::OddRevision`].
    pub async fn unset<'n>(
        &self,
        id: &str,
        names: &'n [String],
        if_revision: Option<u64>,
    ) -> Result<Vec<&'n str>, TogglesError> {
        let write = self.write(id, |item, floor| {
            if !is_toggle(item) {
                return Err(no_toggle(id));
            }
            expect(id, item, if_revision)?;
            Ok(Draft {
                remove: names
                    .iter()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .cloned()
                    .collect(),
                revision: next_revision(id, item, floor)?,
                ..Draft::default()
            })
        });
        match write.await {
            Ok(written) => {
                let missing = names.iter();
                let missing = missing.filter(|name| !written.before.contains_key(*name));
                Ok(missing.map(String::as_str).collect())
            }
            Err(error) => Err(self.suggest(error).await),
        }
    }

    /// Raises the revision of these toggles, or of all if there are none of these, so that the service
    /// sends each to every client again, tombstones too. One that changes in between is left: it is
    /// sent because of that.
    ///
    /// # Errors
    /// [`TogglesError::NoToggle`], before any write, and the first error of a write, after all others.
    pub async fn resend(&self, ids: &[String]) -> Result<Resent, TogglesError> {
        let items = if ids.is_empty() {
            let mut items = self.items().await?;
            items.retain(|item| !is_segment(id_of(item)));
            items
        } else {
            self.existing(ids).await?
        };
        let floor = now_ms();
        let writes = items.iter().map(|item| self.raise(item, floor));
        let raised: Vec<_> = iter(writes).buffer_unordered(CONCURRENT).collect().await;
        let mut resent = Resent::default();
        for raised in raised {
            match raised? {
                Some(id) => resent.ids.push(id.to_owned()),
                None => resent.changed += 1,
            }
        }
        resent.resent = resent.ids.len();
        Ok(resent)
    }

    /// The items of these ids, each once.
    async fn existing(&self, ids: &[String]) -> Result<Vec<Item>, TogglesError> {
        let ids: BTreeSet<_> = ids.iter().collect();
        let reads = ids.into_iter().map(|id| async move {
            let item = self.read(id).await?;
            if item.is_empty() {
                return Err(self.suggest(no_toggle(id)).await);
            }
            Ok(item)
        });
        iter(reads).buffered(CONCURRENT).try_collect().await
    }

    /// Raises an item's revision. Returns its id; `None` if it has changed since it was read.
    async fn raise<'i>(&self, item: &'i Item, floor: u64) -> Result<Option<&'i str>, TogglesError> {
        let id = id_of(item);
        let draft = Draft {
            revision: next_revision(id, item, floor)?,
            ..Draft::default()
        };
        let draft = draft.requesting(self.receipt.as_deref(), item);
        let draft = draft.signed(self.author.as_ref(), now_ms());
        match self.try_write(id, item, &draft).await {
            Ok(()) => Ok(Some(id)),
            Err(error) if error.is_conflict() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The error, with the id of a toggle that may have been meant if there is none of the id in it.
    async fn suggest(&self, error: TogglesError) -> TogglesError {
        let TogglesError::NoToggle { id, .. } = error else {
            return error;
        };
        // Without the permission to list there is nothing to suggest.
        let toggles = self.list().await.unwrap_or_default();
        let likeness = |toggle: &Toggle| strsim::jaro_winkler(&id, toggle.id());
        let nearest = toggles
            .iter()
            .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
            .filter(|nearest| likeness(nearest) >= ALIKE);
        let near = nearest.map(|toggle| toggle.id().to_owned());
        TogglesError::NoToggle { id, near }
    }

    /// All items, the tombstones too.
    pub(crate) async fn items(&self) -> Result<Vec<Item>, TogglesError> {
        let pages = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let items = pages.collect::<Result<Vec<_>, _>>().await;
        Ok(items.map_err(failed("dynamodb:Scan"))?)
    }

    /// The item of this id; empty if it does not exist.
    pub(crate) async fn read(&self, id: &str) -> Result<Item, TogglesError> {
        let call = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .key(TOGGLE_KEY, AttributeValue::S(id.to_owned()));
        let answer = call.send().await.map_err(failed("dynamodb:GetItem"))?;
        Ok(answer.item.unwrap_or_default())
    }
}

/// A change to an item. A new toggle gets nothing of an earlier one's tombstone.
fn draft(change: &Change<'_>, item: &Item) -> Draft {
    let exists = is_toggle(item);
    let text = |(name, value): &(String, String)| (name.clone(), AttributeValue::S(value.clone()));
    let mut set: Item = change.attributes.iter().map(text).collect();
    set.insert(ACTIVE.to_owned(), AttributeValue::Bool(change.active));
    if let Some(AttributeText(value)) = change.value {
        set.insert(VALUE.to_owned(), value.clone());
    }
    let has_name = exists && item.contains_key(NAME);
    if let Some(name) = change.name.or((!has_name).then_some(change.id)) {
        set.insert(NAME.to_owned(), AttributeValue::S(name.to_owned()));
    }
    let mut draft = Draft {
        set,
        replaces: !exists,
        ..Draft::default()
    };
    let before = if exists { item } else { &Item::new() };
    if let Some(rules) = change.rules {
        rules.apply(&mut draft, before);
    }
    draft
}

fn id_of(item: &Item) -> &str {
    let id = item.get(TOGGLE_KEY).and_then(|id| id.as_s().ok());
    id.map_or("", String::as_str)
}

fn no_toggle(id: &str) -> TogglesError {
    let id = id.to_owned();
    TogglesError::NoToggle { id, near: None }
}

pub(crate) fn tombstone(revision: u64) -> Draft {
    let expiry = now_ms() / 1000 + TOMBSTONE_SECONDS;
    Draft {
        set: Item::from([
            (REMOVED.to_owned(), AttributeValue::Bool(true)),
            (
                TOMBSTONE_EXPIRY.to_owned(),
                AttributeValue::N(expiry.to_string()),
            ),
        ]),
        replaces: true,
        revision,
        ..Draft::default()
    }
}
