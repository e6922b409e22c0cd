//! Merges several changes to one toggle in one batch into its last state.

use tracing::error;

use crate::event::{Operation, Record, StreamEvent};
use crate::item::{Item, normalised, toggle_id};

/// The last state of one toggle in a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The toggle.
    pub id: String,
    /// Its item; `None` if it was deleted.
    pub item: Option<Item>,
    /// The index of its first record in the batch: a retry starts there.
    pub first: usize,
}

/// The toggles of a batch in the order of their last changes, and the first record that is invalid.
#[must_use]
pub fn coalesce(event: &StreamEvent) -> (Vec<Pending>, Option<usize>) {
    let mut pending: Vec<Pending> = Vec::new();
    let mut malformed = None;
    for (index, record) in event.records.iter().enumerate() {
        let Some((id, item)) = change(record) else {
            error!(index, "record has no toggle id, or no image of it");
            malformed = malformed.or(Some(index));
            continue;
        };
        let earlier = pending.iter().position(|earlier| earlier.id == id);
        let first = earlier.map_or(index, |position| pending.remove(position).first);
        pending.push(Pending { id, item, first });
    }
    (pending, malformed)
}

fn change(record: &Record) -> Option<(String, Option<Item>)> {
    let id = toggle_id(&record.change.keys)?.to_owned();
    match record.operation {
        Operation::Remove => Some((id, None)),
        Operation::Insert | Operation::Modify => {
            let image = record.change.new_image.clone()?;
            Some((id, Some(normalised(image))))
        }
    }
}

/// The earlier of two records, if there are any.
#[must_use]
pub fn earliest(left: Option<usize>, right: Option<usize>) -> Option<usize> {
    left.into_iter().chain(right).min()
}

/// The first record of those that have not been sent.
#[must_use]
pub fn first_of(untold: &[Pending]) -> Option<usize> {
    untold.iter().map(|toggle| toggle.first).min()
}
