//! Toggle-history: writes a record of each change of a toggle, with the item before and after, who
//! changed it, and why.
//!
//! The key of a record follows from the change alone, and a record that exists is not written again. So
//! a batch may be delivered again, or be processed twice at once.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use serde_json::{Map, Value};
use toggle_contract::LAST_CHANGE;
use tokio::time::Instant;
use tracing::error;

use crate::clock::bounded;
use crate::coalesce::earliest;
use crate::event::{Record, StreamEvent};
use crate::item::{Item, toggle_id};
use crate::ports::{Journal, TableError};

/// The largest images that a record has, in bytes: an item has 400 KB, names and numbers included
/// (`DynamoDB` developer guide, `Constraints`).
pub const IMAGES: usize = 390_000;

/// How many toggles are recorded at once.
const CONCURRENCY: usize = 16;

/// A record of the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The toggle's id.
    pub toggle: String,
    /// Orders the records of a toggle: milliseconds since the epoch and the change's sequence number,
    /// in digits of equal length.
    pub at: String,
    /// When the toggle was changed, in milliseconds since the epoch: as its author says, or else when the
    /// stream had it, to the second.
    pub changed_at: u64,
    /// The item after the change, in `DynamoDB` JSON; `None` if there is none, or if the images are too large.
    pub after: Option<String>,
    /// The item before it, by the toggle's record before this one.
    pub before: Option<String>,
    /// Whether the images were too large.
    pub is_without_images: bool,
    /// The revision after the change, if it has one.
    pub revision: Option<String>,
    /// Who changed it and why; `None` if whoever did it has not said so.
    pub author: Option<Author>,
    /// The attribute of the item with that, whoever it is of, in `DynamoDB` JSON.
    pub last_change: Option<String>,
}

/// Who changed a toggle, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author {
    /// Who: the ARN of a caller of AWS, as a rule.
    pub by: String,
    /// Why, if that was said.
    pub comment: Option<String>,
    /// Who agreed, if the change needed a second person.
    pub approved_by: Option<String>,
    /// When, in milliseconds since the epoch.
    at: Option<u64>,
}

/// Records the changes of a batch, of each toggle in order. Returns the index of the first record that
/// must be delivered again.
pub async fn record<J: Journal>(event: &StreamEvent, journal: &J, until: Instant) -> Option<usize> {
    let mut toggles: BTreeMap<&str, Vec<(usize, &Record)>> = BTreeMap::new();
    for (index, record) in event.records.iter().enumerate() {
        let id = toggle_id(&record.change.keys).filter(|_| !record.has_expired());
        if let Some(id) = id {
            toggles.entry(id).or_default().push((index, record));
        }
    }
    let all = toggles.into_iter().map(|(id, changes)| async move {
        let mut previous = None;
        for (index, record) in changes {
            match bounded(until, one(id, record, previous, journal)).await {
                Ok(entry) => previous = Some(entry),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    error!(error, toggle = id, "a change cannot be recorded");
                    return Some(index);
                }
            }
        }
        None
    });
    let failed: Vec<_> = stream::iter(all).buffered(CONCURRENCY).collect().await;
    failed.into_iter().fold(None, earliest)
}

/// Records one change. `previous` is the toggle's record before it, if it was in the batch.
async fn one<J: Journal>(
    id: &str,
    record: &Record,
    previous: Option<Entry>,
    journal: &J,
) -> Result<Entry, TableError> {
    let at = position(record);
    let previous = match previous {
        Some(previous) => Some(previous),
        None => journal.last_before(id, &at).await?,
    };
    let entry = entry(id, at, record, previous.as_ref());
    journal.add(&entry).await?;
    Ok(entry)
}

/// The place of a change among those of its toggle. Sequence numbers have at most 40 digits (`DynamoDB`
/// Streams API reference, `StreamRecord`).
fn position(record: &Record) -> String {
    let sequence = &record.change.sequence_number;
    format!("{:013}-{sequence:0>40}", created_ms(record))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time since the epoch"
)]
fn created_ms(record: &Record) -> u64 {
    (record.change.created * 1_000.0) as u64
}

fn entry(id: &str, at: String, record: &Record, previous: Option<&Entry>) -> Entry {
    let item = record.change.new_image.as_ref();
    let last_change = item.and_then(|item| item.get(LAST_CHANGE));
    let known = last_change.map(ToString::to_string);
    let is_new = previous.is_none_or(|previous| previous.last_change != known);
    let author = last_change.filter(|_| is_new).and_then(author);
    let changed_at = author.as_ref().and_then(|author| author.at);
    let mut entry = Entry {
        toggle: id.to_owned(),
        at,
        changed_at: changed_at.unwrap_or_else(|| created_ms(record)),
        after: item.map(text),
        before: previous.and_then(|previous| previous.after.clone()),
        is_without_images: false,
        revision: item.and_then(revision),
        author,
        last_change: known,
    };
    let length = |image: &Option<String>| image.as_ref().map_or(0, String::len);
    if length(&entry.after) + length(&entry.before) > IMAGES {
        entry = Entry {
            after: None,
            before: None,
            is_without_images: true,
            ..entry
        };
    }
    entry
}

fn text(item: &Item) -> String {
    let attributes = item.iter();
    let attributes = attributes.map(|(name, value)| (name.clone(), value.clone()));
    Value::Object(attributes.collect::<Map<_, _>>()).to_string()
}

fn revision(item: &Item) -> Option<String> {
    let revision = item.get(toggle_contract::REVISION)?.get("N")?;
    Some(revision.as_str()?.to_owned())
}

/// Who wrote `{"M": {"by": {"S": "…"}, "at": {"N": "…"}, "comment": {"S": "…"}}}`.
fn author(last_change: &Value) -> Option<Author> {
    let said = |name: &str, kind: &str| last_change.get("M")?.get(name)?.get(kind)?.as_str();
    Some(Author {
        by: said(toggle_contract::BY, "S")?.to_owned(),
        comment: said(toggle_contract::COMMENT, "S").map(str::to_owned),
        approved_by: said(toggle_contract::APPROVED_BY, "S").map(str::to_owned),
        at: said(toggle_contract::AT, "N").and_then(|at| at.parse().ok()),
    })
}

#[cfg(test)]
mod tests;
