//! One fan-out of changes to every connection.

use std::cell::RefCell;
use std::future::ready;
use std::time::Duration;

use futures_util::future::{FutureExt, join};
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::error;

use crate::clock::bounded;
use crate::coalesce::{Pending, earliest, first_of};
use crate::connection::Connection;
use crate::known::Known;
use crate::line::{ConnectionSender, Delivery, End};
use crate::message::{change, changes};
use crate::policy::Rule;
use crate::ports::{Callback, Connections, TableError};

/// How long the scan waits while the known connections are sent to: about as long as a post takes.
/// Its cost on a small function's processor, or in a service that handles one request at a time,
/// would delay the posts.
const HEAD_START: Duration = Duration::from_millis(20);

/// One fan-out of changes to every connection: at once to the known ones, and to the others that
/// the scan finds.
#[derive(Debug)]
pub struct FanOut<'a, C, P> {
    pending: &'a [Pending],
    /// For connections that have had the state.
    messages: Vec<Vec<u8>>,
    /// For connections that may have had nothing so far: their first array must be the state.
    singles: Vec<Vec<u8>>,
    known: &'a Known,
    exchange: &'a Delivery<'a, C, P>,
    slots: Semaphore,
}

impl<'a, C: Connections, P: Callback> FanOut<'a, C, P> {
    /// A fan-out of these changes.
    #[must_use]
    pub fn of(pending: &'a [Pending], known: &'a Known, exchange: &'a Delivery<'a, C, P>) -> Self {
        let limit = exchange.policy.message_limit;
        let toggles: Vec<_> = pending
            .iter()
            .map(|toggle| (toggle.id.as_str(), toggle.item.as_ref()))
            .collect();
        let single = |(id, item): &(&str, _)| change(id, *item, limit);
        Self {
            pending,
            messages: changes(&toggles, limit),
            singles: toggles.iter().map(single).collect(),
            known,
            exchange,
            slots: Semaphore::new(exchange.policy.concurrency),
        }
    }

    /// Sends. Returns the first record that was not sent to every connection.
    pub async fn run(&self) -> Option<usize> {
        let known = self.known.all();
        let unseen = RefCell::new(known.clone());
        let scans = self.exchange.policy.keeps(Rule::Scan) || known.is_empty();
        let others = stream::iter(scans.then(|| self.scan())).flatten();
        let others = others.try_filter(|found| ready(!unseen.borrow_mut().remove(found)));

        let first = self.tell_each(stream::iter(known).map(Ok)).shared();
        let then = async {
            let _ = timeout(HEAD_START, first.clone()).await;
            self.tell_each(others).await
        };
        let (first, then) = join(first.clone(), then).await;
        for left in unseen.into_inner() {
            self.known.remove(&left);
        }
        earliest(first, then)
    }

    /// Every stored connection that has not expired, page by page: the next page is read while the
    /// last one is being sent to.
    fn scan(&self) -> impl Stream<Item = Result<Connection, TableError>> + '_ {
        let FanOut { exchange, .. } = self;
        let pages = stream::unfold(
            Some(None),
            move |after: Option<Option<String>>| async move {
                let page = exchange.connections.page(after?);
                let page = bounded(exchange.deadline.tell, page).await;
                let next = page.as_ref().ok().and_then(|page| page.next.clone());
                Some((page, next.map(Some)))
            },
        );
        let live = |found: &Connection| ready(!exchange.clock.has_expired(found));
        pages
            .map_ok(|page| stream::iter(page.connections.into_iter().map(Ok)))
            .try_flatten()
            .try_filter(live)
    }

    /// A page that cannot be read ends the scan: connections of earlier pages are sent to
    /// nevertheless, and the batch fails from its first record.
    async fn tell_each(
        &self,
        connections: impl Stream<Item = Result<Connection, TableError>>,
    ) -> Option<usize> {
        let told = connections.map(|connection| async {
            match connection {
                Ok(connection) => self.tell(&connection).await,
                Err(error) => {
                    unscanned(&error);
                    Some(0)
                }
            }
        });
        let told = told.buffer_unordered(self.exchange.policy.concurrency);
        told.fold(None, |first, failed| ready(earliest(first, failed)))
            .await
    }

    /// Sends to one connection, message by message. Returns the first record that it has not been
    /// sent, if it could not be closed either. A connection that accepts them all is known from then
    /// on.
    async fn tell(&self, connection: &Connection) -> Option<usize> {
        // Never closed during this invocation.
        let _slot = self.slots.acquire().await;
        self.exchange.tally.connections.add();
        let mut line =
            ConnectionSender::new(self.exchange, connection, self.known.remove(connection));
        for message in self.messages_for(connection) {
            if self.exchange.deadline.is_past() {
                // All that was sent was accepted, so nothing is in doubt: the retry sends the rest.
                self.exchange.tally.failed.add();
                return first_of(self.pending);
            }
            match line.tell(message).await {
                Ok(()) => {}
                Err(End::Gone) => return None,
                Err(End::Early) if line.leave().await => return None,
                Err(End::Untold) if line.give_up().await => return None,
                Err(End::Early | End::Untold) => return first_of(self.pending),
            }
        }
        self.known.add(connection);
        None
    }

    fn messages_for(&self, connection: &Connection) -> &[Vec<u8>] {
        if self.exchange.clock.age(connection) < self.exchange.policy.young {
            &self.singles
        } else {
            &self.messages
        }
    }
}

fn unscanned(error: &TableError) {
    error!(
        error = error as &dyn std::error::Error,
        "connections cannot be read"
    );
}
