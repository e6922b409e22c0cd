//! Toggle-message: sends changes to every connection, until the last sent state is the current one.

use futures_util::stream::{self, StreamExt};
use tokio::time::Instant;
use tracing::{error, info};

use crate::coalesce::{Pending, coalesce, earliest, first_of};
use crate::event::StreamEvent;
use crate::fan_out::FanOut;
use crate::known::Known;
use crate::line::Delivery;
use crate::policy::Rule;
use crate::ports::{Callback, Connections, Toggles};

/// How often a toggle that has changed in the meantime is sent again. One that changes faster than
/// it can be sent is left to the records of those changes, which follow this batch.
const ROUNDS: usize = 5;

/// Sends the changes of a batch to every connection, the known ones first. Returns the index of the
/// first record that must be retried.
///
/// After its last post it reads the changed toggles again and sends those that have changed since.
/// That makes it safe against itself: two concurrent invocations for one toggle, from a redelivery
/// or a retry, end with the same state whichever of them posts last.
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
    let (mut pending, mut failed) = coalesce(event);
    for _ in 0..ROUNDS {
        if pending.is_empty() {
            return failed;
        }
        let began = Instant::now();
        failed = earliest(failed, FanOut::of(&pending, known, exchange).run().await);
        if !exchange.policy.keeps(Rule::Verify) {
            return failed;
        }
        let (changed, unread) = reread(pending, toggles, exchange.policy.concurrency).await;
        failed = earliest(failed, unread);
        pending = changed;
        if Instant::now() + began.elapsed() >= exchange.deadline.tell {
            return earliest(failed, first_of(&pending));
        }
    }
    if !pending.is_empty() {
        info!(
            toggles = pending.len(),
            "toggles change faster than they can be sent"
        );
    }
    failed
}

/// The toggles that differ from what was sent, and the first record whose toggle cannot be read.
async fn reread<T: Toggles>(
    told: Vec<Pending>,
    toggles: &T,
    concurrency: usize,
) -> (Vec<Pending>, Option<usize>) {
    let reads =
        stream::iter(told).map(|toggle| async move { (toggles.one(&toggle.id).await, toggle) });
    let reads: Vec<_> = reads.buffered(concurrency).collect().await;
    let (mut changed, mut unread) = (Vec::new(), None);
    for (now, toggle) in reads {
        match now {
            Ok(item) if item == toggle.item => {}
            Ok(item) => changed.push(Pending { item, ..toggle }),
            Err(error) => {
                error!(
                    error = &error as &dyn std::error::Error,
                    toggle = toggle.id,
                    "toggle cannot be read again"
                );
                unread = earliest(unread, Some(toggle.first));
            }
        }
    }
    (changed, unread)
}

#[cfg(test)]
mod tests;
