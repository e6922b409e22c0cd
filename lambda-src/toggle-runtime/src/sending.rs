//! Sending changed toggles to many connections at once.

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::rc::Rc;

use futures_util::stream::{Stream, StreamExt};
use tokio::sync::Semaphore;

use crate::coalesce::Pending;
use crate::connection::Connection;
use crate::known::Known;
use crate::line::{Closing, ConnectionSender, Delivery, End};
use crate::message::{change, changes};
use crate::policy::Rule;
use crate::ports::{Callback, Connections};
use crate::rulebook::{Answers, Classes, Rulebook};
use crate::tally::Count;

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

/// How many connections were sent to, for receipts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// They accepted everything.
    pub told: u64,
    /// They could not be reached, or not for certain, and were closed.
    pub unreached: u64,
}

/// How sending to many connections ended.
#[derive(Debug, Default)]
pub struct Sent {
    /// The connections that need nothing more.
    pub counts: Counts,
    /// The others.
    pub left: Left,
}

/// How sending to one connection ended.
enum Fate {
    /// It accepted everything.
    Told,
    /// It was open, and is closed.
    Unreached,
    /// It has no client, or will be sent the state by new-connection.
    Elsewhere,
    /// It must be sent to later, or closed later.
    Left,
}

/// The messages to connections with the same answers.
#[derive(Debug)]
struct Messages {
    /// For connections that have had the state.
    arrays: Vec<Vec<u8>>,
    /// For connections that may have had nothing so far: their first array must be the state.
    singles: Vec<Vec<u8>>,
}

/// The same toggles to many connections, several at once.
#[derive(Debug)]
pub struct Sending<'a, C, P> {
    pending: &'a [Pending],
    rules: Rulebook,
    classes: Classes<Messages>,
    known: &'a Known,
    exchange: &'a Delivery<'a, C, P>,
    slots: Semaphore,
    told: Count,
    unreached: Count,
    left: RefCell<Left>,
    stopped: Cell<bool>,
}

impl<'a, C: Connections, P: Callback> Sending<'a, C, P> {
    /// Of these states. Who accepts them all is known from then on.
    #[must_use]
    pub fn of(pending: &'a [Pending], known: &'a Known, exchange: &'a Delivery<'a, C, P>) -> Self {
        let ruled = pending.iter().filter_map(|toggle| {
            let find = |id: &str| toggle.needed(id);
            Some((toggle.id.as_str(), toggle.item.as_ref()?, find))
        });
        Self {
            pending,
            rules: Rulebook::of(ruled, &exchange.policy.private, exchange.clock.now_ms()),
            classes: Classes::default(),
            known,
            exchange,
            slots: Semaphore::new(exchange.policy.concurrency),
            told: Count::default(),
            unreached: Count::default(),
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

    /// How many connections are done, and which are not.
    #[must_use]
    pub fn end(self) -> Sent {
        let counts = Counts {
            told: self.told.get(),
            unreached: self.unreached.get(),
        };
        let left = self.left.into_inner();
        Sent { counts, left }
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
        match self.tell_all(&mut line, &connection).await {
            Fate::Told => {
                self.told.add();
                self.known.add(&connection);
            }
            Fate::Unreached => self.unreached.add(),
            Fate::Elsewhere => {}
            Fate::Left => {
                self.exchange.tally.left.add();
                let doubtful = line.is_in_doubt() && self.exchange.policy.keeps(Rule::Doubt);
                let mut left = self.left.borrow_mut();
                if doubtful {
                    left.doubtful.push(connection);
                } else {
                    left.untold.push(connection);
                }
            }
        }
    }

    async fn tell_all(
        &self,
        line: &mut ConnectionSender<'_, C, P>,
        connection: &Connection,
    ) -> Fate {
        let messages = self.messages_for(connection);
        let messages = if self.exchange.clock.age(connection) < self.exchange.policy.young {
            &messages.singles
        } else {
            &messages.arrays
        };
        for message in messages {
            let Err(end) = line.tell(message).await else {
                continue;
            };
            return match end {
                End::Gone => Fate::Elsewhere,
                End::Early => match line.leave().await {
                    Closing::Done => Fate::Unreached,
                    Closing::NotOpen => Fate::Elsewhere,
                    Closing::Unknown => Fate::Left,
                },
                End::Untold if !line.give_up().await => Fate::Left,
                // Most likely there is no client of another API.
                End::Untold if line.is_foreign() => Fate::Elsewhere,
                End::Closed | End::Untold => Fate::Unreached,
                End::Later => Fate::Left,
            };
        }
        Fate::Told
    }

    fn messages_for(&self, connection: &Connection) -> Rc<Messages> {
        let broken = &self.exchange.tally.broken;
        let answers = self.rules.answers(connection.context.as_deref(), broken);
        self.classes.of(&answers, |answers| self.build(answers))
    }

    /// The messages, and their size in bytes.
    fn build(&self, answers: &Answers) -> (Messages, usize) {
        let limit = self.exchange.policy.message_limit;
        let toggles = self.pending.iter();
        let told: Vec<_> = toggles
            .map(|Pending { id, item, .. }| {
                let told = item.as_ref().map(|item| self.rules.told(id, item, answers));
                (id.as_str(), told)
            })
            .collect();
        let toggles: Vec<_> = told
            .iter()
            .map(|(id, told)| (*id, told.as_deref()))
            .collect();
        let single = |(id, item): &(&str, _)| change(id, *item, limit);
        let messages = Messages {
            arrays: changes(&toggles, limit),
            singles: toggles.iter().map(single).collect(),
        };
        let all = messages.arrays.iter().chain(&messages.singles);
        let bytes = all.map(Vec::len).sum();
        (messages, bytes)
    }
}
