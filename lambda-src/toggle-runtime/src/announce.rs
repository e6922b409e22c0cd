//! Toggle-message: tells changes to every connection, and goes on until what it told is what is.

use futures_util::stream::{self, StreamExt};
use tokio::time::Instant;
use tracing::{error, info};

use crate::coalesce::{Pending, coalesce};
use crate::connection::Connection;
use crate::event::StreamEvent;
use crate::line::{End, Exchange, Line};
use crate::message::change;
use crate::ports::{Callback, Connections, TableError, Toggles};

/// How often a toggle that has changed meanwhile is told again. One that changes faster than it can be told is left
/// to the records of those changes, which come after this batch.
const ROUNDS: usize = 5;

/// Tells every connection the changes of a batch. Returns the index of the first record that has to be retried.
///
/// After its last post it reads the changed toggles again and tells what has become different. That makes it safe
/// against itself: two invocations for one toggle at once, from a redelivery or a retry, end with the same state
/// whichever of them posts last.
pub async fn announce<T, C, P>(event: &StreamEvent, toggles: &T, exchange: &Exchange<'_, C, P>) -> Option<usize>
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
        failed = earliest(failed, fan_out(&pending, exchange).await);
        if !exchange.policy.verify {
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
        info!(toggles = pending.len(), "toggles change faster than they can be told");
    }
    failed
}

fn earliest(left: Option<usize>, right: Option<usize>) -> Option<usize> {
    left.into_iter().chain(right).min()
}

/// Posts every message to every connection. A page that cannot be read ends the scan: those of earlier pages are told
/// nevertheless, and the batch fails from its first record.
async fn fan_out<C, P>(pending: &[Pending], exchange: &Exchange<'_, C, P>) -> Option<usize>
where
    C: Connections,
    P: Callback,
{
    let limit = exchange.policy.message_limit;
    let messages: Vec<Vec<u8>> = pending.iter().map(|toggle| change(&toggle.id, toggle.item.as_ref(), limit)).collect();
    let messages = &messages;
    scan(exchange.connections)
        .map(|connection| async move {
            match connection {
                Ok(connection) => tell(&connection, pending, messages, exchange).await,
                Err(error) => {
                    unscanned(&error);
                    Some(0)
                }
            }
        })
        .buffer_unordered(exchange.policy.concurrency)
        .fold(None, |first, failed| async move { earliest(first, failed) })
        .await
}

fn unscanned(error: &TableError) {
    error!(error = error as &dyn std::error::Error, "connections cannot be read");
}

/// Every stored connection, page by page: the next page is read while the last one is being told.
fn scan<C: Connections>(connections: &C) -> impl stream::Stream<Item = Result<Connection, TableError>> + '_ {
    let pages = stream::unfold(Some(None), move |after: Option<Option<String>>| async move {
        match connections.page(after?).await {
            Ok(page) => Some((page.connections.into_iter().map(Ok).collect::<Vec<_>>(), page.next.map(Some))),
            Err(error) => Some((vec![Err(error)], None)),
        }
    });
    pages.flat_map(stream::iter)
}

/// Tells one connection, message after message. Returns the first record that it has not been told.
async fn tell<C, P>(
    connection: &Connection,
    pending: &[Pending],
    messages: &[Vec<u8>],
    exchange: &Exchange<'_, C, P>,
) -> Option<usize>
where
    C: Connections,
    P: Callback,
{
    exchange.tally.connections.add();
    let mut line = Line::new(exchange, connection);
    for (position, message) in messages.iter().enumerate() {
        if exchange.deadline.is_past() && position == 0 {
            // Nothing was sent, so nothing is in doubt: the retry will tell it.
            exchange.tally.failed.add();
            return first_of(pending);
        }
        match line.tell(message).await {
            Ok(()) => {}
            Err(End::Gone | End::Early) => return None,
            Err(End::Untold) => {
                line.give_up().await;
                return first_of(&pending[position..]);
            }
        }
    }
    None
}

fn first_of(untold: &[Pending]) -> Option<usize> {
    untold.iter().map(|toggle| toggle.first).min()
}

/// The toggles that are no longer what was told, and the first record whose toggle cannot be read.
async fn reread<T: Toggles>(told: Vec<Pending>, toggles: &T, concurrency: usize) -> (Vec<Pending>, Option<usize>) {
    let reads = stream::iter(told).map(|toggle| async move { (toggles.one(&toggle.id).await, toggle) });
    let reads: Vec<_> = reads.buffered(concurrency).collect().await;
    let (mut changed, mut unread) = (Vec::new(), None);
    for (now, toggle) in reads {
        match now {
            Ok(item) if item == toggle.item => {}
            Ok(item) => changed.push(Pending { item, ..toggle }),
            Err(error) => {
                error!(error = &error as &dyn std::error::Error, toggle = toggle.id, "toggle cannot be read again");
                unread = earliest(unread, Some(toggle.first));
            }
        }
    }
    (changed, unread)
}

#[cfg(test)]
mod tests;
