//! Toggle-message: sends changes to every connection, until the last sent state is the current one,
//! or leaves that to the workers of the queue of slices.

use futures_util::future::{FutureExt, join};
use toggle_rules::is_segment;
use tokio::time::{Instant, timeout};

use crate::coalesce::{Pending, Trigger, coalesce, earliest, first_of};
use crate::current::{dependants_of, ids, read, reread};
use crate::event::StreamEvent;
use crate::fan_out::{FanOut, HEAD_START, Outcome};
use crate::known::Known;
use crate::line::Delivery;
use crate::outbox::{Outbox, Work};
use crate::policy::{Rule, Sender};
use crate::ports::{Backlog, Callback, Connections, Toggles};
use crate::receipts::{Place, Requests, Rests, receipts, report};
use crate::sending::{Counts, Sent};

/// Sends the toggles that a batch says have changed to every connection, the known ones first.
/// Returns the index of the first record that must be retried.
///
/// It sends the table's states, never the records' images: a retried or replayed record would bring
/// back a state that ended long ago. After its last post it reads the toggles again and sends those
/// that have changed since. That makes it safe against itself: two concurrent invocations for one
/// toggle, from a redelivery or a retry, end with the same state whichever of them posts last.
///
/// What it cannot finish is stored in the queue, and then no record is retried for it: a retry would
/// send to the same connections again, and to the others never.
pub async fn announce<T, C, P, B>(
    event: &StreamEvent,
    toggles: &T,
    known: &Known,
    exchange: &Delivery<'_, C, P>,
    outbox: &Outbox<'_, B>,
) -> Option<usize>
where
    T: Toggles,
    C: Connections,
    P: Callback,
    B: Backlog,
{
    let (triggers, malformed) = coalesce(event);
    let changed = triggers.iter().filter(|trigger| !is_segment(&trigger.id));
    let changed = changed.cloned().collect();
    let changed = send(event, changed, toggles, known, exchange, outbox).shared();
    // Beside it: most toggles have no rules, and need not wait for those that do.
    let others = async {
        let _ = timeout(HEAD_START, changed.clone()).await;
        let first = triggers.iter().map(|trigger| trigger.first).min();
        match dependants_of(&triggers, toggles, exchange).await {
            Some(others) => send(event, others, toggles, known, exchange, outbox).await,
            None => first,
        }
    };
    let (changed, others) = join(changed.clone(), others).await;
    earliest(malformed, earliest(changed, others))
}

/// Sends some toggles. Returns the index of the first record that must be retried.
async fn send<T, C, P, B>(
    event: &StreamEvent,
    triggers: Vec<Trigger>,
    toggles: &T,
    known: &Known,
    exchange: &Delivery<'_, C, P>,
    outbox: &Outbox<'_, B>,
) -> Option<usize>
where
    T: Toggles,
    C: Connections,
    P: Callback,
    B: Backlog,
{
    let mut requests = Requests::of(event);
    let (mut pending, mut failed) = read(triggers, toggles, exchange).await;
    let mut round = 0;
    while !pending.is_empty() {
        let began = Instant::now();
        let outcome = FanOut::of(&pending, known, exchange).run().await;
        let places = requests.take(&pending);
        let sent = match outcome {
            Outcome::Told { sent } => sent,
            Outcome::TooMany { in_doubt } => {
                let sent = Sent {
                    counts: Counts::default(),
                    left: in_doubt,
                };
                let unstored = leave(sent, &pending, &[], exchange, outbox).await;
                let sliced = slice(event, &pending, &places, exchange, outbox).await;
                return earliest(failed, earliest(unstored, sliced));
            }
        };
        failed = earliest(
            failed,
            leave(sent, &pending, &places, exchange, outbox).await,
        );
        if !exchange.policy.rereads(Sender::ToggleMessage, round) {
            return failed;
        }
        round += 1;
        let (changed, unread) = reread(pending, toggles, exchange).await;
        failed = earliest(failed, unread);
        pending = changed;
        // Another round would not fit.
        if !pending.is_empty() && Instant::now() + began.elapsed() >= exchange.deadline.begin {
            return earliest(failed, slice(event, &pending, &[], exchange, outbox).await);
        }
    }
    failed
}

/// Leaves toggles to the workers, and waits for them: what changes meanwhile is then one batch.
/// Returns the first record, if the queue cannot be written.
async fn slice<C: Connections, P: Callback, B: Backlog>(
    event: &StreamEvent,
    pending: &[Pending],
    places: &[Place],
    exchange: &Delivery<'_, C, P>,
    outbox: &Outbox<'_, B>,
) -> Option<usize> {
    let last = event.records.last();
    let sequence = last.map_or("", |record| &record.change.sequence_number);
    let work = Work {
        toggles: &ids(pending),
        receipts: &receipts(places),
    };
    let Some(rests) = outbox.slice(work, exchange.policy, sequence).await else {
        return first_of(pending);
    };
    report(places, Counts::default(), rests, exchange).await;
    outbox.drained(exchange.deadline.begin).await;
    None
}

/// Leaves connections to the workers. Returns the first record, if the queue cannot be written.
async fn leave<C: Connections, P: Callback, B: Backlog>(
    Sent { counts, left }: Sent,
    pending: &[Pending],
    places: &[Place],
    exchange: &Delivery<'_, C, P>,
    outbox: &Outbox<'_, B>,
) -> Option<usize> {
    let work = Work {
        toggles: &ids(pending),
        receipts: &receipts(places),
    };
    let rests = if left.is_empty() || !exchange.policy.keeps(Rule::Leave) {
        Some(Rests::new())
    } else {
        outbox.leave(work, &left).await
    };
    let Some(rests) = rests else {
        return first_of(pending);
    };
    report(places, counts, rests, exchange).await;
    None
}

#[cfg(test)]
mod tests;
