//! Sending to one connection, one message after the other.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::{debug, warn};

use crate::backoff::Backoff;
use crate::clock::{Clock, Deadline, bounded};
use crate::connection::Connection;
use crate::pace::Pace;
use crate::policy::{Policy, Rule};
use crate::ports::{Callback, CallbackError, Connections};
use crate::tally::Tally;

/// Why a connection gets no further messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is closed. There is no client to send to.
    Gone,
    /// It was open in spite of a 410, and is closed now: its client connects again.
    Closed,
    /// It is not open yet: new-connection, which reads the table once it is, will send to it, from
    /// another record if it is new-connection that finds this.
    Early,
    /// It could not be reached, or not for certain.
    Untold,
    /// The invocation's time is over, and nothing about it is in doubt: it can be sent to later.
    Later,
}

/// The parts that all senders of an invocation share.
#[derive(Debug)]
pub struct Delivery<'a, C, P> {
    /// The connections table.
    pub connections: &'a C,
    /// The `@connections` API.
    pub callback: &'a P,
    /// The callback URL of the API and stage that this system has now.
    pub own: &'a str,
    /// The limits.
    pub policy: &'a Policy,
    /// The pace of posts and closes.
    pub pace: &'a Pace,
    /// The clock.
    pub clock: Clock,
    /// The deadline.
    pub deadline: Deadline,
    /// The counters.
    pub tally: &'a Tally,
}

impl<C, P> Delivery<'_, C, P> {
    /// Whether only the item of a connection is left.
    #[must_use]
    pub fn has_expired(&self, connection: &Connection) -> bool {
        self.policy.keeps(Rule::Expiry) && self.clock.has_expired(connection)
    }
}

/// The sender for one connection.
#[derive(Debug)]
pub struct ConnectionSender<'a, C, P> {
    exchange: &'a Delivery<'a, C, P>,
    connection: &'a Connection,
    /// Whether it accepted a message, so that it was open: from then on, 410 means closed.
    heard: bool,
    /// Whether this sender has posted anything.
    posted: bool,
    /// Whether a post may still arrive, however late.
    in_doubt: bool,
}

impl<'a, C: Connections, P: Callback> ConnectionSender<'a, C, P> {
    /// A sender for a connection, and whether that accepted a message before.
    #[must_use]
    pub fn new(exchange: &'a Delivery<'a, C, P>, connection: &'a Connection, heard: bool) -> Self {
        Self {
            exchange,
            connection,
            heard,
            posted: false,
            in_doubt: false,
        }
    }

    /// Sends one message, within the budget, the deadline and the patience of the policy.
    pub async fn tell(&mut self, message: &[u8]) -> Result<(), End> {
        let (began, deadline) = (Instant::now(), self.exchange.deadline);
        let budget = began + self.budget(self.exchange.policy.budget);
        // The last attempt begins before one moment, and ends before another.
        let (begin, until) = (deadline.begin.min(budget), deadline.tell.min(budget));
        let over = if deadline.begin < budget {
            End::Later
        } else {
            End::Untold
        };
        let (mut overload, mut appearance) = (Backoff::overload(), Backoff::appearance());
        loop {
            if !self.exchange.pace.turn(begin).await {
                return Err(over);
            }
            let backoff = match self.attempt(message, until).await {
                Ok(()) => {
                    self.heard = true;
                    self.exchange.tally.told.set();
                    return Ok(());
                }
                Err(CallbackError::Gone) if !self.is_foreign() => {
                    if let Some(end) = self.gone(began).await {
                        return Err(end);
                    }
                    &mut appearance
                }
                Err(CallbackError::Again(_)) => {
                    self.exchange.tally.retries.add();
                    &mut overload
                }
                Err(_) => return Err(End::Untold),
            };
            if !backoff.wait_until(begin).await {
                return Err(over);
            }
        }
    }

    /// Counts a connection that could not be reached, and closes it: its client reconnects and gets
    /// the whole state, and a message that is still on its way reaches no client. Returns whether
    /// nothing is left to send to it, so that no record needs a retry for it.
    ///
    /// A connection that was sent nothing stays open: nothing about it is in doubt, and the retry
    /// sends to it. One of another API or stage is forgotten: that was most likely deleted, and
    /// answers 403 for good (awsdocs/amazon-api-gateway-developer-guide#27), or not at all.
    pub async fn give_up(&self) -> bool {
        let exchange = self.exchange;
        exchange.tally.failed.add();
        let closes = self.posted && exchange.policy.keeps(Rule::Close);
        let closed = closes && self.is_closed_after(self.close().await);
        let forgotten = self.posted && self.is_foreign() && exchange.policy.keeps(Rule::Forget);
        if forgotten {
            self.forget().await;
        }
        let connection = self.connection.id.as_str();
        let endpoint = forgotten.then_some(self.connection.endpoint.as_str());
        warn!(
            connection,
            closed,
            forgotten = endpoint,
            "connection cannot be reached"
        );
        closed || forgotten
    }

    /// Whether a post may still arrive, however late: only a close makes sure that it does not.
    #[must_use]
    pub const fn is_in_doubt(&self) -> bool {
        self.in_doubt
    }

    /// Closes a connection that was open. Returns whether it is closed.
    pub async fn end(&self) -> bool {
        !self.exchange.policy.keeps(Rule::Close) || self.is_closed_after(self.close().await)
    }

    /// Whether it belongs to another API or stage, such as one that the system had before.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.connection.endpoint != self.exchange.own
    }

    /// The time for a call that has `budget` on this system's own API.
    fn budget(&self, budget: Duration) -> Duration {
        if self.is_foreign() {
            self.exchange.policy.foreign_budget
        } else {
            budget
        }
    }

    async fn attempt(&mut self, message: &[u8], until: Instant) -> Result<(), CallbackError> {
        self.posted = true;
        self.exchange.tally.posts.add();
        let post = self.exchange.callback.post(self.connection, message);
        let result = timeout_at(until, post).await;
        let result =
            result.unwrap_or_else(|_| Err(CallbackError::InDoubt("it took too long".into())));
        if let Err(error) = &result {
            self.log(error);
            self.in_doubt |= matches!(error, CallbackError::InDoubt(_));
        }
        result
    }

    fn log(&self, error: &CallbackError) {
        let connection = self.connection.id.as_str();
        // Retries are frequent under load; connections that are given up are logged in any case.
        if matches!(error, CallbackError::Gone | CallbackError::Again(_)) {
            debug!(connection, %error, "post failed");
        } else {
            warn!(connection, %error, "post failed");
        }
    }

    /// Whether it has been open, so that 410 means closed.
    fn must_have_opened(&self) -> bool {
        let exchange = self.exchange;
        self.heard || exchange.clock.age(self.connection) >= exchange.policy.young
    }

    /// The meaning of a 410; `None` if that may change in a moment.
    ///
    /// A closed connection is closed again before it is forgotten: an open one that was answered with
    /// 410, as reported in aws/aws-sdk-js#3773, would otherwise never hear of a change again.
    async fn gone(&self, began: Instant) -> Option<End> {
        let exchange = self.exchange;
        if self.must_have_opened() {
            let end = if exchange.policy.keeps(Rule::Confirm) {
                match self.close().await {
                    Closing::Done => End::Closed,
                    Closing::NotOpen => End::Gone,
                    Closing::Unknown => return Some(End::Untold),
                }
            } else {
                End::Gone
            };
            self.forget().await;
            exchange.tally.gone.add();
            return Some(end);
        }
        if began.elapsed() >= exchange.policy.patience {
            exchange.tally.early.add();
            return Some(End::Early);
        }
        // A client that has left again needs no waiting for. Not knowing costs only the waiting.
        let exists = exchange.connections.exists(self.connection);
        if matches!(bounded(exchange.deadline.tell, exists).await, Ok(false)) {
            exchange.tally.gone.add();
            return Some(End::Gone);
        }
        None
    }

    /// An item that remains costs one post the next time, and expires: no reason to fail.
    async fn forget(&self) {
        let forget = self.exchange.connections.forget(self.connection);
        if let Err(error) = bounded(self.exchange.deadline.close, forget).await {
            let connection = self.connection.id.as_str();
            warn!(
                connection,
                error = &error as &dyn std::error::Error,
                "item of a closed connection could not be deleted"
            );
        }
    }

    /// Leaves a connection that is not open yet to new-connection, which reads the table once it is.
    ///
    /// If it can be closed, the 410 was wrong: it is open, and new-connection may be through with it.
    pub async fn leave(&self) -> Closing {
        if self.exchange.policy.keeps(Rule::Confirm) {
            self.close().await
        } else {
            Closing::NotOpen
        }
    }

    fn is_closed_after(&self, closing: Closing) -> bool {
        match closing {
            Closing::Done => true,
            // Otherwise it may still be about to open.
            Closing::NotOpen => self.must_have_opened(),
            Closing::Unknown => false,
        }
    }

    async fn close(&self) -> Closing {
        let budget = self.budget(self.exchange.policy.close_budget);
        let until = self.exchange.deadline.close.min(Instant::now() + budget);
        let mut backoff = Backoff::overload();
        loop {
            if !self.exchange.pace.turn(until).await {
                return Closing::Unknown;
            }
            let closing = self.exchange.callback.close(self.connection);
            match timeout_at(until, closing).await {
                Ok(Ok(())) => {
                    self.exchange.tally.closed.add();
                    return Closing::Done;
                }
                Ok(Err(CallbackError::Gone)) => return Closing::NotOpen,
                Ok(Err(CallbackError::Again(_) | CallbackError::InDoubt(_))) => {}
                Ok(Err(CallbackError::Refused(_))) | Err(_) => return Closing::Unknown,
            }
            if !backoff.wait_until(until).await {
                return Closing::Unknown;
            }
        }
    }
}

/// How an attempt to close a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// It was open, and is closed.
    Done,
    /// 410: it is closed, or not open yet.
    NotOpen,
    /// It may be open.
    Unknown,
}

/// Milliseconds, for logs.
#[must_use]
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Milliseconds to the microsecond, for logs.
#[must_use]
pub(crate) fn fraction(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
