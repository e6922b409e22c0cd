//! The queue of slices, as one invocation writes to it.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{error, warn};

use crate::batches::{BYTES, batches};
use crate::connection::Connection;
use crate::policy::{Policy, Rule};
use crate::ports::Backlog;
use crate::receipts::{Request, Rests};
use crate::sending::Left;
use crate::tally::Tally;
use crate::task::{Parcel, Recipients, Segment, Task};

/// The connections that one message names at most: some 25 kB without contexts, so that ten fit into one
/// call. A context has as many bytes as the claims of a token that rules can ask for.
const CONNECTIONS: usize = 100;

/// More than the bytes of a message without its toggles, receipts and connections.
const FRAME: usize = 256;

/// How often the depth of the queue is read while it drains.
const POLL: Duration = Duration::from_secs(1);

/// A queue whose depth has not fallen for so long is not waited for: its messages are being retried.
const STUCK: Duration = Duration::from_secs(20);

/// The queue of slices, as one invocation writes to it.
#[derive(Debug)]
pub struct Outbox<'a, B> {
    backlog: &'a B,
    invocation: &'a str,
    tally: &'a Tally,
    written: Cell<u32>,
}

impl<'a, B: Backlog> Outbox<'a, B> {
    /// The queue for the invocation with this request id.
    #[must_use]
    pub fn new(backlog: &'a B, invocation: &'a str, tally: &'a Tally) -> Self {
        Self {
            backlog,
            invocation,
            tally,
            written: Cell::default(),
        }
    }

    /// Leaves these toggles to the workers, for all connections: one message per segment. Returns the
    /// messages, if all are stored.
    ///
    /// A retry of the stream's records up to `sequence` stores the same messages, which the queue
    /// drops: they are for changes that were committed before the first ones were stored, and so
    /// before a worker read the toggles.
    pub async fn slice(&self, work: Work<'_>, policy: &Policy, sequence: &str) -> Option<Rests> {
        let of = policy.segments;
        let digest = if policy.keeps(Rule::Digest) {
            work.digest()
        } else {
            0
        };
        let parcel = |index| {
            let segment = Segment {
                index,
                of,
                after: None,
            };
            let id = format!("{sequence}-{index}-{digest:016x}");
            work.parcel(group(&segment), id, Recipients::Segment(segment))
        };
        self.store((0..of).map(parcel).collect()).await
    }

    /// Stores the rest of a segment. Returns the message, if it is stored.
    pub async fn put_back(&self, work: Work<'_>, segment: Segment) -> Option<Rests> {
        let parcel = work.parcel(group(&segment), self.id(), Recipients::Segment(segment));
        self.store(vec![parcel]).await
    }

    /// Stores connections that were left over, in groups of their own: they delay no segment.
    /// Returns the messages, if they are stored.
    pub async fn leave(&self, work: Work<'_>, left: &Left) -> Option<Rests> {
        let parcel = |recipients| {
            let id = self.id();
            work.parcel(id.clone(), id, recipients)
        };
        let room = BYTES.saturating_sub(bytes(work.toggles) + bytes(work.receipts) + FRAME);
        let chunks = |all: &[Connection], of: fn(Vec<Connection>) -> Recipients| -> Vec<_> {
            let chunks = batches(all.iter().cloned(), (CONNECTIONS, room), |of| bytes(of) + 1);
            chunks.into_iter().map(|chunk| parcel(of(chunk))).collect()
        };
        let mut parcels = chunks(&left.untold, Recipients::Connections);
        parcels.append(&mut chunks(&left.doubtful, Recipients::Doubtful));
        self.store(parcels).await
    }

    /// Waits until the queue is empty, or no longer becomes emptier, or `until`: changes that are
    /// made meanwhile are then one batch of the stream, not further messages per segment.
    pub async fn drained(&self, until: Instant) {
        let (mut least, mut fell) = (u64::MAX, Instant::now());
        while Instant::now() + POLL < until {
            sleep_until(Instant::now() + POLL).await;
            match timeout_at(until, self.backlog.depth()).await {
                Ok(Ok(0)) | Err(_) => return,
                Ok(Ok(depth)) if depth < least => (least, fell) = (depth, Instant::now()),
                Ok(Ok(_)) if fell.elapsed() >= STUCK => return,
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    let error = &error as &dyn std::error::Error;
                    return warn!(error, "depth of the queue is unknown");
                }
            }
        }
    }

    /// A name that no other message has.
    fn id(&self) -> String {
        let number = self.written.get();
        self.written.set(number + 1);
        format!("{}-{number}", self.invocation)
    }

    async fn store(&self, parcels: Vec<Parcel>) -> Option<Rests> {
        let rests: Rests = parcels.iter().map(rest).collect();
        match self.backlog.store(parcels).await {
            Ok(()) => {
                self.tally.queued.add_all(rests.len());
                Some(rests)
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                error!(error, "queue cannot be written");
                None
            }
        }
    }
}

/// What workers are left to do, apart from the connections.
#[derive(Debug, Clone, Copy)]
pub struct Work<'w> {
    /// The toggles to send.
    pub toggles: &'w BTreeSet<String>,
    /// The receipts that are to know of it.
    pub receipts: &'w BTreeSet<String>,
}

impl Work<'_> {
    fn parcel(self, group: String, id: String, recipients: Recipients) -> Parcel {
        let request = || Request {
            receipts: self.receipts.clone(),
            message: id.clone(),
        };
        let receipt = (!self.receipts.is_empty()).then(request);
        let task = Task {
            toggles: self.toggles.clone(),
            recipients,
            receipt,
        };
        Parcel { group, id, task }
    }

    /// The same in every instance: the hasher has no random key. A message without a receipt is not
    /// the same as one with it.
    fn digest(self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.toggles.hash(&mut hasher);
        self.receipts.hash(&mut hasher);
        hasher.finish()
    }
}

/// The bytes of a value in a message.
fn bytes(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(0, |json| json.len())
}

fn group(segment: &Segment) -> String {
    format!("segment-{}", segment.index)
}

/// A message and the number of its connections, as far as it is known.
fn rest(parcel: &Parcel) -> (String, u64) {
    let connections = match &parcel.task.recipients {
        Recipients::Segment(_) => 0,
        Recipients::Connections(left) | Recipients::Doubtful(left) => left.len(),
    };
    (parcel.id.clone(), u64::try_from(connections).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Fake;

    #[tokio::test]
    async fn a_message_fits_into_the_queue_whatever_is_known_of_its_connections() {
        let connection = |number: usize| Connection {
            id: format!("connection-{number}"),
            endpoint: "https://a.execute-api.eu-west-1.amazonaws.com/live".to_owned(),
            connected_at: 1_764_503_999_123,
            expiry: Some(1_764_513_000),
            context: Some("\"\\".repeat(number * 50)),
        };
        let untold: Vec<_> = (0..250).map(connection).collect();
        let left = Left {
            untold: untold.clone(),
            ..Left::default()
        };
        let toggles = (0..1_000).map(|id| format!("a-toggle-{id}")).collect();
        let receipts = ["receipt:1".to_owned()].into();
        let work = Work {
            toggles: &toggles,
            receipts: &receipts,
        };
        let fake = Fake::default();
        fake.outbox().leave(work, &left).await.unwrap();

        let mut told = Vec::new();
        for parcel in fake.parcels.into_inner() {
            let text = serde_json::to_string(&parcel.task).unwrap();
            assert!(text.len() <= BYTES, "{}", text.len());
            let Recipients::Connections(connections) = parcel.task.recipients else {
                panic!("{:?}", parcel.task.recipients);
            };
            assert!(connections.len() <= CONNECTIONS);
            told.extend(connections);
        }
        assert_eq!(told, untold);
    }
}
