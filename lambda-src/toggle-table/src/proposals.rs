//! Changes that wait for a second person: see [`toggle_contract::proposals`].

#[cfg(test)]
mod tests;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem};
use serde_json::Value;
use toggle_contract::proposals::{AFTER, BEFORE, BY_SUB, CHANGE, EXPIRY, ID, LIFETIME_SECONDS};
use toggle_contract::receipt::REQUEST;
use toggle_contract::{AT, BY, COMMENT, LAST_CHANGE, REVISION, TOGGLE_KEY};

use crate::author::Author;
use crate::call::{CallError, failed};
use crate::compare::{Difference, Differing};
use crate::draft::{Draft, Item, expect, next_revision};
use crate::error::TogglesError;
use crate::pending::Pending;
use crate::store::{Store, tombstone};
use crate::toggle::Toggle;
use crate::value::{Typed, untyped};
use crate::write::now_ms;

/// How often an approval is tried that meets another transaction.
const ATTEMPTS: usize = 5;

/// What kind of change is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of some attributes.
    Patch,
    /// Of the whole toggle.
    Deletion,
    /// To what it was.
    Rollback,
}

impl Kind {
    /// As it is in a proposal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Deletion => "deletion",
            Self::Rollback => "rollback",
        }
    }

    fn of(text: &str) -> Option<Self> {
        let all = [Self::Patch, Self::Deletion, Self::Rollback];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A change that waits for a second person.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Its id.
    pub id: String,
    /// What kind of change it is.
    pub kind: Kind,
    /// Who proposes it, as it is shown.
    pub by: String,
    /// Who proposes it, by what nobody can choose.
    pub by_sub: String,
    /// When it was made, in milliseconds since the epoch.
    pub at: u64,
    /// Why, if that was said.
    pub comment: Option<String>,
    /// When it ends, in seconds since the epoch.
    pub expiry: u64,
    pending: Pending,
}

impl Proposal {
    /// The id of the toggle.
    #[must_use]
    pub fn toggle(&self) -> &str {
        &self.pending.id
    }

    /// The revision of the toggle that it is a change of; zero if there is none. A toggle at another one is
    /// not changed by it.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.pending.revision
    }

    /// The attributes that it changes, by name: `here` is the value before, `there` that after.
    #[must_use]
    pub fn attributes(&self) -> Vec<Differing> {
        let toggle = |item: &Option<Item>| item.clone().map(Toggle::from_item);
        let change = Difference {
            feature_id: String::new(),
            here: toggle(&self.pending.before),
            there: toggle(&self.pending.after),
        };
        change.attributes()
    }

    fn to_item(&self) -> Item {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let number = |number: u64| AttributeValue::N(number.to_string());
        let image = |item: &Option<Item>| item.as_ref().map(|item| text(&json(item)));
        let attributes = [
            (TOGGLE_KEY, Some(text(&self.pending.id))),
            (ID, Some(text(&self.id))),
            (CHANGE, Some(text(self.kind.as_str()))),
            (BY, Some(text(&self.by))),
            (BY_SUB, Some(text(&self.by_sub))),
            (AT, Some(number(self.at))),
            (COMMENT, self.comment.as_deref().map(text)),
            (REVISION, Some(number(self.pending.revision))),
            (BEFORE, image(&self.pending.before)),
            (AFTER, image(&self.pending.after)),
            (EXPIRY, Some(number(self.expiry))),
        ];
        let stated = attributes.into_iter();
        let stated = stated.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        stated.collect()
    }

    /// `None` for what is no proposal, and for one that has ended: `DynamoDB` deletes it within a few days.
    fn from_item(item: &Item) -> Option<Self> {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        let number = |name: &str| item.get(name)?.as_n().ok()?.parse().ok();
        let expiry = number(EXPIRY).filter(|expiry| *expiry > now_ms() / 1_000)?;
        Some(Self {
            id: text(ID)?,
            kind: Kind::of(&text(CHANGE)?)?,
            by: text(BY)?,
            by_sub: text(BY_SUB)?,
            at: number(AT)?,
            comment: text(COMMENT),
            expiry,
            pending: Pending {
                id: text(TOGGLE_KEY)?,
                revision: number(REVISION)?,
                before: text(BEFORE).map(|image| read(&image)),
                after: text(AFTER).map(|image| read(&image)),
            },
        })
    }
}

/// An item in `DynamoDB` JSON. Values of attributes always serialise.
fn json(item: &Item) -> String {
    let typed = item.iter().map(|(name, value)| (name, Typed(value)));
    let typed: std::collections::BTreeMap<_, _> = typed.collect();
    serde_json::to_string(&typed).unwrap_or_default()
}

fn read(image: &str) -> Item {
    let attributes = serde_json::from_str::<Value>(image).unwrap_or_default();
    let attributes = attributes.as_object().into_iter().flatten();
    let read = attributes.map(|(name, value)| (name.clone(), untyped(value)));
    read.collect()
}

/// Who proposes something.
#[derive(Clone, Copy, Debug)]
pub struct Proposer<'p> {
    /// As it is shown.
    pub by: &'p str,
    /// By what nobody can choose.
    pub sub: &'p str,
    /// Why, if that is said.
    pub comment: Option<&'p str>,
}

/// The proposals.
#[derive(Clone, Debug)]
pub struct Proposals {
    client: Client,
    table: String,
}

impl Proposals {
    /// The table of this name.
    #[must_use]
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// All open proposals, by toggle.
    pub async fn all(&self) -> Result<Vec<Proposal>, TogglesError> {
        let scan = self.client.scan().table_name(&self.table);
        let pages = scan.consistent_read(true).into_paginator().items().send();
        let items = pages.collect::<Result<Vec<_>, _>>().await;
        let items = items.map_err(failed("dynamodb:Scan"))?;
        let mut open: Vec<_> = items.iter().filter_map(Proposal::from_item).collect();
        open.sort_by(|one, other| one.toggle().cmp(other.toggle()));
        Ok(open)
    }

    /// The open proposal for a toggle.
    pub async fn of(&self, toggle: &str) -> Result<Option<Proposal>, TogglesError> {
        let get = self.client.get_item().table_name(&self.table);
        let get = get
            .consistent_read(true)
            .key(TOGGLE_KEY, AttributeValue::S(toggle.to_owned()));
        let answer = get.send().await.map_err(failed("dynamodb:GetItem"))?;
        Ok(answer.item.as_ref().and_then(Proposal::from_item))
    }

    /// The open proposal of this id.
    ///
    /// # Errors
    /// [`TogglesError::NoProposal`].
    pub async fn get(&self, toggle: &str, id: &str) -> Result<Proposal, TogglesError> {
        let open = self.of(toggle).await?.filter(|open| open.id == id);
        open.ok_or_else(|| no_proposal(toggle))
    }

    /// Proposes a change. It takes the place of one that has ended, or that is a change of another revision:
    /// that can no longer be approved.
    ///
    /// # Errors
    /// [`TogglesError::Proposed`] if there is an open one.
    pub async fn propose(
        &self,
        pending: Pending,
        kind: Kind,
        proposer: Proposer<'_>,
    ) -> Result<Proposal, TogglesError> {
        let at = now_ms();
        let random = getrandom::u64().unwrap_or(at);
        let proposal = Proposal {
            id: format!("{random:016x}"),
            kind,
            by: proposer.by.to_owned(),
            by_sub: proposer.sub.to_owned(),
            at,
            comment: proposer.comment.map(str::to_owned),
            expiry: at / 1_000 + LIFETIME_SECONDS,
            pending,
        };
        let number = |number: u64| AttributeValue::N(number.to_string());
        let put = self.client.put_item().table_name(&self.table);
        let put = put
            .set_item(Some(proposal.to_item()))
            .condition_expression(
                "attribute_not_exists(#toggle) OR #expiry <= :now OR #revision <> :revision OR #id = :id",
            )
            .expression_attribute_names("#toggle", TOGGLE_KEY)
            .expression_attribute_names("#expiry", EXPIRY)
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_names("#id", ID)
            .expression_attribute_values(":now", number(at / 1_000))
            .expression_attribute_values(":revision", number(proposal.revision()))
            // The SDK repeats a write whose answer was lost.
            .expression_attribute_values(":id", AttributeValue::S(proposal.id.clone()));
        match put.send().await.map_err(failed("dynamodb:PutItem")) {
            Ok(_) => Ok(proposal),
            Err(error) if error.is(CONDITION) => Err(TogglesError::Proposed {
                id: proposal.pending.id,
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes a proposal back.
    ///
    /// # Errors
    /// [`TogglesError::NoProposal`] if it is not open.
    pub async fn withdraw(&self, toggle: &str, id: &str) -> Result<(), TogglesError> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete
            .key(TOGGLE_KEY, AttributeValue::S(toggle.to_owned()))
            .condition_expression("#id = :id")
            .expression_attribute_names("#id", ID)
            .expression_attribute_values(":id", AttributeValue::S(id.to_owned()));
        match delete.send().await.map_err(failed("dynamodb:DeleteItem")) {
            Ok(_) => Ok(()),
            Err(error) if error.is(CONDITION) => Err(no_proposal(toggle)),
            Err(error) => Err(error.into()),
        }
    }

    /// The part of an approval that ends the proposal: it must be open, and not the approver's own.
    fn ending(&self, proposal: &Proposal, approver: &str) -> Option<TransactWriteItem> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let delete = Delete::builder()
            .table_name(&self.table)
            .key(TOGGLE_KEY, text(proposal.toggle()))
            .condition_expression("#id = :id AND #sub <> :approver AND #expiry > :now")
            .expression_attribute_names("#id", ID)
            .expression_attribute_names("#sub", BY_SUB)
            .expression_attribute_names("#expiry", EXPIRY)
            .expression_attribute_values(":id", text(&proposal.id))
            .expression_attribute_values(":approver", text(approver))
            .expression_attribute_values(":now", AttributeValue::N((now_ms() / 1_000).to_string()));
        let delete = delete.build().ok()?;
        Some(TransactWriteItem::builder().delete(delete).build())
    }
}

/// The code of a write whose condition does not hold.
const CONDITION: &str = "ConditionalCheckFailedException";

fn no_proposal(toggle: &str) -> TogglesError {
    TogglesError::NoProposal {
        id: toggle.to_owned(),
    }
}

impl Store {
    /// Approves a proposal, for this table's author: writes the toggle and ends the proposal, both or neither.
    /// The change is its proposer's, and names who approved it. Returns the toggle; `None` if it was deleted.
    ///
    /// # Errors
    /// [`TogglesError::NoProposal`] if it is not open, [`TogglesError::OwnProposal`] for who proposed it, and
    /// [`TogglesError::Revised`] if the toggle has changed since. As [`Store::set`] otherwise.
    pub async fn approve(
        &self,
        proposals: &Proposals,
        (toggle, id): (&str, &str),
        approver: &str,
    ) -> Result<Option<Toggle>, TogglesError> {
        let mut attempts = 1..ATTEMPTS;
        loop {
            let proposal = proposals.get(toggle, id).await?;
            if proposal.by_sub == approver {
                return Err(TogglesError::OwnProposal {
                    id: toggle.to_owned(),
                });
            }
            let item = self.read(toggle).await?;
            let draft = self.approved(&proposal, &item).await?;
            let refused = match self
                .commit(proposals, &proposal, (&item, &draft), approver)
                .await
            {
                Ok(()) => {
                    let after = draft.applied(toggle, &item);
                    return Ok(proposal.pending.after.map(|_| Toggle::from_item(after)));
                }
                Err(refused) => refused,
            };
            // The next reading says what has changed.
            if !refused.is_of_others || attempts.next().is_none() {
                return Err(refused.error.into());
            }
        }
    }

    /// What an approval writes, if the toggle is still as it was when it was proposed, and its rules would not
    /// be broken.
    async fn approved(&self, proposal: &Proposal, item: &Item) -> Result<Draft, TogglesError> {
        let (id, pending) = (proposal.toggle(), &proposal.pending);
        expect(id, item, Some(pending.revision))?;
        let content = |item: &Item| Toggle::from_item(item.clone()).content_item();
        // Who writes otherwise than through Frontage leaves the revision.
        if pending
            .before
            .as_ref()
            .is_some_and(|before| content(before) != content(item))
        {
            return Err(TogglesError::Revised {
                id: id.to_owned(),
                expected: pending.revision,
                live: Some(pending.revision),
            });
        }
        let revision = next_revision(id, item, now_ms())?;
        let draft = if let Some(after) = &pending.after {
            self.check_rules(id, after).await?;
            let mut set = after.clone();
            for own in [TOGGLE_KEY, REVISION, LAST_CHANGE, REQUEST] {
                set.remove(own);
            }
            let draft = Draft {
                set,
                replaces: true,
                revision,
                ..Draft::default()
            };
            draft.checked(id, item)?
        } else {
            self.check_unused(id).await?;
            tombstone(revision)
        };
        let approver = self.author.as_ref();
        let author = Author {
            by: proposal.by.clone(),
            comment: both(
                proposal.comment.as_deref(),
                approver.and_then(|of| of.comment.as_deref()),
            ),
            approved_by: approver.map(|of| of.by.clone()),
        };
        Ok(draft.signed(Some(&author), now_ms()))
    }

    async fn commit(
        &self,
        proposals: &Proposals,
        proposal: &Proposal,
        (read, draft): (&Item, &Draft),
        approver: &str,
    ) -> Result<(), Refused> {
        let parts = self.replacing(proposal.toggle(), read, draft);
        let parts = parts
            .into_iter()
            .chain(proposals.ending(proposal, approver));
        let transaction = self.client.transact_write_items();
        let transaction = transaction.set_transact_items(Some(parts.collect()));
        match transaction.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(Refused {
                is_of_others: is_of_others(&error),
                error: failed("dynamodb:TransactWriteItems")(error),
            }),
        }
    }
}

/// Why an approval was not written.
struct Refused {
    error: CallError,
    /// Whether somebody else has changed one of both, or is just changing it.
    is_of_others: bool,
}

fn is_of_others<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
        error.as_service_error()
    else {
        return false;
    };
    let mut reasons = canceled.cancellation_reasons().iter();
    let codes = ["ConditionalCheckFailed", "TransactionConflict"];
    reasons.any(|reason| reason.code().is_some_and(|code| codes.contains(&code)))
}

/// Why something was proposed, and why it was approved.
fn both(proposed: Option<&str>, approved: Option<&str>) -> Option<String> {
    match (proposed, approved) {
        (Some(proposed), Some(approved)) => Some(format!("{proposed}; {approved}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}
