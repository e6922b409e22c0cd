//! The world as the algorithms see it: the services, with their latencies and faults.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use toggle_contract::receipt::{REQUEST, Share};
use toggle_runtime::callback::SILENCE;
use toggle_runtime::connection::Connection;
use toggle_runtime::event::{Change, StreamEvent};
use toggle_runtime::item::{Item, State, toggle_id};
use toggle_runtime::ports::{
    Backlog, Callback, CallbackError, Connections, Page, QueueError, TableError, Toggles,
};
use toggle_runtime::receipts::Place;
use toggle_runtime::task::{Parcel, Segment};
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep};

use crate::world::{Invocation, World, pause, random};
use crate::{clients, strangers};

/// How many items a page of a scan contains: a scan is not a snapshot, each page is read at its own
/// time.
const PAGE: usize = 2;

fn throttled() -> TableError {
    TableError {
        action: "read".into(),
        source: "throttled".into(),
    }
}

impl World {
    async fn table_call(&self) -> Result<(), TableError> {
        pause(1, 30).await;
        if self.fault(self.scenario.unreadable) {
            Err(throttled())
        } else {
            Ok(())
        }
    }
}

impl Toggles for World {
    async fn all(&self) -> Result<State, TableError> {
        let mut state = State::new();
        loop {
            self.table_call().await?;
            let last = state.keys().next_back().cloned().unwrap_or_default();
            let page: Vec<_> = {
                let inner = self.inner();
                let after = inner.toggles.iter().filter(|(id, _)| **id > last);
                after
                    .take(PAGE)
                    .map(|(id, item)| (id.clone(), item.clone()))
                    .collect()
            };
            pause(1, 30).await;
            if page.is_empty() {
                return Ok(state);
            }
            state.extend(page);
        }
    }

    async fn referring(&self) -> Result<State, TableError> {
        self.all().await
    }

    async fn one(&self, id: &str) -> Result<Option<Item>, TableError> {
        self.table_call().await?;
        let item = self.inner().toggles.get(id).cloned();
        pause(1, 30).await;
        Ok(item)
    }
}

impl Connections for World {
    async fn page(&self, of: &Segment) -> Result<Page, TableError> {
        self.table_call().await?;
        let after = of.after.clone().unwrap_or_default();
        let connections: Vec<_> = {
            let inner = self.inner();
            inner
                .stored
                .values()
                .filter(|stored| stored.id > after && segment(&stored.id, of.of) == of.index)
                .take(PAGE)
                .cloned()
                .collect()
        };
        pause(1, 30).await;
        let next = connections.get(PAGE - 1).map(|last| last.id.clone());
        Ok(Page { connections, next })
    }

    async fn exists(&self, connection: &Connection) -> Result<bool, TableError> {
        self.table_call().await?;
        Ok(self.inner().stored.contains_key(&connection.id))
    }

    async fn forget(&self, connection: &Connection) -> Result<(), TableError> {
        self.inner().forgotten.insert(connection.id.clone());
        self.table_call().await?;
        self.remove_connection(&connection.id);
        Ok(())
    }

    async fn requeue(&self, connection: &Connection, now_ms: u64) -> Result<(), TableError> {
        self.table_call().await?;
        self.modify_connection(&connection.id, now_ms);
        Ok(())
    }

    async fn report(&self, place: &Place, share: &Share, _: u64) -> Result<(), TableError> {
        self.table_call().await?;
        self.store_share(place, share);
        Ok(())
    }
}

/// The segment of a connection.
fn segment(id: &str, of: u32) -> u32 {
    id.bytes().map(u32::from).sum::<u32>() % of
}

impl Backlog for World {
    async fn store(&self, parcels: Vec<Parcel>) -> Result<(), QueueError> {
        pause(1, 30).await;
        let now = Instant::now();
        // Who can be neither closed nor left to the queue is sent to again, which no doubt survives.
        let stored = if !self.scenario.is_hard_to_close && self.fault(0.03) {
            fastrand::usize(..=parcels.len())
        } else {
            usize::MAX
        };
        let fails = stored <= parcels.len();
        for parcel in parcels.into_iter().take(stored) {
            self.inner().queue.push(parcel, now);
        }
        pause(1, 30).await;
        if fails {
            return Err(QueueError {
                action: "send".into(),
                source: "throttled".into(),
            });
        }
        Ok(())
    }

    /// Approximate: it may not know of the last messages.
    async fn depth(&self) -> Result<u64, QueueError> {
        pause(1, 30).await;
        let depth = self.inner().queue.depth();
        Ok(depth.saturating_sub(fastrand::usize(..2)) as u64)
    }
}

/// The toggles as an invocation sees them that believes its records, which no function does: each
/// toggle has the state of its last record when it is first read.
pub(crate) struct Recorded<'w> {
    world: &'w World,
    images: RefCell<BTreeMap<String, Option<Item>>>,
}

impl<'w> Recorded<'w> {
    pub(crate) fn of(event: &StreamEvent, world: &'w World) -> Self {
        let records = event.records.iter().map(|record| {
            let Change {
                keys, new_image, ..
            } = &record.change;
            let image = new_image.clone().map(|mut image| {
                image.remove(REQUEST);
                image
            });
            (toggle_id(keys).unwrap().to_owned(), image)
        });
        let records = records.filter(|_| world.scenario.trusts_records);
        let images = RefCell::new(records.collect());
        Self { world, images }
    }
}

impl Toggles for Recorded<'_> {
    async fn all(&self) -> Result<State, TableError> {
        self.world.all().await
    }

    async fn referring(&self) -> Result<State, TableError> {
        self.world.referring().await
    }

    async fn one(&self, id: &str) -> Result<Option<Item>, TableError> {
        let image = self.images.borrow_mut().remove(id);
        match image {
            Some(image) => Ok(image),
            None => self.world.one(id).await,
        }
    }
}

/// The service's reaction to a post.
#[derive(Clone, Copy)]
enum Fate {
    /// Delivers it and confirms it.
    Delivered,
    /// Delivers it but fails afterwards.
    FailedAfter,
    /// Fails before delivery.
    FailedBefore,
    /// Is said to be closed, and is not.
    SaidToBeGone,
    /// Answers with a failure, and delivers it when the sender has long sent other messages.
    FailedAndLate,
    /// Answers 504, and delivers it as late.
    TimedOut,
    /// Does not respond, and delivers it when the sender has long given up.
    Silent,
}

impl Callback for World {
    async fn post(&self, connection: &Connection, message: &[u8]) -> Result<(), CallbackError> {
        self.compare(message);
        if strangers::is_one(connection) {
            return Err(strangers::answer(self, connection).await);
        }
        let unsettles = self.is_slow || self.scenario.slowness <= 0.0;
        if unsettles && fastrand::f64() < self.scenario.unrest {
            self.change_again(message);
        }
        let is_overtaken = self.scenario.is_interrupted && self.delete_one_of(message);
        let fate = self.fate(&connection.id);
        if matches!(fate, Fate::SaidToBeGone) {
            pause(1, 40).await;
            return Err(CallbackError::Gone);
        }
        // In a crowd invocations are short, and most posts must end before them.
        let crowded = self.scenario.is_crowded;
        let usual = if crowded { 4 } else { 40 };
        let latency = if self.is_slow {
            // No doubt arises from that.
            SILENCE.mul_f64(0.9 * fastrand::f64())
        } else if is_overtaken || (fastrand::u8(..30) == 0 && !crowded) {
            random(0, 2_000)
        } else {
            random(1, usual)
        };
        let is_late = matches!(fate, Fate::Silent | Fate::FailedAndLate | Fate::TimedOut);
        let late = if is_late { random(0, 40_000) } else { latency };
        let message = (!matches!(fate, Fate::FailedBefore)).then(|| message.to_vec());
        let delivery = self.deliver_after(late, connection.id.clone(), message);
        if matches!(fate, Fate::Silent) {
            sleep(SILENCE).await;
            return Err(CallbackError::InDoubt("silence".into()));
        }
        if is_late {
            sleep(latency).await;
            let is_doubt = matches!(fate, Fate::TimedOut) && !self.scenario.retries_504;
            return Err(if is_doubt {
                CallbackError::InDoubt("504".into())
            } else {
                CallbackError::Again("5xx".into())
            });
        }
        let outcome = delivery.await.unwrap();
        pause(1, usual).await;
        match fate {
            Fate::FailedAfter | Fate::FailedBefore => Err(CallbackError::Again("503".into())),
            _ => outcome,
        }
    }

    async fn close(&self, connection: &Connection) -> Result<(), CallbackError> {
        if strangers::is_one(connection) {
            return Err(strangers::answer(self, connection).await);
        }
        pause(1, 40).await;
        {
            let mut inner = self.inner();
            let client = inner.clients.get_mut(&connection.id).unwrap();
            if client.closed || !client.open {
                return Err(CallbackError::Gone);
            }
            let (most, chance) = if self.scenario.is_hard_to_close {
                (30, 0.95)
            } else {
                (2, 0.25)
            };
            if client.failed_closes < most && fastrand::f64() < chance {
                client.failed_closes += 1;
                return Err(CallbackError::Again("429".into()));
            }
        }
        clients::close(self, &connection.id);
        Ok(())
    }
}

impl World {
    /// The gateway looks the connection up when it accepts a post: it is never silent about one
    /// that is not open.
    fn fate(&self, id: &str) -> Fate {
        let is_open = self.inner().clients[id].open;
        // An invocation that is short may not be able to close whom it got a 504 for.
        let crowded = self.scenario.is_crowded;
        // What new-connection has posted and can neither hear of nor close is assumed to arrive early.
        let welcomes = self.invocation == Invocation::Welcome;
        let may_doubt = is_open && !(welcomes && (crowded || self.scenario.is_hard_to_close));
        if may_doubt && self.fault(self.scenario.silence) {
            Fate::Silent
        } else if self.scenario.silence > 0.0 && !crowded && may_doubt && self.fault(0.02) {
            Fate::TimedOut
        } else if self.scenario.lateness.is_some() && is_open && self.fault(0.05) {
            Fate::FailedAndLate
        } else if is_open && self.fault(0.01) {
            Fate::SaidToBeGone
        } else if self.fault(0.04) {
            Fate::FailedBefore
        } else if self.fault(0.02) {
            Fate::FailedAfter
        } else {
            Fate::Delivered
        }
    }

    /// On its way whether or not the sender is still waiting, if the connection was open when the
    /// gateway accepted it.
    fn deliver_after(
        &self,
        latency: Duration,
        id: String,
        message: Option<Vec<u8>>,
    ) -> tokio::task::JoinHandle<Result<(), CallbackError>> {
        let (world, busy) = (self.clone(), self.busy());
        let accepted = self.inner().clients[&id].open;
        spawn_local(async move {
            sleep(latency).await;
            let outcome = if accepted {
                world.deliver(&id, message.as_deref())
            } else {
                Err(CallbackError::Gone)
            };
            drop(busy);
            outcome
        })
    }

    fn deliver(&self, id: &str, message: Option<&[u8]>) -> Result<(), CallbackError> {
        let mut inner = self.inner();
        let client = inner.clients.get_mut(id).unwrap();
        if client.closed || !client.open {
            return Err(CallbackError::Gone);
        }
        let now = Instant::now();
        if client.stuck.iter().any(|stuck| stuck.contains(&now)) {
            return Err(CallbackError::Again("429".into()));
        }
        if let Some(message) = message {
            client.hear(message, &self.scenario);
        }
        Ok(())
    }
}
