//! New-connection: sends the whole state to new connections, until the last sent state is the
//! current one.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use toggle_rules::is_segment;
use tokio::time::{Instant, timeout_at};
use tracing::error;

use crate::clock::bounded;
use crate::connection::Connection;
use crate::event::{Operation, StreamEvent};
use crate::item::{State, is_tombstone, removed_at};
use crate::line::{ConnectionSender, Delivery, End};
use crate::message::{change, differences};
use crate::policy::{Rule, Sender};
use crate::ports::{Callback, Connections, Toggles};
use crate::states::{Reading, States};

/// How far the clock that a tombstone was written by may be behind the functions': an operator's.
const CLOCKS_DIFFER: Duration = Duration::from_mins(10);

/// Sends to every connection that the batch inserted, or left to a record of its own. Returns the
/// index of the first record whose connection could not be reached.
pub async fn welcome<T, C, P>(
    event: &StreamEvent,
    toggles: &T,
    exchange: &Delivery<'_, C, P>,
) -> Option<usize>
where
    T: Toggles,
    C: Connections,
    P: Callback,
{
    let states = States::new(toggles, &exchange.policy.private, exchange.clock);
    let arrived = Instant::now();
    let welcomes = event
        .records
        .iter()
        .enumerate()
        .filter(|(_, record)| record.operation != Operation::Remove);
    stream::iter(welcomes)
        .map(|(index, record)| {
            let connection = record
                .change
                .new_image
                .as_ref()
                .and_then(Connection::from_item);
            let states = &states;
            async move {
                let done = match &connection {
                    Some(connection) if exchange.has_expired(connection) => true,
                    Some(connection) => welcome_one(connection, states, exchange, arrived).await,
                    None => malformed(index),
                };
                (!done).then_some(index)
            }
        })
        .buffer_unordered(exchange.policy.concurrency)
        .fold(None, |first: Option<usize>, failed| async move {
            first.into_iter().chain(failed).min()
        })
        .await
}

/// Nobody can be reached by such an item, however often it is retried: the connection manager did
/// not write it.
fn malformed(index: usize) -> bool {
    error!(index, "connection item has no id or no endpoint");
    true
}

/// Whether the connection was sent everything, or no longer needs it, since it is closed.
async fn welcome_one<T, C, P>(
    connection: &Connection,
    states: &States<'_, T>,
    exchange: &Delivery<'_, C, P>,
    arrived: Instant,
) -> bool
where
    T: Toggles,
    C: Connections,
    P: Callback,
{
    exchange.tally.connections.add();
    let mut line = ConnectionSender::new(exchange, connection, false);
    match converge(&mut line, connection, states, exchange, arrived).await {
        Ok(()) | Err(End::Gone | End::Closed) => true,
        Err(End::Early) => requeue(connection, exchange).await,
        Err(End::Untold | End::Later) => line.give_up().await,
    }
}

/// Leaves a connection that is not open yet to a record of its own, which the table's stream has
/// after its item was modified: waiting for it here would delay the batches behind this one.
async fn requeue<C, P>(connection: &Connection, exchange: &Delivery<'_, C, P>) -> bool
where
    C: Connections,
{
    if !exchange.policy.keeps(Rule::Requeue) {
        return true;
    }
    let now = exchange.clock.now_ms();
    let requeue = exchange.connections.requeue(connection, now);
    let requeued = bounded(exchange.deadline.close, requeue).await;
    if let Err(error) = &requeued {
        let error = error as &dyn std::error::Error;
        error!(
            error,
            connection = connection.id,
            "connection cannot be left to a later record"
        );
    }
    requeued.is_ok()
}

/// Sends the state, then reads it again and sends the differences, until the last messages are
/// current. The first round covers every toggle, including those that do not exist.
///
/// A change between the read and the post may have been sent by toggle-message before the older
/// state arrived. Every change read after the last message arrived was committed before it, or its
/// announcement is still to come.
async fn converge<T, C, P>(
    line: &mut ConnectionSender<'_, C, P>,
    connection: &Connection,
    states: &States<'_, T>,
    exchange: &Delivery<'_, C, P>,
    arrived: Instant,
) -> Result<(), End>
where
    T: Toggles,
    C: Connections,
    P: Callback,
{
    let limit = exchange.policy.message_limit;
    let answers = |of: &Reading| {
        let context = connection.context.as_deref();
        of.rules.answers(context, &exchange.tally.broken)
    };
    let mut told = read(states, arrived, exchange).await?;
    tell_all(line, &told.arrays(&answers(&told), limit)).await?;
    if exchange.policy.keeps(Rule::Removals) {
        tell_all(line, &removed_since(connection, &told.state, limit)).await?;
    }
    let mut last: Option<BTreeSet<String>> = None;
    let mut round = 0;
    while exchange.policy.rereads(Sender::NewConnection, round)
        && last.as_ref().is_none_or(|last| !last.is_empty())
    {
        round += 1;
        if exchange.deadline.is_past() {
            return Err(End::Untold);
        }
        let now = read(states, Instant::now(), exchange).await?;
        let changed = differences(&told.state, &now.state, last.as_ref());
        tell_all(line, &now.changes(&changed, &answers(&now), limit)).await?;
        (told, last) = (now, Some(changed));
    }
    Ok(())
}

/// The removals of toggles that were deleted since the connection was stored.
///
/// A killed invocation for the same connection may have sent them before: the client adds another
/// state to that one, and would keep them.
fn removed_since(connection: &Connection, state: &State, limit: usize) -> Vec<Vec<u8>> {
    let stored = connection.connected_at;
    let differ = u64::try_from(CLOCKS_DIFFER.as_millis()).unwrap_or(u64::MAX);
    let since = |at: u64| at.saturating_add(differ) >= stored;
    state
        .iter()
        .filter(|(id, _)| !is_segment(id))
        .filter(|(_, item)| is_tombstone(item) && removed_at(item).is_none_or(since))
        .map(|(id, item)| change(id, Some(item), limit))
        .collect()
}

async fn read<T: Toggles, C, P>(
    states: &States<'_, T>,
    after: Instant,
    exchange: &Delivery<'_, C, P>,
) -> Result<Rc<Reading>, End> {
    let read = timeout_at(exchange.deadline.tell, states.after(after)).await;
    let error: &dyn std::error::Error = match &read {
        Ok(Ok(reading)) => return Ok(Rc::clone(reading)),
        Ok(Err(error)) => &**error,
        Err(elapsed) => elapsed,
    };
    error!(error, "toggles cannot be read");
    Err(End::Untold)
}

async fn tell_all<C, P>(
    line: &mut ConnectionSender<'_, C, P>,
    messages: &[Vec<u8>],
) -> Result<(), End>
where
    C: Connections,
    P: Callback,
{
    for message in messages {
        line.tell(message).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
