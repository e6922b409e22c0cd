//! Toggle-message: sends changes to every connection, until the last sent state is the current one.

use futures_util::stream::{self, StreamExt};
use tokio::time::Instant;
use tracing::error;

use crate::clock::bounded;
use crate::coalesce::{Pending, Trigger, coalesce, earliest, first_of};
use crate::event::StreamEvent;
use crate::fan_out::FanOut;
use crate::known::Known;
use crate::line::Delivery;
use crate::policy::Rule;
use crate::ports::{Callback, Connections, Toggles};

/// Sends the toggles that a batch says have changed to every connection, the known ones first.
/// Returns the index of the first record that must be retried.
///
/// It sends the table's states, never the records' images: a retried or replayed record would bring
/// back a state that ended long ago. After its last post it reads the toggles again and sends those
/// that have changed since. That makes it safe against itself: two concurrent invocations for one
/// toggle, from a redelivery or a retry, end with the same state whichever of them posts last.
pub async fn announce<T, C, P>(
    event: &StreamEvent,
    toggles: &T,
    known: &Known,
    exchange: &Delivery<'_, C, P>,
) -> Option<usize>
where
    T: Toggles,
    C: Connections,
    P: Callback,
{
    let (triggers, malformed) = coalesce(event);
    let (mut pending, unread) = read(triggers, toggles, exchange).await;
    let mut failed = earliest(malformed, unread);
    while !pending.is_empty() {
        let began = Instant::now();
        failed = earliest(failed, FanOut::of(&pending, known, exchange).run().await);
        if !exchange.policy.keeps(Rule::Verify) {
            return failed;
        }
        let (changed, unread) = reread(pending, toggles, exchange).await;
        failed = earliest(failed, unread);
        pending = changed;
        // Another round would not fit: what has changed is left to a retry.
        if Instant::now() + began.elapsed() >= exchange.deadline.tell {
            failed = earliest(failed, first_of(&pending));
            break;
        }
    }
    failed
}

/// The toggles that differ from what was sent, and the first record whose toggle cannot be read.
async fn reread<T: Toggles, C, P>(
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

/// The toggles' states in the table, and the first record whose toggle cannot be read.
async fn read<T: Toggles, C, P>(
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

#[cfg(test)]
mod tests;
