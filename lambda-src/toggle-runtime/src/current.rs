//! The current states of toggles that have changed.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};
use tracing::error;

use crate::clock::bounded;
use crate::coalesce::{Pending, Trigger, earliest};
use crate::line::Delivery;
use crate::ports::Toggles;

/// The toggles' states in the table, and the first record whose toggle cannot be read.
pub async fn read<T: Toggles, C, P>(
    triggers: Vec<Trigger>,
    toggles: &T,
    exchange: &Delivery<'_, C, P>,
) -> (Vec<Pending>, Option<usize>) {
    let until = exchange.deadline.close;
    let reads = stream::iter(triggers).map(|Trigger { id, first }| async move {
        (bounded(until, toggles.one(&id)).await, id, first)
    });
    let reads: Vec<_> = reads.buffered(exchange.policy.concurrency).collect().await;
    let (mut pending, mut unread) = (Vec::new(), None);
    for (item, id, first) in reads {
        match item {
            Ok(item) => pending.push(Pending { id, item, first }),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                error!(error, toggle = id, "toggle cannot be read");
                unread = earliest(unread, Some(first));
            }
        }
    }
    (pending, unread)
}

/// The toggles that differ from what was sent, and the first record whose toggle cannot be read.
pub async fn reread<T: Toggles, C, P>(
    told: Vec<Pending>,
    toggles: &T,
    exchange: &Delivery<'_, C, P>,
) -> (Vec<Pending>, Option<usize>) {
    let trigger = |toggle: &Pending| Trigger {
        id: toggle.id.clone(),
        first: toggle.first,
    };
    let (mut now, unread) = read(told.iter().map(trigger).collect(), toggles, exchange).await;
    now.retain(|toggle| !told.contains(toggle));
    (now, unread)
}

/// The toggles' ids.
#[must_use]
pub fn ids(pending: &[Pending]) -> BTreeSet<String> {
    pending.iter().map(|toggle| toggle.id.clone()).collect()
}
