//! Scripted ports for tests of single situations. The simulation in `tests/` covers all of them
//! together.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::json;
use toggle_contract::receipt::Share;
use tokio::time::{Instant, sleep};

use crate::clock::{Clock, Deadline};
use crate::connection::Connection;
use crate::event::{Change, Operation, Record, StreamEvent};
use crate::item::{Item, State};
use crate::line::Delivery;
use crate::outbox::Outbox;
use crate::pace::Pace;
use crate::policy::Policy;
use crate::ports::{
    Backlog, Callback, CallbackError, Connections, Page, QueueError, TableError, Toggles,
};
use crate::receipts::Place;
use crate::tally::Tally;
use crate::task::{Parcel, Recipients, Segment};

/// The time at which every test starts, in milliseconds.
pub(crate) const NOW: u64 = 1_000_000_000;

/// Tables and an API that answer as scripted, and record their calls.
#[derive(Default)]
pub(crate) struct Fake {
    /// The pages of connections; `None` cannot be read.
    pub(crate) pages: Vec<Option<Vec<Connection>>>,
    /// The states that reads return one after the other, the last one repeatedly. `None` cannot be
    /// read.
    pub(crate) states: RefCell<VecDeque<Option<State>>>,
    /// The toggles that refer to others.
    pub(crate) referring: State,
    /// The results of posts to a connection; success after the last.
    pub(crate) answers: RefCell<BTreeMap<String, VecDeque<CallbackError>>>,
    /// The errors of attempts to close a connection; success after the last.
    pub(crate) closes: RefCell<VecDeque<CallbackError>>,
    /// The errors of each attempt to close a connection.
    pub(crate) unclosable: BTreeMap<String, CallbackError>,
    /// Whether an item cannot be modified.
    pub(crate) requeues_fail: bool,
    /// How long each read of a table takes.
    pub(crate) latency: Duration,
    /// How long each post takes.
    pub(crate) post_takes: Duration,
    /// Connections whose item was deleted.
    pub(crate) left: Vec<String>,
    /// The successful posts: connection and message.
    pub(crate) heard: RefCell<Vec<(String, String)>>,
    /// When each post was attempted.
    pub(crate) tried: RefCell<Vec<Instant>>,
    pub(crate) forgotten: RefCell<Vec<String>>,
    pub(crate) requeued: RefCell<Vec<String>>,
    pub(crate) closed: RefCell<Vec<String>>,
    /// The messages in the queue.
    pub(crate) parcels: RefCell<Vec<Parcel>>,
    /// The shares in receipts.
    pub(crate) shares: RefCell<BTreeMap<String, BTreeMap<String, Share>>>,
    pub(crate) reports_fail: bool,
    pub(crate) queue_fails: bool,
    /// The depths that the queue says to have, one after the other; then zero.
    pub(crate) depths: RefCell<VecDeque<u64>>,
    pub(crate) tally: Tally,
    /// Without a limit by default.
    pub(crate) pace: Pace,
}

impl Fake {
    pub(crate) fn answer(self, connection: &str, error: &CallbackError, times: usize) -> Self {
        let answers = std::iter::repeat_n(error.clone(), times);
        self.answers
            .borrow_mut()
            .entry(connection.to_owned())
            .or_default()
            .extend(answers);
        self
    }

    /// Each attempt to close this connection has this error.
    pub(crate) fn closes(mut self, connection: &str, error: CallbackError) -> Self {
        self.unclosable.insert(connection.to_owned(), error);
        self
    }

    /// No connection can be closed.
    pub(crate) fn never_closes(self) -> Self {
        let refused = CallbackError::Refused("403".into());
        self.closes
            .borrow_mut()
            .extend(std::iter::repeat_n(refused, 1_000));
        self
    }

    pub(crate) fn exchange<'a>(&'a self, policy: &'a Policy) -> Delivery<'a, Self, Self> {
        let clock = Clock::at(NOW);
        let deadline = Deadline::of(&clock, NOW + 60_000);
        Delivery {
            connections: self,
            callback: self,
            own: "https://e/live",
            policy,
            pace: &self.pace,
            clock,
            deadline,
            tally: &self.tally,
        }
    }

    pub(crate) fn outbox(&self) -> Outbox<'_, Self> {
        Outbox::new(self, "invocation", &self.tally)
    }

    /// The segments in the queue, with their toggles.
    pub(crate) fn segments(&self) -> Vec<(Segment, Vec<String>)> {
        let parcels = self.parcels.borrow();
        let segment = |parcel: &Parcel| match &parcel.task.recipients {
            Recipients::Segment(segment) => {
                let toggles = parcel.task.toggles.iter().cloned().collect();
                Some((segment.clone(), toggles))
            }
            Recipients::Connections(_) | Recipients::Doubtful(_) => None,
        };
        parcels.iter().filter_map(segment).collect()
    }

    /// The connections in the queue.
    pub(crate) fn queued(&self) -> Vec<String> {
        let parcels = self.parcels.borrow();
        let connections = |parcel: &Parcel| match parcel.task.recipients.clone() {
            Recipients::Connections(connections) => connections,
            Recipients::Segment(_) | Recipients::Doubtful(_) => Vec::new(),
        };
        let connections = parcels.iter().flat_map(connections);
        connections.map(|connection| connection.id).collect()
    }

    fn state(&self) -> Result<State, TableError> {
        let mut states = self.states.borrow_mut();
        let state = if states.len() > 1 {
            states.pop_front()
        } else {
            states.front().cloned()
        };
        state.unwrap_or_default().ok_or_else(unreadable)
    }

    pub(crate) fn heard_by(&self, connection: &str) -> Vec<String> {
        let heard = self.heard.borrow();
        heard
            .iter()
            .filter(|(id, _)| id == connection)
            .map(|(_, message)| message.clone())
            .collect()
    }
}

fn unreadable() -> TableError {
    TableError {
        action: "read".into(),
        source: "throttled".into(),
    }
}

impl Toggles for Fake {
    async fn referring(&self) -> Result<State, TableError> {
        Ok(self.referring.clone())
    }

    async fn all(&self) -> Result<State, TableError> {
        sleep(self.latency.max(Duration::from_millis(1))).await;
        self.state()
    }

    async fn one(&self, id: &str) -> Result<Option<Item>, TableError> {
        sleep(self.latency).await;
        Ok(self.state()?.remove(id))
    }
}

impl Connections for Fake {
    async fn page(&self, of: &Segment) -> Result<Page, TableError> {
        sleep(self.latency).await;
        let index = of.after.as_ref().map_or(0, |after| after.parse().unwrap());
        let connections = self.pages[index].clone().ok_or_else(unreadable)?;
        Ok(Page {
            connections,
            next: (index + 1 < self.pages.len()).then(|| (index + 1).to_string()),
        })
    }

    async fn exists(&self, connection: &Connection) -> Result<bool, TableError> {
        Ok(!self.left.contains(&connection.id))
    }

    async fn forget(&self, connection: &Connection) -> Result<(), TableError> {
        self.forgotten.borrow_mut().push(connection.id.clone());
        Ok(())
    }

    async fn requeue(&self, connection: &Connection, _: u64) -> Result<(), TableError> {
        if self.requeues_fail {
            return Err(unreadable());
        }
        self.requeued.borrow_mut().push(connection.id.clone());
        Ok(())
    }

    async fn report(&self, place: &Place, share: &Share, _: u64) -> Result<(), TableError> {
        if self.reports_fail {
            return Err(unreadable());
        }
        let mut shares = self.shares.borrow_mut();
        let receipt = shares.entry(place.receipt.clone()).or_default();
        receipt.insert(place.name.clone(), share.clone());
        Ok(())
    }
}

impl Backlog for Fake {
    async fn store(&self, parcels: Vec<Parcel>) -> Result<(), QueueError> {
        if self.queue_fails {
            return Err(QueueError {
                action: "send".into(),
                source: "throttled".into(),
            });
        }
        self.parcels.borrow_mut().extend(parcels);
        Ok(())
    }

    async fn depth(&self) -> Result<u64, QueueError> {
        Ok(self.depths.borrow_mut().pop_front().unwrap_or(0))
    }
}

impl Callback for Fake {
    async fn post(&self, connection: &Connection, message: &[u8]) -> Result<(), CallbackError> {
        self.tried.borrow_mut().push(Instant::now());
        sleep(self.post_takes).await;
        let error = self
            .answers
            .borrow_mut()
            .get_mut(&connection.id)
            .and_then(VecDeque::pop_front);
        if let Some(error) = error {
            return Err(error);
        }
        let message = String::from_utf8(message.to_vec()).unwrap();
        self.heard
            .borrow_mut()
            .push((connection.id.clone(), message));
        Ok(())
    }

    async fn close(&self, connection: &Connection) -> Result<(), CallbackError> {
        if let Some(error) = self.unclosable.get(&connection.id) {
            return Err(error.clone());
        }
        if let Some(error) = self.closes.borrow_mut().pop_front() {
            return Err(error);
        }
        self.closed.borrow_mut().push(connection.id.clone());
        Ok(())
    }
}

/// States for [`Fake::states`].
pub(crate) fn queue(
    states: impl IntoIterator<Item = Option<State>>,
) -> RefCell<VecDeque<Option<State>>> {
    RefCell::new(states.into_iter().collect())
}

pub(crate) fn connection(id: &str, age_ms: u64) -> Connection {
    Connection {
        id: id.into(),
        endpoint: "https://e/live".into(),
        connected_at: NOW - age_ms,
        expiry: None,
        context: None,
    }
}

pub(crate) fn toggle(id: &str, value: u64) -> Item {
    serde_json::from_value(json!({ "featureId": {"S": id}, "value": {"N": value.to_string()} }))
        .unwrap()
}

/// The item that is left of a toggle that was deleted.
pub(crate) fn tombstone(id: &str, revision: u64) -> Item {
    serde_json::from_value(json!({
        "featureId": {"S": id}, "isRemoved": {"BOOL": true}, "revision": {"N": revision.to_string()},
    }))
    .unwrap()
}

/// The message of a [`tombstone`].
pub(crate) fn removal(id: &str, revision: u64) -> String {
    format!(
        r#"{{"isRemoved":"true","featureId":{{"featureId":{{"S":"{id}"}}}},"revision":{{"N":"{revision}"}}}}"#
    )
}

/// A [`toggle`] in the form of a message.
pub(crate) fn wire(id: &str, value: u64) -> String {
    format!(r#"{{"featureId":{{"S":"{id}"}},"value":{{"N":"{value}"}}}}"#)
}

pub(crate) fn state(toggles: &[(&str, u64)]) -> State {
    toggles
        .iter()
        .map(|(id, value)| ((*id).to_owned(), toggle(id, *value)))
        .collect()
}

/// A batch of changes; `None` is a removal. Sequence numbers count from 100.
pub(crate) fn changes(changes: &[(&str, Option<u64>)]) -> StreamEvent {
    let record = |(index, (id, value)): (usize, &(&str, Option<u64>))| Record {
        operation: if value.is_some() {
            Operation::Modify
        } else {
            Operation::Remove
        },
        change: Change {
            keys: serde_json::from_value(json!({ "featureId": {"S": id} })).unwrap(),
            new_image: value.map(|value| toggle(id, value)),
            sequence_number: (100 + index).to_string(),
            created: 0.0,
        },
        identity: None,
    };
    StreamEvent {
        records: changes.iter().enumerate().map(record).collect(),
    }
}

/// A batch of new connections.
pub(crate) fn inserts(connections: &[Connection]) -> StreamEvent {
    let record = |(index, connection): (usize, &Connection)| {
        Record {
        operation: Operation::Insert,
        change: Change {
            keys: Item::new(),
            new_image: serde_json::from_value(json!({
                "connectionId": {"S": connection.id}, "connectionEndpoint": {"S": connection.endpoint},
                "connectedAt": {"N": connection.connected_at.to_string()},
                "expiry": {"N": connection.expiry.unwrap_or(u64::MAX).to_string()},
            }))
            .ok(),
            sequence_number: (100 + index).to_string(),
            created: 0.0,
        },
        identity: None,
    }
    };
    StreamEvent {
        records: connections.iter().enumerate().map(record).collect(),
    }
}
