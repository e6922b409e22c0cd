//! Toggle-slice: sends changes to the connections of one segment of their table, or to some that
//! were left over, until the last sent state is the current one.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;

use futures_util::stream::{self, LocalBoxStream, Stream, StreamExt};
use tokio::time::Instant;
use tracing::error;

use crate::clock::bounded;
use crate::coalesce::Trigger;
use crate::connection::Connection;
use crate::current::{ids, read, reread};
use crate::event::QueueEvent;
use crate::fan_out::unscanned;
use crate::known::Known;
use crate::line::{ConnectionSender, Delivery};
use crate::outbox::{Outbox, Work};
use crate::policy::{Rule, Sender};
use crate::ports::{Backlog, Callback, Connections, Toggles};
use crate::receipts::{Place, Request, Rests, receipts, report};
use crate::sending::{Counts, Left, Sending, Sent};
use crate::task::{Recipients, Segment, Task};

/// Sends the current states of the toggles that the messages name to their connections. Returns the
/// indices of the messages that must be delivered again.
///
/// Messages for the same connections are one pass. All of a queue's messages of one segment are in
/// one group, so that no two invocations send to the same connections at once; but nothing depends
/// on that.
pub async fn tell_slices<T, C, P, B>(
    event: &QueueEvent,
    toggles: &T,
    exchange: &Delivery<'_, C, P>,
    outbox: &Outbox<'_, B>,
) -> BTreeSet<usize>
where
    T: Toggles,
    C: Connections,
    P: Callback,
    B: Backlog,
{
    let (passes, malformed) = passes(event);
    let nobody = Known::bounded(0);
    let worker = Worker {
        toggles,
        exchange,
        outbox,
        nobody: &nobody,
    };
    let worker = &worker;
    let failed = stream::iter(passes).map(|(recipients, pass)| async move {
        let done = worker.run(&pass, &recipients).await;
        if done { BTreeSet::new() } else { pass.messages }
    });
    let concurrency = exchange.policy.concurrency;
    let failed = failed.buffer_unordered(concurrency).collect::<Vec<_>>();
    failed
        .await
        .into_iter()
        .flatten()
        .chain(malformed)
        .collect()
}

/// The messages for the same connections.
#[derive(Default)]
struct Pass {
    toggles: BTreeSet<String>,
    messages: BTreeSet<usize>,
    /// Where the messages have their shares.
    places: Vec<Place>,
}

fn passes(event: &QueueEvent) -> (BTreeMap<Recipients, Pass>, Vec<usize>) {
    let (mut passes, mut malformed) = (BTreeMap::<_, Pass>::new(), Vec::new());
    for (index, record) in event.records.iter().enumerate() {
        match serde_json::from_str::<Task>(&record.body) {
            Ok(task) => {
                let pass = passes.entry(task.recipients).or_default();
                pass.toggles.extend(task.toggles);
                pass.messages.insert(index);
                let places = task.receipt.iter().flat_map(Request::places);
                pass.places.extend(places);
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                error!(error, message = record.message_id, "message is no task");
                malformed.push(index);
            }
        }
    }
    (passes, malformed)
}

/// What all passes of an invocation share.
struct Worker<'a, T, C, P, B> {
    toggles: &'a T,
    exchange: &'a Delivery<'a, C, P>,
    outbox: &'a Outbox<'a, B>,
    nobody: &'a Known,
}

impl<T: Toggles, C: Connections, P: Callback, B: Backlog> Worker<'_, T, C, P, B> {
    /// Sends, reads the toggles again, and sends those that have changed since. What it cannot finish
    /// is stored in the queue. Returns whether nothing else is left to do.
    async fn run(&self, pass: &Pass, recipients: &Recipients) -> bool {
        let receipts = receipts(&pass.places);
        if let Recipients::Doubtful(doubtful) = recipients {
            let work = Work {
                toggles: &pass.toggles,
                receipts: &receipts,
            };
            return self.close(work, &pass.places, doubtful).await;
        }
        let exchange = self.exchange;
        let trigger = |id: &String| Trigger {
            id: id.clone(),
            first: 0,
        };
        let triggers = pass.toggles.iter().map(trigger).collect();
        let (mut pending, mut unread) = read(triggers, self.toggles, exchange).await;
        // Once they have their shares, no further ones are owed.
        let (mut places, mut receipts) = (pass.places.as_slice(), receipts);
        let mut round = 0;
        while unread.is_none() && !pending.is_empty() {
            let began = Instant::now();
            let sending = Sending::of(&pending, self.nobody, exchange);
            let work = Work {
                toggles: &ids(&pending),
                receipts: &receipts,
            };
            if !self.send(sending, work, places, recipients).await {
                return false;
            }
            (places, receipts) = (&[], BTreeSet::new());
            if !exchange.policy.rereads(Sender::ToggleSlice, round) {
                return true;
            }
            round += 1;
            (pending, unread) = reread(pending, self.toggles, exchange).await;
            // Another round would not fit.
            if !pending.is_empty() && Instant::now() + began.elapsed() >= exchange.deadline.begin {
                return unread.is_none() && self.again(&ids(&pending), recipients).await;
            }
        }
        unread.is_none()
    }

    /// Sends one round, stores what is left of it, and reports it.
    async fn send(
        &self,
        sending: Sending<'_, C, P>,
        work: Work<'_>,
        places: &[Place],
        recipients: &Recipients,
    ) -> bool {
        let scan = Scan::default();
        let (connections, all): (LocalBoxStream<'_, _>, _) = match recipients {
            Recipients::Segment(segment) => (self.scan(segment, &scan).boxed_local(), usize::MAX),
            Recipients::Connections(left) | Recipients::Doubtful(left) => {
                let live = |found: &&Connection| !self.exchange.has_expired(found);
                let live = left.iter().filter(live).cloned();
                (stream::iter(live).boxed_local(), left.len())
            }
        };
        sending.to_each(connections).await;
        let (Sent { counts, left }, rest) = (sending.end(), scan.rest.into_inner());
        // Neither told nor closed, again: the queue delivers it later, and finally gives up.
        let stuck = left.len() == all && !self.exchange.deadline.is_past();
        if stuck || (scan.is_broken.get() && !scan.has_begun.get()) {
            return false;
        }
        let Some(mut rests) = self.leave(work, &left).await else {
            return false;
        };
        let Some(rest) = self.put_back(work, rest).await else {
            return false;
        };
        rests.extend(rest);
        report(places, counts, rests, self.exchange).await;
        true
    }

    /// Closes connections that a post may still reach.
    async fn close(&self, work: Work<'_>, places: &[Place], doubtful: &[Connection]) -> bool {
        let open = stream::iter(doubtful).map(|connection| async move {
            let line = ConnectionSender::new(self.exchange, connection, true);
            (!line.end().await).then(|| connection.clone())
        });
        let open = open.buffer_unordered(self.exchange.policy.concurrency);
        let doubtful_still: Vec<_> = open.filter_map(ready).collect().await;
        let left = Left {
            untold: Vec::new(),
            doubtful: doubtful_still,
        };
        let closed = doubtful.len() - left.len();
        if closed == 0 {
            return false;
        }
        let Some(rests) = self.leave(work, &left).await else {
            return false;
        };
        let counts = Counts {
            told: 0,
            unreached: u64::try_from(closed).unwrap_or(0),
        };
        report(places, counts, rests, self.exchange).await;
        true
    }

    /// The connections of a segment that have not expired, page by page, until the deadline or a page
    /// that cannot be read.
    fn scan<'a>(
        &'a self,
        segment: &Segment,
        scan: &'a Scan,
    ) -> impl Stream<Item = Connection> + use<'a, T, C, P, B> {
        let exchange = self.exchange;
        let pages = stream::unfold(Some(segment.clone()), move |from| async move {
            let from = from?;
            if exchange.deadline.is_past() {
                scan.rest.replace(Some(from));
                return None;
            }
            let page = exchange.connections.page(&from);
            match bounded(exchange.deadline.begin, page).await {
                Ok(page) => {
                    scan.has_begun.set(true);
                    let next = page.next.map(|key| from.after(key));
                    Some((stream::iter(page.connections), next))
                }
                Err(error) => {
                    unscanned(&error);
                    scan.is_broken.set(true);
                    scan.rest.replace(Some(from));
                    None
                }
            }
        });
        let live = |found: &Connection| ready(!exchange.has_expired(found));
        pages.flatten().filter(live)
    }

    async fn put_back(&self, work: Work<'_>, rest: Option<Segment>) -> Option<Rests> {
        match rest.filter(|_| self.exchange.policy.keeps(Rule::PutBack)) {
            Some(rest) => self.outbox.put_back(work, rest).await,
            None => Some(Rests::new()),
        }
    }

    async fn leave(&self, work: Work<'_>, left: &Left) -> Option<Rests> {
        if left.is_empty() || !self.exchange.policy.keeps(Rule::Leave) {
            return Some(Rests::new());
        }
        self.outbox.leave(work, left).await
    }

    /// Stores the whole pass again, for toggles that have changed since.
    async fn again(&self, toggles: &BTreeSet<String>, recipients: &Recipients) -> bool {
        let work = Work {
            toggles,
            receipts: &BTreeSet::new(),
        };
        let stored = match recipients {
            Recipients::Segment(segment) => self.put_back(work, Some(segment.clone())).await,
            Recipients::Connections(left) | Recipients::Doubtful(left) => {
                let left = Left {
                    untold: left.clone(),
                    doubtful: Vec::new(),
                };
                self.leave(work, &left).await
            }
        };
        stored.is_some()
    }
}

/// How a scan of a segment ended.
#[derive(Default)]
struct Scan {
    has_begun: Cell<bool>,
    is_broken: Cell<bool>,
    rest: RefCell<Option<Segment>>,
}

#[cfg(test)]
mod tests;
