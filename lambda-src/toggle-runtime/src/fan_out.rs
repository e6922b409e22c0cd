//! One fan-out of changes to every connection, unless there are too many for one invocation.

use std::time::Duration;

use futures_util::future::{FutureExt, join};
use futures_util::stream;
use tokio::time::timeout;
use tracing::error;

use crate::clock::bounded;
use crate::coalesce::Pending;
use crate::connection::Connection;
use crate::known::Known;
use crate::line::Delivery;
use crate::policy::Rule;
use crate::ports::{Callback, Connections, TableError};
use crate::sending::{Left, Sending, Sent};
use crate::task::Segment;

/// How long a scan waits while the known connections are sent to: about as long as a post takes.
/// Its cost on a small function's processor, or in a service that handles one request at a time,
/// would delay the posts.
pub(crate) const HEAD_START: Duration = Duration::from_millis(20);

/// How a fan-out ended.
#[derive(Debug)]
pub enum Outcome {
    /// Every connection was sent to, or is closed, except these.
    Told {
        /// How many were, and the connections that are to be sent to later.
        sent: Sent,
    },
    /// Workers must do it, for all connections: there are too many, or they could not be read.
    /// Nothing that this fan-out posted is still on its way, except to those in doubt.
    TooMany {
        /// The connections that a post may still reach, whoever sends to them later.
        in_doubt: Left,
    },
}

/// One fan-out of changes to every connection: at once to the known ones, and to the others that
/// the scan finds.
#[derive(Debug)]
pub struct FanOut<'a, C, P> {
    sending: Sending<'a, C, P>,
    known: &'a Known,
    exchange: &'a Delivery<'a, C, P>,
}

impl<'a, C: Connections, P: Callback> FanOut<'a, C, P> {
    /// A fan-out of these changes.
    #[must_use]
    pub fn of(pending: &'a [Pending], known: &'a Known, exchange: &'a Delivery<'a, C, P>) -> Self {
        Self {
            sending: Sending::of(pending, known, exchange),
            known,
            exchange,
        }
    }

    /// Sends. If there are too many connections, all that were known are forgotten.
    pub async fn run(self) -> Outcome {
        let known = self.known.all();
        let mut unseen = known.clone();
        let first = self.sending.to_each(stream::iter(known)).shared();
        let then = async {
            let _ = timeout(HEAD_START, first.clone()).await;
            let Some(found) = self.scan().await else {
                self.sending.stop();
                return false;
            };
            let others = found.into_iter().filter(|found| !unseen.remove(found));
            self.sending.to_each(stream::iter(others)).await;
            true
        };
        let ((), complete) = join(first.clone(), then).await;
        drop(first);
        if !complete {
            self.known.clear();
            let mut in_doubt = self.sending.end().left;
            in_doubt.untold.clear();
            return Outcome::TooMany { in_doubt };
        }
        for left in unseen {
            self.known.remove(&left);
        }
        let sent = self.sending.end();
        Outcome::Told { sent }
    }

    /// Every stored connection that has not expired; `None` if that is too many, or if a page cannot
    /// be read in time. Nobody is sent to before that is known: a worker would send to them again.
    async fn scan(&self) -> Option<Vec<Connection>> {
        let FanOut { exchange, .. } = self;
        let known = self.known.all();
        if !exchange.policy.keeps(Rule::Scan) && !known.is_empty() {
            return Some(known.into_iter().collect());
        }
        let (mut found, mut rest) = (Vec::new(), Some(Segment::whole()));
        while let Some(segment) = rest {
            let page = exchange.connections.page(&segment);
            let page = bounded(exchange.deadline.begin, page).await;
            let page = page.inspect_err(unscanned).ok()?;
            let live = |found: &Connection| !exchange.has_expired(found);
            found.extend(page.connections.into_iter().filter(live));
            if found.len() > exchange.policy.slice_above {
                return None;
            }
            rest = page.next.map(|key| segment.after(key));
        }
        Some(found)
    }
}

/// Logs that a page of connections cannot be read.
pub(crate) fn unscanned(error: &TableError) {
    error!(
        error = error as &dyn std::error::Error,
        "connections cannot be read"
    );
}
