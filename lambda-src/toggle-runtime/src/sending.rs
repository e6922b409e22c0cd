//! Sending changed toggles to many connections at once.

use std::cell::{Cell, RefCell};
use std::future::ready;

use futures_util::stream::{Stream, StreamExt};
use tokio::sync::Semaphore;

use crate::coalesce::Pending;
use crate::connection::Connection;
use crate::known::Known;
use crate::line::{ConnectionSender, Delivery, End};
use crate::message::{change, changes};
use crate::ports::{Callback, Connections};

/// The connections that were not sent everything and could not be closed.
#[derive(Debug, Default)]
pub struct Left {
    /// They can be sent to later.
    pub untold: Vec<Connection>,
    /// A post to them may still arrive, and would override a later one: they must be closed.
    pub doubtful: Vec<Connection>,
}

impl Left {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.untold.len() + self.doubtful.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The same messages to many connections, several at once.
#[derive(Debug)]
pub struct Sending<'a, C, P> {
    /// For connections that have had the state.
    messages: Vec<Vec<u8>>,
    /// For connections that may have had nothing so far: their first array must be the state.
    singles: Vec<Vec<u8>>,
    known: &'a Known,
    exchange: &'a Delivery<'a, C, P>,
    slots: Semaphore,
    left: RefCell<Left>,
    stopped: Cell<bool>,
}

impl<'a, C: Connections, P: Callback> Sending<'a, C, P> {
    /// Of these states. Who accepts them all is known from then on.
    #[must_use]
    pub fn of(pending: &[Pending], known: &'a Known, exchange: &'a Delivery<'a, C, P>) -> Self {
        let limit = exchange.policy.message_limit;
        let toggles: Vec<_> = pending
            .iter()
            .map(|toggle| (toggle.id.as_str(), toggle.item.as_ref()))
            .collect();
        let single = |(id, item): &(&str, _)| change(id, *item, limit);
        Self {
            messages: changes(&toggles, limit),
            singles: toggles.iter().map(single).collect(),
            known,
            exchange,
            slots: Semaphore::new(exchange.policy.concurrency),
            left: RefCell::default(),
            stopped: Cell::default(),
        }
    }

    /// Sends to connections, of which concurrent calls share the slots.
    pub async fn to_each(&self, connections: impl Stream<Item = Connection>) {
        let told = connections.map(|connection| self.tell(connection));
        let told = told.buffer_unordered(self.exchange.policy.concurrency);
        told.for_each(ready).await;
    }

    /// Begins with no further connection.
    pub fn stop(&self) {
        self.stopped.set(true);
    }

    /// The connections that were not sent everything and could not be closed.
    #[must_use]
    pub fn left(self) -> Left {
        self.left.into_inner()
    }

    /// Sends to one connection, message by message.
    async fn tell(&self, connection: Connection) {
        // Never closed during this invocation.
        let _slot = self.slots.acquire().await;
        if self.stopped.get() {
            return;
        }
        self.exchange.tally.connections.add();
        let heard = self.known.remove(&connection);
        let mut line = ConnectionSender::new(self.exchange, &connection, heard);
        for message in self.messages_for(&connection) {
            let settled = match line.tell(message).await {
                Ok(()) => continue,
                Err(End::Gone) => true,
                Err(End::Early) => line.leave().await,
                Err(End::Untold) => line.give_up().await,
                Err(End::Later) => false,
            };
            if !settled {
                self.exchange.tally.left.add();
                let doubtful = line.is_in_doubt();
                let mut left = self.left.borrow_mut();
                if doubtful {
                    left.doubtful.push(connection);
                } else {
                    left.untold.push(connection);
                }
            }
            return;
        }
        self.known.add(&connection);
    }

    fn messages_for(&self, connection: &Connection) -> &[Vec<u8>] {
        if self.exchange.clock.age(connection) < self.exchange.policy.young {
            &self.singles
        } else {
            &self.messages
        }
    }
}
