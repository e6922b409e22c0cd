//! One connection being told, one message after the other.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::{debug, warn};

use crate::backoff::Backoff;
use crate::clock::{Clock, Deadline};
use crate::connection::Connection;
use crate::policy::{Policy, Rule};
use crate::ports::{Callback, CallbackError, Connections};
use crate::tally::Tally;

/// Why a connection gets no further messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is closed. Nobody is left to be told.
    Gone,
    /// It is not open yet: new-connection, which reads the table once it is, will tell it.
    Early,
    /// It could not be told, or not for certain.
    Untold,
}

/// What all lines of an invocation share.
#[derive(Debug)]
pub struct Delivery<'a, C, P> {
    /// The connections table.
    pub connections: &'a C,
    /// The `@connections` API.
    pub callback: &'a P,
    /// The bounds.
    pub policy: &'a Policy,
    /// The time.
    pub clock: Clock,
    /// When to be done.
    pub deadline: Deadline,
    /// The counts.
    pub tally: &'a Tally,
}

/// One connection being told.
#[derive(Debug)]
pub struct ConnectionSender<'a, C, P> {
    exchange: &'a Delivery<'a, C, P>,
    connection: &'a Connection,
    /// Whether it took a message, so that it was open: from then on, 410 means closed.
    heard: bool,
}

impl<'a, C: Connections, P: Callback> ConnectionSender<'a, C, P> {
    /// A line to a connection, and whether that took a message before.
    #[must_use]
    pub fn new(exchange: &'a Delivery<'a, C, P>, connection: &'a Connection, heard: bool) -> Self {
        Self {
            exchange,
            connection,
            heard,
        }
    }

    /// Sends one message, within the budget, the deadline and the patience of the policy.
    pub async fn tell(&mut self, message: &[u8]) -> Result<(), End> {
        let began = Instant::now();
        let until = self
            .exchange
            .deadline
            .tell
            .min(began + self.exchange.policy.budget);
        let (mut overload, mut appearance) = (Backoff::overload(), Backoff::appearance());
        loop {
            let backoff = match self.attempt(message).await {
                Ok(()) => {
                    self.heard = true;
                    self.exchange.tally.told.set();
                    return Ok(());
                }
                Err(CallbackError::Gone) => {
                    if let Some(end) = self.gone(began).await {
                        return Err(end);
                    }
                    &mut appearance
                }
                Err(CallbackError::Again(_)) => {
                    self.exchange.tally.retries.add();
                    &mut overload
                }
                Err(CallbackError::InDoubt(_) | CallbackError::Refused(_)) => {
                    return Err(End::Untold);
                }
            };
            if !backoff.wait_until(until).await {
                return Err(End::Untold);
            }
        }
    }

    /// Counts a connection that could not be told, and closes it: its client comes back and gets
    /// the whole state, and a message that is still on its way reaches nobody.
    pub async fn give_up(&self) {
        let exchange = self.exchange;
        exchange.tally.failed.add();
        let closed = exchange.policy.keeps(Rule::Close) && self.close().await;
        if closed {
            exchange.tally.closed.add();
        }
        let connection = self.connection.id.as_str();
        warn!(connection, closed, "connection cannot be told");
    }

    async fn attempt(&self, message: &[u8]) -> Result<(), CallbackError> {
        self.exchange.tally.posts.add();
        let post = self.exchange.callback.post(self.connection, message);
        let result = timeout_at(self.exchange.deadline.tell, post).await;
        let result =
            result.unwrap_or_else(|_| Err(CallbackError::InDoubt("the deadline passed".into())));
        if let Err(error) = &result {
            self.log(error);
        }
        result
    }

    fn log(&self, error: &CallbackError) {
        let connection = self.connection.id.as_str();
        // What is tried again is frequent under load: whoever is given up is logged then.
        if matches!(error, CallbackError::Gone | CallbackError::Again(_)) {
            debug!(connection, %error, "post failed");
        } else {
            warn!(connection, %error, "post failed");
        }
    }

    /// What a 410 means; `None` when it may be different in a moment.
    async fn gone(&self, began: Instant) -> Option<End> {
        let exchange = self.exchange;
        if self.heard || exchange.clock.age(self.connection) >= exchange.policy.young {
            self.forget().await;
            exchange.tally.gone.add();
            return Some(End::Gone);
        }
        if began.elapsed() >= exchange.policy.patience {
            exchange.tally.early.add();
            return Some(End::Early);
        }
        // Whoever has left again needs no waiting for. Not knowing costs waiting only.
        if matches!(
            exchange.connections.exists(self.connection).await,
            Ok(false)
        ) {
            exchange.tally.gone.add();
            return Some(End::Gone);
        }
        None
    }

    /// An item that stays costs one post the next time, and expires: no reason to fail.
    async fn forget(&self) {
        if let Err(error) = self.exchange.connections.forget(self.connection).await {
            let connection = self.connection.id.as_str();
            warn!(
                connection,
                error = &error as &dyn std::error::Error,
                "closed connection's item stays for now"
            );
        }
    }

    async fn close(&self) -> bool {
        let until = self
            .exchange
            .deadline
            .close
            .min(Instant::now() + self.exchange.policy.close_budget);
        let mut backoff = Backoff::overload();
        loop {
            let closing = self.exchange.callback.close(self.connection);
            match timeout_at(until, closing).await {
                Ok(Ok(())) => return true,
                // It may be yet to open, when it was never heard.
                Ok(Err(CallbackError::Gone)) => return self.heard,
                Ok(Err(CallbackError::Again(_) | CallbackError::InDoubt(_))) => {}
                Ok(Err(CallbackError::Refused(_))) | Err(_) => return false,
            }
            if !backoff.wait_until(until).await {
                return false;
            }
        }
    }
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
