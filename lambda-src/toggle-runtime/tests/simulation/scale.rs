//! Large fan-outs under virtual time: the real algorithms, with the account's quota of posts, a
//! small function's share of a processor, and Lambda's limits.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use toggle_contract::MESSAGE_LIMIT;
use toggle_contract::receipt::{Delivery as ReceiptOf, PREFIX, REQUEST, Share};
use toggle_rules::has_rules;
use toggle_runtime::announce::announce;
use toggle_runtime::callback::SILENCE;
use toggle_runtime::clock::{Clock, Deadline};
use toggle_runtime::connection::Connection;
use toggle_runtime::event::{Change, Operation, QueueEvent, Record, StreamEvent};
use toggle_runtime::item::{Item, State};
use toggle_runtime::known::Known;
use toggle_runtime::line::Delivery;
use toggle_runtime::message::changes;
use toggle_runtime::outbox::Outbox;
use toggle_runtime::pace::Pace;
use toggle_runtime::policy::{Policy, SLICE_ABOVE};
use toggle_runtime::ports::{
    Backlog, Callback, CallbackError, Connections, Page, QueueError, TableError, Toggles,
};
use toggle_runtime::receipts::Place;
use toggle_runtime::slice::tell_slices;
use toggle_runtime::tally::Tally;
use toggle_runtime::task::{Parcel, Segment};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::queue::Queue;
use crate::world::random;

/// The account's posts per second, and at once (API Gateway quotas).
const QUOTA: u32 = 10_000;
const QUOTA_BURST: f64 = 5_000.0;
/// The workers that the stack allows at this quota: one per 1,250 posts per second.
const WORKERS: u32 = QUOTA / 1_250;
/// The share of it that the functions use, in per cent.
const SHARE: u32 = 90;
/// Processor time per post, as measured for a whole processor.
const POST: Duration = Duration::from_micros(110);
/// The same per connection of a page.
const ITEM: Duration = Duration::from_micros(5);
/// One item in so many does not answer.
const SILENT: usize = 10_000;
/// The connections of a page of 1 MB.
const PAGE: usize = 5_000;
/// The time that the stack gives the functions of a stream or a queue.
pub(crate) const LAMBDA_LIMIT: Duration = Duration::from_mins(1);
/// How long the queue hides messages that failed.
const VISIBILITY: Duration = Duration::from_mins(6);

#[derive(Default, Clone)]
struct Client {
    posts: u8,
    is_told: bool,
    is_closed: bool,
}

/// What all functions share.
struct Cloud {
    toggles: State,
    /// What every client must have been sent.
    message: Vec<u8>,
    clients: RefCell<Vec<Client>>,
    queue: RefCell<Queue>,
    tokens: Cell<(f64, Instant)>,
    /// A function's share of a processor.
    processor: f64,
    last_told: Cell<Instant>,
    throttled: Cell<u32>,
    busy: Cell<u32>,
    expired: Cell<u32>,
    shares: RefCell<BTreeMap<String, Share>>,
    most_held: Cell<usize>,
}

/// One invocation of one instance.
struct Instance {
    cloud: Rc<Cloud>,
    free: Cell<Instant>,
    /// Connections that were read and not sent to so far.
    held: Cell<usize>,
}

impl Cloud {
    fn new(clients: usize, toggles: usize, processor: f64) -> Rc<Self> {
        let toggle = |id: usize| {
            let item = json!({ "featureId": {"S": id.to_string()}, "isActive": {"BOOL": true} });
            (id.to_string(), serde_json::from_value(item).unwrap())
        };
        let toggles: State = (0..toggles).map(toggle).collect();
        let changed = toggles.iter().map(|(id, item)| (id.as_str(), Some(item)));
        let changed: Vec<_> = changed.collect();
        let mut messages = changes(&changed, MESSAGE_LIMIT);
        assert_eq!(messages.len(), 1);
        Rc::new(Self {
            message: messages.remove(0),
            toggles,
            clients: RefCell::new(vec![Client::default(); clients]),
            queue: RefCell::default(),
            tokens: Cell::new((QUOTA_BURST, Instant::now())),
            processor,
            last_told: Cell::new(Instant::now()),
            throttled: Cell::default(),
            busy: Cell::default(),
            expired: Cell::default(),
            shares: RefCell::default(),
            most_held: Cell::default(),
        })
    }

    /// The time that the posts take at least: at the account's quota, or at the share of a processor of
    /// the functions that send.
    fn floor(&self) -> Duration {
        let clients = self.clients.borrow().len();
        let senders = if clients > SLICE_ABOVE { WORKERS } else { 1 };
        let posts = f64::from(u32::try_from(clients).unwrap());
        let at_quota = posts / f64::from(QUOTA);
        let at_processor = posts * POST.as_secs_f64() / (self.processor * f64::from(senders));
        Duration::from_secs_f64(at_quota.max(at_processor))
    }

    /// Whether the account's quota has a token left for a call.
    fn admits(&self) -> bool {
        let (tokens, at) = self.tokens.get();
        let earned = at.elapsed().as_secs_f64() * f64::from(QUOTA);
        let tokens = (tokens + earned).min(QUOTA_BURST);
        let admits = tokens >= 1.0;
        let left = if admits { tokens - 1.0 } else { tokens };
        self.tokens.set((left, Instant::now()));
        self.throttled
            .set(self.throttled.get() + u32::from(!admits));
        admits
    }

    fn instance(self: &Rc<Self>) -> Instance {
        Instance {
            cloud: Rc::clone(self),
            free: Cell::new(Instant::now()),
            held: Cell::default(),
        }
    }
}

impl Instance {
    /// Takes processor time, which an instance has a share of, for one thing at a time.
    async fn compute(&self, time: Duration) {
        let time = time.div_f64(self.cloud.processor);
        let free = self.free.get().max(Instant::now()) + time;
        self.free.set(free);
        sleep_until(free).await;
    }

    fn holds(&self, connections: usize) {
        let held = self.held.get() + connections;
        self.held.set(held);
        let most = &self.cloud.most_held;
        most.set(most.get().max(held));
    }
}

fn number(connection: &Connection) -> usize {
    connection.id.parse().unwrap()
}

fn connection(number: usize) -> Connection {
    Connection {
        id: format!("{number:07}"),
        endpoint: "e".into(),
        connected_at: 0,
        expiry: None,
        context: None,
    }
}

impl Toggles for Instance {
    async fn all(&self) -> Result<State, TableError> {
        Ok(self.cloud.toggles.clone())
    }

    /// A scan of a small table takes as long as reading an item.
    async fn referring(&self) -> Result<State, TableError> {
        sleep(Duration::from_millis(5)).await;
        let mut referring = self.cloud.toggles.clone();
        referring.retain(|_, item| has_rules(item));
        Ok(referring)
    }

    async fn one(&self, id: &str) -> Result<Option<Item>, TableError> {
        self.compute(POST).await;
        sleep(Duration::from_millis(5)).await;
        Ok(self.cloud.toggles.get(id).cloned())
    }
}

impl Connections for Instance {
    async fn page(&self, of: &Segment) -> Result<Page, TableError> {
        sleep(Duration::from_millis(60)).await;
        let step = usize::try_from(of.of).unwrap();
        let first = usize::try_from(of.index).unwrap();
        let first = of
            .after
            .as_ref()
            .map_or(first, |after| after.parse::<usize>().unwrap() + step);
        let numbers = (first..self.cloud.clients.borrow().len()).step_by(step);
        let connections: Vec<_> = numbers.take(PAGE).map(connection).collect();
        self.compute(ITEM * u32::try_from(connections.len()).unwrap())
            .await;
        self.holds(connections.len());
        let last = connections.get(PAGE - 1).map(|last| last.id.clone());
        Ok(Page {
            connections,
            next: last,
        })
    }

    async fn exists(&self, _: &Connection) -> Result<bool, TableError> {
        Ok(true)
    }

    async fn forget(&self, _: &Connection) -> Result<(), TableError> {
        Ok(())
    }

    async fn requeue(&self, _: &Connection, _: u64) -> Result<(), TableError> {
        Ok(())
    }

    async fn report(&self, place: &Place, share: &Share, _: u64) -> Result<(), TableError> {
        self.compute(POST).await;
        sleep(Duration::from_millis(5)).await;
        let mut shares = self.cloud.shares.borrow_mut();
        shares.insert(place.name.clone(), share.clone());
        Ok(())
    }
}

impl Callback for Instance {
    async fn post(&self, connection: &Connection, message: &[u8]) -> Result<(), CallbackError> {
        self.compute(POST).await;
        let number = number(connection);
        if !self.cloud.admits() {
            sleep(random(10, 20)).await;
            return Err(CallbackError::Again("429".into()));
        }
        self.cloud.clients.borrow_mut()[number].posts += 1;
        if number % SILENT == SILENT / 2 {
            sleep(SILENCE).await;
            return Err(CallbackError::InDoubt("silence".into()));
        }
        sleep(random(10, 20)).await;
        self.held.set(self.held.get().saturating_sub(1));
        self.cloud.last_told.set(Instant::now());
        self.cloud.clients.borrow_mut()[number].is_told = message == self.cloud.message;
        Ok(())
    }

    async fn close(&self, connection: &Connection) -> Result<(), CallbackError> {
        self.compute(POST).await;
        if !self.cloud.admits() {
            return Err(CallbackError::Again("429".into()));
        }
        sleep(random(10, 20)).await;
        self.held.set(self.held.get().saturating_sub(1));
        self.cloud.last_told.set(Instant::now());
        self.cloud.clients.borrow_mut()[number(connection)].is_closed = true;
        Ok(())
    }
}

impl Backlog for Instance {
    async fn store(&self, parcels: Vec<Parcel>) -> Result<(), QueueError> {
        sleep(Duration::from_millis(20)).await;
        for parcel in parcels {
            let mut queue = self.cloud.queue.borrow_mut();
            queue.push(parcel, Instant::now());
        }
        Ok(())
    }

    async fn depth(&self) -> Result<u64, QueueError> {
        sleep(Duration::from_millis(10)).await;
        Ok(u64::try_from(self.cloud.queue.borrow().depth()).unwrap())
    }
}

/// The parts of one invocation.
struct Invocation {
    instance: Instance,
    policy: Policy,
    pace: Pace,
    tally: Tally,
}

impl Invocation {
    fn new(cloud: &Rc<Cloud>, posts_per_second: u32) -> Self {
        Self {
            instance: cloud.instance(),
            policy: Policy::announce(),
            pace: Pace::per_second(NonZeroU32::new(posts_per_second).unwrap()),
            tally: Tally::default(),
        }
    }

    fn exchange(&self) -> Delivery<'_, Instance, Instance> {
        let clock = Clock::at(1_000_000);
        Delivery {
            connections: &self.instance,
            callback: &self.instance,
            own: "e",
            policy: &self.policy,
            pace: &self.pace,
            clock,
            deadline: Deadline::of(&clock, 1_060_000),
            tally: &self.tally,
        }
    }
}

/// Invokes toggle-message for a batch until its records are done.
async fn coordinate(cloud: Rc<Cloud>, event: StreamEvent) {
    loop {
        let invocation = Invocation::new(&cloud, QUOTA * SHARE / 100);
        let (exchange, known) = (invocation.exchange(), Known::default());
        let outbox = Outbox::new(&invocation.instance, "coordinator", &invocation.tally);
        let announced = announce(&event, &invocation.instance, &known, &exchange, &outbox);
        match timeout(LAMBDA_LIMIT, announced).await {
            Ok(None) => return cloud.busy.set(cloud.busy.get() - 1),
            Ok(Some(_)) => {}
            Err(_) => cloud.expired.set(cloud.expired.get() + 1),
        }
    }
}

/// Invokes toggle-slice for one group after the other.
async fn work(cloud: Rc<Cloud>, worker: u32) {
    for invocations in 0.. {
        sleep(random(10, 30)).await;
        let received = cloud.queue.borrow_mut().receive();
        let Some((group, records)) = received else {
            continue;
        };
        cloud.busy.set(cloud.busy.get() + 1);
        let event = QueueEvent { records };
        let invocation = Invocation::new(&cloud, QUOTA * SHARE / 100 / WORKERS);
        let exchange = invocation.exchange();
        let request = format!("{worker}-{invocations}");
        let outbox = Outbox::new(&invocation.instance, &request, &invocation.tally);
        let told = tell_slices(&event, &invocation.instance, &exchange, &outbox);
        let failed = timeout(LAMBDA_LIMIT, told).await.unwrap_or_else(|_| {
            cloud.expired.set(cloud.expired.get() + 1);
            (0..event.records.len()).collect()
        });
        if !failed.is_empty() {
            sleep(VISIBILITY).await;
        }
        let done = event.records.iter().enumerate();
        let done = done.filter(|(index, _)| !failed.contains(index));
        let done: BTreeSet<_> = done.map(|(_, record)| record.message_id.clone()).collect();
        cloud.queue.borrow_mut().done(&group, &done);
        cloud.busy.set(cloud.busy.get() - 1);
    }
}

/// Changes that an operator waits for.
fn batch(toggles: &State) -> StreamEvent {
    let key = format!("{PREFIX}1");
    let record = |(index, id): (usize, &String)| Record {
        operation: Operation::Modify,
        change: Change {
            keys: serde_json::from_value(json!({ "featureId": {"S": id} })).unwrap(),
            new_image: serde_json::from_value(json!({ REQUEST: {"S": key} })).ok(),
            sequence_number: (100 + index).to_string(),
            created: 0.0,
        },
        identity: None,
    };
    StreamEvent {
        records: toggles.keys().enumerate().map(record).collect(),
    }
}

/// Lets all toggles change at once for so many clients, and checks that every one was told, soon and
/// once.
fn fan_out(clients: usize, toggles: usize, processor: f64) {
    fastrand::seed(7);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async {
        let began = Instant::now();
        let cloud = Cloud::new(clients, toggles, processor);
        cloud.busy.set(1);
        spawn_local(coordinate(Rc::clone(&cloud), batch(&cloud.toggles)));
        for worker in 0..WORKERS {
            spawn_local(work(Rc::clone(&cloud), worker));
        }
        while cloud.busy.get() > 0 || cloud.queue.borrow().depth() > 0 {
            sleep(Duration::from_secs(1)).await;
        }
        judge(&cloud, cloud.last_told.get() - began);
    });
}

#[expect(clippy::print_stdout, reason = "the figures of the README")]
fn judge(cloud: &Cloud, took: Duration) {
    let clients = cloud.clients.borrow();
    for (number, client) in clients.iter().enumerate() {
        let is_silent = number % SILENT == SILENT / 2;
        assert_eq!(client.is_told, !is_silent, "{number}");
        assert_eq!(client.is_closed, is_silent, "{number}");
    }
    let told = clients.iter().filter(|client| client.is_told).count();
    let receipt = cloud.toggles.keys().map(String::as_str);
    let receipt = ReceiptOf::of(receipt, &cloud.shares.borrow());
    let counted = [receipt.told, receipt.connections].map(|n| usize::try_from(n).unwrap());
    assert_eq!((counted, receipt.complete), ([told, clients.len()], true));
    let posts: usize = clients.iter().map(|client| usize::from(client.posts)).sum();
    assert!(posts * 100 <= clients.len() * 105, "{posts} posts");
    let floor = cloud.floor();
    let clients = clients.len();
    assert!(
        took <= floor.mul_f64(1.2) + Duration::from_secs(10),
        "{took:?}"
    );
    assert_eq!((cloud.throttled.get(), cloud.expired.get()), (0, 0));
    let held = cloud.most_held.get();
    println!("{clients} clients: {took:?}, {posts} posts, at most {held} connections in memory");
    // What toggle-message reads before it gives up, and the page that it then has.
    assert!(held <= 20_000 + PAGE, "{held} connections in memory");
}

/// AWS gives a function with 1,769 MB one processor (Lambda developer guide, memory).
fn megabytes(memory: f64) -> f64 {
    memory / 1_769.0
}

#[test]
fn a_hundred_toggles_reach_three_thousand_clients() {
    fan_out(3_000, 100, megabytes(256.0));
}

/// The most that toggle-message sends to by itself.
#[test]
fn a_change_reaches_twenty_thousand_clients() {
    for memory in [256.0, 512.0] {
        fan_out(20_000, 1, megabytes(memory));
    }
}

#[test]
fn a_hundred_toggles_reach_a_hundred_thousand_clients() {
    fan_out(100_000, 100, megabytes(256.0));
}

#[test]
fn a_change_reaches_a_hundred_thousand_clients() {
    for memory in [256.0, 512.0] {
        fan_out(100_000, 1, megabytes(memory));
    }
}

#[test]
#[ignore = "takes a minute or more"]
fn a_change_reaches_a_million_clients() {
    for memory in [256.0, 512.0] {
        fan_out(1_000_000, 1, megabytes(memory));
    }
}
