//! The state of the world.

use std::cell::{RefCell, RefMut};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use toggle_contract::MESSAGE_LIMIT;
use toggle_contract::receipt::{Delivery, PREFIX, REQUEST, Share};
use toggle_rules::{Private, is_segment};
use toggle_runtime::connection::Connection;
use toggle_runtime::event::{Change, Operation, Record};
use toggle_runtime::item::{Item, State, is_tombstone, toggle_id};
use toggle_runtime::message::change;
use toggle_runtime::receipts::Place;
use toggle_runtime::states::Reading;
use toggle_runtime::tally::Count;
use tokio::time::{Instant, sleep};

use crate::queue::Queue;
use crate::rules;

/// The number of shards of each stream.
pub(crate) const SHARDS: usize = 2;

/// The callback URL of the API that clients connect to.
pub(crate) const OWN: &str = "e";

/// How long toggles change in every round.
const RESTLESS: Duration = Duration::from_secs(25);

/// The faults of a world. Two that no function could repair do not coincide, unless toggles have
/// revisions: an invocation that is killed cannot close connections that its silent posts may still
/// reach.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a kind of world of its own"
)]
pub(crate) struct Scenario {
    pub(crate) message_limit: usize,
    pub(crate) kills: bool,
    /// The probability that a post is not answered.
    pub(crate) silence: f64,
    pub(crate) faults: u32,
    /// The most connections that toggle-message sends to itself.
    pub(crate) slice_above: usize,
    /// The segments that it leaves more in.
    pub(crate) segments: u32,
    /// How many clients connect, apart from those that do so again, and in how many milliseconds.
    pub(crate) clients: (Range<usize>, u64),
    /// How many changes a writer makes, and to how many toggles.
    pub(crate) changes: (Range<usize>, u8),
    /// One in so many batches of a stream is processed twice at once.
    pub(crate) zombies: u8,
    /// The queue delivers one in so many batches twice.
    pub(crate) doubles: u8,
    /// The probability that the posts of an invocation are slow, unless it is the first for its event.
    pub(crate) slowness: f64,
    /// The probability that a call to a table fails.
    pub(crate) unreadable: f64,
    /// Whether nearly all attempts to close a connection fail. The queue can be written then.
    pub(crate) is_hard_to_close: bool,
    /// Whether there are many clients, and invocations are often short.
    pub(crate) is_crowded: bool,
    /// If posts that were answered with a failure may be delivered much later, and toggles have
    /// revisions: what clients do with these.
    pub(crate) lateness: Option<Revisions>,
    /// Whether each change asks for a receipt; toggles have revisions then.
    pub(crate) has_receipts: bool,
    /// Whether there are items without a client: of APIs that are gone, and expired ones.
    pub(crate) has_strangers: bool,
    /// The probability that a toggle changes when its last state is posted, for a while: by any
    /// invocation, or, if some are slow, by one of those.
    pub(crate) unrest: f64,
    /// Whether a toggle is deleted while a state with it is sent, and invocations are killed often, for a
    /// while.
    pub(crate) is_interrupted: bool,
    /// Whether toggle-message takes the states of toggles from its records, which no function does.
    pub(crate) trusts_records: bool,
    /// Whether 504 is taken for a failure, which no function does.
    pub(crate) retries_504: bool,
    /// Whether toggles are deleted outright, and never by a tombstone, which the command does not.
    pub(crate) lacks_tombstones: bool,
    /// Whether toggles have rules, and clients are somebody.
    pub(crate) has_rules: bool,
    /// Whether nobody is woken when an answer changes by itself.
    pub(crate) lacks_wakes: bool,
}

/// What clients do with a message of a lower revision than the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revisions {
    Heeded,
    Ignored,
}

impl Scenario {
    /// Whether a toggle is deleted by a tombstone. If late messages, or invocations that were killed
    /// or had too little time, can bring it back, it has to be.
    fn buries(&self) -> bool {
        if self.lacks_tombstones {
            return false;
        }
        self.kills || self.is_crowded || self.has_revisions() || fastrand::bool()
    }

    fn has_revisions(&self) -> bool {
        self.lateness.is_some() || self.has_receipts
    }

    pub(crate) fn of(seed: u64) -> Self {
        let split = seed.is_multiple_of(2);
        let kills = seed % 4 == 1;
        Self {
            message_limit: if split { 150 } else { MESSAGE_LIMIT },
            kills,
            silence: if kills { 0.0 } else { 0.02 },
            faults: if seed.is_multiple_of(3) { 0 } else { 60 },
            slice_above: if seed % 5 < 2 { 2 } else { 100 },
            segments: 3,
            clients: (2..8, 20_000),
            changes: (1..20, 5),
            zombies: 8,
            doubles: 8,
            slowness: 0.0,
            unreadable: 0.03,
            is_hard_to_close: false,
            is_crowded: false,
            lateness: None,
            has_receipts: false,
            has_strangers: false,
            unrest: 0.0,
            is_interrupted: false,
            trusts_records: false,
            retries_504: false,
            lacks_tombstones: false,
            has_rules: false,
            lacks_wakes: false,
        }
    }

    /// A world of any kind, in which toggles have rules.
    pub(crate) fn ruled(seed: u64) -> Self {
        Self {
            has_rules: true,
            ..Self::of_any_kind(seed)
        }
    }

    /// A world in which invocations overlap, and toggles have rules.
    pub(crate) fn ruled_and_busy(seed: u64) -> Self {
        Self {
            has_rules: true,
            unrest: 0.0,
            ..Self::overlapping(seed)
        }
    }

    /// A world of any kind, in which there are items without a client.
    pub(crate) fn with_strangers(seed: u64) -> Self {
        Self {
            has_strangers: true,
            ..Self::of_any_kind(seed)
        }
    }

    /// A world of any kind, in which toggles change in every round of their fan-outs.
    pub(crate) fn restless(seed: u64) -> Self {
        Self {
            unrest: 1.0,
            ..Self::of_any_kind(seed)
        }
    }

    /// A world in which states are overtaken by removals, and their senders are killed.
    pub(crate) fn interrupted(seed: u64) -> Self {
        Self {
            kills: true,
            silence: 0.0,
            faults: 0,
            is_interrupted: true,
            ..Self::of(seed)
        }
    }

    fn of_any_kind(seed: u64) -> Self {
        match seed % 3 {
            0 => Self::of(seed / 3),
            1 => Self::crowded(seed / 3),
            _ => Self::late(seed / 3, Revisions::Heeded),
        }
    }

    /// A world in which operators wait for receipts, crowded or not.
    pub(crate) fn receipted(seed: u64) -> Self {
        let scenario = if seed % 3 < 2 {
            Self::crowded(seed)
        } else {
            Self::of(seed)
        };
        Self {
            has_receipts: true,
            ..scenario
        }
    }

    /// A world with more clients than invocations have time for.
    pub(crate) fn crowded(seed: u64) -> Self {
        Self {
            faults: 100,
            slice_above: 2,
            segments: 1,
            doubles: if seed.is_multiple_of(2) { 1 } else { 50 },
            // It is there before most changes.
            clients: (10..20, 2_000),
            changes: (10..25, 5),
            is_crowded: true,
            ..Self::of(seed)
        }
    }

    /// A world in which several invocations send the same toggle at the same time, some of them slowly,
    /// and it changes meanwhile. In most, nothing fails: what connects again would know everything.
    pub(crate) fn overlapping(seed: u64) -> Self {
        Self {
            faults: if seed.is_multiple_of(5) { 60 } else { 0 },
            slice_above: if seed.is_multiple_of(2) { 2 } else { 100 },
            segments: 1,
            zombies: 2,
            doubles: 2,
            slowness: 0.8,
            unrest: 0.15,
            ..Self::busy(seed)
        }
    }

    /// A world in which clients that do not respond can hardly be closed, and hardly anything else fails.
    pub(crate) fn doubtful(seed: u64) -> Self {
        Self {
            silence: 0.1,
            kills: false,
            faults: 30,
            is_hard_to_close: true,
            ..Self::busy(seed)
        }
    }

    /// A world in which all changes are left to the workers, and tables often cannot be read.
    pub(crate) fn unreadable(seed: u64) -> Self {
        Self {
            silence: 0.0,
            kills: false,
            faults: 90,
            unreadable: 0.05,
            slice_above: 0,
            ..Self::busy(seed)
        }
    }

    /// Many clients, and few changes to each of many toggles: any toggle's last change can get lost.
    fn busy(seed: u64) -> Self {
        Self {
            clients: (8..14, 4_000),
            changes: (10..20, 20),
            ..Self::of(seed)
        }
    }

    /// A world in which old messages arrive at any time.
    pub(crate) fn late(seed: u64, revisions: Revisions) -> Self {
        Self {
            kills: true,
            silence: 0.02,
            faults: 60,
            lateness: Some(revisions),
            ..Self::of(seed)
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Client {
    pub(crate) open: bool,
    pub(crate) closed: bool,
    /// When its buffer is full.
    pub(crate) stuck: Vec<Range<Instant>>,
    pub(crate) failed_closes: u32,
    has_state: bool,
    /// Who it is.
    context: Option<String>,
    view: State,
    /// The last known revision of each toggle.
    revisions: BTreeMap<String, u64>,
    /// The highest revision of each toggle that it was ever sent.
    heard: BTreeMap<String, u64>,
}

/// A change that an operator waits for.
#[derive(Debug)]
struct Awaited {
    toggle: String,
    revision: u64,
    /// The clients that were connected when it was written.
    present: Vec<String>,
    shares: BTreeMap<String, Share>,
}

/// What a world was found to be at its end.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Clients that are connected, and know the table.
    pub(crate) clients: usize,
    /// Changes whose receipts say that all connections accepted them.
    pub(crate) receipts: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) toggles: State,
    pub(crate) stored: BTreeMap<String, Connection>,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) toggle_log: [Vec<Record>; SHARDS],
    pub(crate) connection_log: [Vec<Record>; SHARDS],
    pub(crate) queue: Queue,
    pub(crate) faults: u32,
    pub(crate) busy: usize,
    awaited: BTreeMap<String, Awaited>,
    /// The states of each toggle in the form of messages, and since when it had them.
    history: BTreeMap<String, Vec<(Instant, Value)>>,
    /// The items that a function wanted to delete.
    pub(crate) forgotten: BTreeSet<String>,
    /// What was found to be wrong before the end.
    pub(crate) wrong: Vec<String>,
    sequence: u64,
    revision: u64,
    connected: u64,
    requests: u64,
}

/// A kind of invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invocation {
    /// New-connection's, always beside toggle-message's.
    Welcome,
    /// Another function's first for an event, or a retry.
    First,
    /// Another one's for an event that was delivered twice.
    Again,
}

/// A shared handle.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) scenario: Scenario,
    pub(crate) began: Instant,
    /// When the invocation that has this handle began.
    invoked: Instant,
    /// What that is.
    pub(crate) invocation: Invocation,
    /// Whether its posts are slow.
    pub(crate) is_slow: bool,
    inner: Rc<RefCell<Inner>>,
}

/// Keeps the world from coming to rest.
pub(crate) struct Busy(World);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.inner().busy -= 1;
    }
}

impl World {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let inner = Inner {
            faults: scenario.faults,
            ..Inner::default()
        };
        Self {
            scenario,
            began: Instant::now(),
            invoked: Instant::now(),
            invocation: Invocation::First,
            is_slow: false,
            inner: Rc::new(RefCell::new(inner)),
        }
    }

    /// The handle of an invocation that begins now.
    pub(crate) fn invoked(&self, invocation: Invocation) -> Self {
        Self {
            invoked: Instant::now(),
            invocation,
            is_slow: invocation != Invocation::First && fastrand::f64() < self.scenario.slowness,
            ..self.clone()
        }
    }

    pub(crate) fn inner(&self) -> RefMut<'_, Inner> {
        self.inner.borrow_mut()
    }

    pub(crate) fn busy(&self) -> Busy {
        self.inner().busy += 1;
        Busy(self.clone())
    }

    pub(crate) fn is_idle(&self) -> bool {
        let inner = self.inner();
        inner.busy == 0
    }

    pub(crate) fn now_ms(&self) -> u64 {
        1_000_000 + u64::try_from(self.began.elapsed().as_millis()).unwrap()
    }

    /// What a function's clock says: with rules, it is a little ahead or behind.
    pub(crate) fn skewed_now_ms(&self) -> u64 {
        let skew = if self.scenario.has_rules {
            fastrand::u64(0..=2_000)
        } else {
            1_000
        };
        self.now_ms() + skew - 1_000
    }

    /// Whether an event with this probability fails now. Faults run out, so a world ends.
    pub(crate) fn fault(&self, probability: f64) -> bool {
        let mut inner = self.inner();
        let happens = inner.faults > 0 && fastrand::f64() < probability;
        inner.faults -= u32::from(happens);
        happens
    }

    pub(crate) fn set_toggle(&self, id: &str, value: u64) {
        let mut item: Item = serde_json::from_value(
            json!({ "featureId": {"S": id}, "value": {"N": value.to_string()} }),
        )
        .unwrap();
        let revision = self.next_revision();
        if self.scenario.has_revisions() {
            item.insert("revision".into(), json!({ "N": revision }));
        }
        if self.scenario.has_rules {
            rules::add(&mut item, self);
        }
        self.put_toggle(id, &item);
    }

    pub(crate) fn put_toggle(&self, id: &str, item: &Item) {
        let image = self.awaited(id, item);
        let mut inner = self.inner();
        let before = inner.toggles.insert(id.to_owned(), item.clone());
        if before.as_ref() == Some(item) {
            return;
        }
        inner.remember(id);
        let operation = if before.is_some() {
            Operation::Modify
        } else {
            Operation::Insert
        };
        inner.log_toggle(id, operation, Some(image));
        drop(inner);
        rules::arm(self, id);
    }

    /// The image of a change, which asks for a receipt if operators wait for them. The table's own
    /// item is as functions read it, without that.
    fn awaited(&self, id: &str, item: &Item) -> Item {
        let mut image = item.clone();
        if !self.scenario.has_receipts {
            return image;
        }
        let revision = revision(&json!(item)).unwrap();
        let key = format!("{PREFIX}{revision}");
        image.insert(REQUEST.into(), json!({ "S": key }));
        let mut inner = self.inner();
        let open = |(_, client): &(&String, &Client)| client.open && !client.closed;
        let present = inner.clients.iter().filter(open);
        let awaited = Awaited {
            toggle: id.to_owned(),
            revision,
            present: present.map(|(id, _)| id.clone()).collect(),
            shares: BTreeMap::new(),
        };
        inner.awaited.insert(key, awaited);
        image
    }

    /// Stores a share, and compares what the receipt then says with what clients were sent.
    pub(crate) fn store_share(&self, place: &Place, share: &Share) {
        let mut inner = self.inner();
        let Inner {
            awaited,
            clients,
            wrong,
            ..
        } = &mut *inner;
        let awaited = awaited.get_mut(&place.receipt).unwrap();
        awaited.shares.insert(place.name.clone(), share.clone());
        let delivery = Delivery::of([awaited.toggle.as_str()], &awaited.shares);
        let knows = |client: &Client| client.heard.get(&awaited.toggle) >= Some(&awaited.revision);
        let told = clients.values().filter(|client| knows(client)).count();
        if delivery.told > u64::try_from(told).unwrap() {
            wrong.push(format!("{delivery:?}, but {told} clients were told"));
        }
        let untold = |id: &&String| !clients[*id].closed && !knows(&clients[*id]);
        if delivery.is_whole() && awaited.present.iter().any(|id| untold(&id)) {
            wrong.push(format!("{delivery:?} of {awaited:?}"));
        }
    }

    /// Compares what an invocation sends with the table: a toggle has each state that is sent, or had
    /// it when the invocation began or later, since a record is a trigger, never a value.
    pub(crate) fn compare(&self, message: &[u8]) {
        if self.scenario.has_rules {
            // What is sent is another's for each client, and is judged at the end.
            return;
        }
        let mut inner = self.inner();
        for sent in states(message) {
            let id = id_in(&sent);
            let had = inner.history.get(&id).map_or(&[][..], Vec::as_slice);
            let first = parsed(&change(&id, None, usize::MAX));
            let all = [(self.began, first)];
            let ends = had.iter().map(|(at, _)| *at).map(Some).chain([None]);
            let mut all = all.iter().chain(had).zip(ends);
            let was = |until: Option<Instant>| until.is_none_or(|until| until >= self.invoked);
            if !all.any(|((_, state), until)| *state == sent && was(until)) {
                let wrong = format!("{sent} was sent, and the table had {had:?}");
                inner.wrong.push(wrong);
            }
        }
    }

    /// Whether an invocation that begins is killed.
    pub(crate) fn kills(&self) -> bool {
        let often = self.scenario.is_interrupted && self.began.elapsed() < RESTLESS;
        self.scenario.kills && (self.fault(0.1) || (often && fastrand::bool()))
    }

    /// Deletes a toggle of a state that is being sent. Returns whether there was one.
    pub(crate) fn delete_one_of(&self, message: &[u8]) -> bool {
        let is_state = message.starts_with(b"[") && self.began.elapsed() < RESTLESS;
        let Some(sent) = is_state.then(|| states(message).pop()).flatten() else {
            return false;
        };
        self.delete_toggle(&id_in(&sent));
        true
    }

    /// Changes a toggle that is being sent, if its state is that of the message: so once per round.
    pub(crate) fn change_again(&self, message: &[u8]) {
        let Some(sent) = fastrand::choice(states(message)) else {
            return;
        };
        let id = id_in(&sent);
        let is_last = |(_, state): &(Instant, Value)| *state == sent;
        let is_last = self.inner().history[&id].last().is_some_and(is_last);
        if is_last && self.began.elapsed() < RESTLESS {
            let value = sent["value"]["N"]
                .as_str()
                .map_or(0, |n| n.parse().unwrap());
            self.set_toggle(&id, value % 3 + 1);
        }
    }

    /// As the command does: milliseconds, or one more than the last.
    pub(crate) fn next_revision(&self) -> String {
        let mut inner = self.inner();
        inner.revision = self.now_ms().max(inner.revision + 1);
        inner.revision.to_string()
    }

    /// The id of an invocation.
    pub(crate) fn request(&self) -> String {
        let mut inner = self.inner();
        inner.requests += 1;
        format!("request-{}", inner.requests)
    }

    pub(crate) fn delete_toggle(&self, id: &str) {
        let tombstone = self.scenario.buries().then(|| self.tombstone(id));
        let image = tombstone.as_ref().map(|item| self.awaited(id, item));
        let mut inner = self.inner();
        match (inner.toggles.get(id), tombstone) {
            (None, _) => {}
            (Some(before), Some(_)) if is_tombstone(before) => {}
            (Some(_), Some(tombstone)) => {
                inner.toggles.insert(id.to_owned(), tombstone);
                inner.remember(id);
                inner.log_toggle(id, Operation::Modify, image);
            }
            (Some(_), None) => {
                inner.toggles.remove(id);
                inner.remember(id);
                inner.log_toggle(id, Operation::Remove, None);
            }
        }
    }

    fn tombstone(&self, id: &str) -> Item {
        let tombstone = json!({ "featureId": {"S": id}, "isRemoved": {"BOOL": true},
            "revision": {"N": self.next_revision()}, "tombstoneExpiry": {"N": "90000"} });
        serde_json::from_value(tombstone).unwrap()
    }

    /// Stores a connection, as `$connect` does before it returns.
    pub(crate) fn store_connection(&self) -> String {
        let connected_at = self.now_ms();
        let mut inner = self.inner();
        inner.connected += 1;
        let id = format!("c{}", inner.connected);
        let stuck = self.stuck();
        let context = if self.scenario.has_rules {
            rules::context()
        } else {
            None
        };
        inner.clients.insert(
            id.clone(),
            Client {
                stuck,
                context: context.clone(),
                ..Client::default()
            },
        );
        let connection = Connection {
            id: id.clone(),
            endpoint: OWN.into(),
            connected_at,
            expiry: None,
            context,
        };
        inner.log_connection(&id, Operation::Insert, Some(stored(&connection)));
        inner.stored.insert(id.clone(), connection);
        id
    }

    /// Stores an item without a client, which the connection manager once wrote.
    pub(crate) fn store_stranger(&self, endpoint: &str, expiry: Option<u64>) {
        let connected_at = self.now_ms();
        let mut inner = self.inner();
        inner.connected += 1;
        let connection = Connection {
            id: format!("s{}", inner.connected),
            endpoint: endpoint.to_owned(),
            connected_at,
            expiry,
            context: None,
        };
        let item = stored(&connection);
        inner.log_connection(&connection.id, Operation::Insert, Some(item));
        inner.stored.insert(connection.id.clone(), connection);
    }

    /// Some connections are stuck at first, or, in a crowd, again and again.
    fn stuck(&self) -> Vec<Range<Instant>> {
        let now = Instant::now();
        let window = |from: Instant, longest| from..from + random(0, longest);
        if self.scenario.is_crowded {
            return (0..5)
                .map(|_| window(now + random(0, 40_000), 4_000))
                .collect();
        }
        let stuck = fastrand::u8(..10) == 0;
        stuck.then(|| window(now, 40_000)).into_iter().collect()
    }

    pub(crate) fn modify_connection(&self, id: &str, now_ms: u64) {
        let mut inner = self.inner();
        if let Some(mut item) = inner.stored.get(id).map(stored) {
            item.insert("triedAt".into(), json!({ "N": now_ms.to_string() }));
            inner.log_connection(id, Operation::Modify, Some(item));
        }
    }

    pub(crate) fn remove_connection(&self, id: &str) {
        let mut inner = self.inner();
        if inner.stored.remove(id).is_some() {
            inner.log_connection(id, Operation::Remove, None);
        }
    }

    /// Compares every open client with the table, and the receipts with what was sent.
    pub(crate) fn judge(&self) -> Result<Judged, String> {
        let inner = self.inner();
        if let Some(wrong) = inner.wrong.first() {
            return Err(wrong.clone());
        }
        let remains = |stored: &&Connection| {
            stored.endpoint != OWN
                && stored.expiry.is_none()
                && !inner.forgotten.contains(&stored.id)
        };
        if let Some(remains) = inner.stored.values().find(remains) {
            return Err(format!("{remains:?} was not forgotten"));
        }
        let reading = Reading::of(inner.toggles.clone(), &Private::default(), self.now_ms());
        let open: Vec<_> = inner
            .clients
            .iter()
            .filter(|(_, client)| client.open && !client.closed)
            .collect();
        for (id, client) in &open {
            let table = told(&reading, client.context.as_deref());
            if client.view != table {
                return Err(format!(
                    "{id} knows {:?}, but should know {table:?} of {:?}",
                    client.view, inner.toggles
                ));
            }
        }
        let whole = |awaited: &&Awaited| {
            Delivery::of([awaited.toggle.as_str()], &awaited.shares).is_whole()
        };
        Ok(Judged {
            clients: open.len(),
            receipts: inner.awaited.values().filter(whole).count(),
        })
    }
}

impl Inner {
    /// Adds the state that a toggle has now to its history.
    fn remember(&mut self, id: &str) {
        let message = change(id, self.toggles.get(id), usize::MAX);
        let history = self.history.entry(id.to_owned()).or_default();
        history.push((Instant::now(), parsed(&message)));
    }

    fn log_toggle(&mut self, id: &str, operation: Operation, image: Option<Item>) {
        let record = self.record("featureId", id, operation, image);
        self.toggle_log[shard(id)].push(record);
    }

    fn log_connection(&mut self, id: &str, operation: Operation, image: Option<Item>) {
        let record = self.record("connectionId", id, operation, image);
        self.connection_log[shard(id)].push(record);
    }

    fn record(
        &mut self,
        key: &str,
        id: &str,
        operation: Operation,
        new_image: Option<Item>,
    ) -> Record {
        self.sequence += 1;
        let keys = Item::from([(key.to_owned(), json!({ "S": id }))]);
        let sequence_number = self.sequence.to_string();
        Record {
            operation,
            change: Change {
                keys,
                new_image,
                sequence_number,
                created: 0.0,
            },
            identity: None,
        }
    }
}

impl Client {
    /// Applies a message: the first array is the state, further ones add to it.
    pub(crate) fn hear(&mut self, message: &[u8], scenario: &Scenario) {
        let heeds = scenario.lateness == Some(Revisions::Heeded);
        match serde_json::from_slice(message).unwrap() {
            Value::Array(items) => {
                let mut before = State::new();
                if !std::mem::replace(&mut self.has_state, true) {
                    std::mem::swap(&mut self.view, &mut before);
                }
                for item in &items {
                    self.put(item, &mut before, heeds);
                }
            }
            message if message.get("isRemoved").is_some() => {
                let keys: Item = serde_json::from_value(message["featureId"].clone()).unwrap();
                let id = toggle_id(&keys).unwrap();
                if revision(&message).is_none() || self.is_news(id, &message, heeds) {
                    self.view.remove(id);
                }
            }
            item => self.put(&item, &mut State::new(), heeds),
        }
    }

    /// Takes an item, or the one that was known before if that is newer.
    fn put(&mut self, value: &Value, before: &mut State, heeds: bool) {
        let item: Item = serde_json::from_value(value.clone()).unwrap();
        let id = toggle_id(&item).unwrap().to_owned();
        let is_news = self.is_news(&id, value, heeds);
        if is_news || revision(value).is_none() {
            self.view.insert(id, item);
        } else if let Some(newer) = before.remove(&id) {
            self.view.insert(id, newer);
        }
    }

    /// Whether an item or a removal is not older than the last one, for a client that heeds that.
    fn is_news(&mut self, id: &str, message: &Value, heeds: bool) -> bool {
        let revision = revision(message).unwrap_or(0);
        let heard = self.heard.entry(id.to_owned()).or_default();
        *heard = revision.max(*heard);
        let known = self.revisions.entry(id.to_owned()).or_default();
        let is_news = revision >= *known || !heeds;
        if is_news {
            *known = revision;
        }
        is_news
    }
}

/// What a client should know in the end.
fn told(reading: &Reading, context: Option<&str>) -> State {
    let answers = reading.rules.answers(context, &Count::default());
    let live = reading
        .state
        .iter()
        .filter(|(id, item)| !is_tombstone(item) && !is_segment(id));
    live.map(|(id, item)| {
        (
            id.clone(),
            reading.rules.told(id, item, &answers).into_owned(),
        )
    })
    .collect()
}

/// The states of toggles in a message, each in the form of a message of its own.
fn states(message: &[u8]) -> Vec<Value> {
    match parsed(message) {
        Value::Array(items) => items,
        state => vec![state],
    }
}

fn parsed(message: &[u8]) -> Value {
    serde_json::from_slice(message).unwrap()
}

/// The toggle of an item or of a removal.
fn id_in(message: &Value) -> String {
    let id = &message["featureId"];
    let id = id["S"].as_str().or(id["featureId"]["S"].as_str());
    id.unwrap().to_owned()
}

/// The revision of an item or of a removal.
fn revision(message: &Value) -> Option<u64> {
    message["revision"]["N"].as_str()?.parse().ok()
}

/// The item of a connection.
fn stored(connection: &Connection) -> Item {
    let Connection {
        id,
        endpoint,
        connected_at,
        expiry,
        context,
    } = connection;
    let item = json!({ "connectionId": {"S": id}, "connectionEndpoint": {"S": endpoint},
        "connectedAt": {"N": connected_at.to_string()} });
    let mut item: Item = serde_json::from_value(item).unwrap();
    if let Some(expiry) = expiry {
        item.insert("expiry".into(), json!({ "N": expiry.to_string() }));
    }
    if let Some(context) = context {
        item.insert("context".into(), json!({ "S": context }));
    }
    item
}

fn shard(id: &str) -> usize {
    id.bytes().map(usize::from).sum::<usize>() % SHARDS
}

/// A duration between two numbers of milliseconds.
pub(crate) fn random(from_ms: u64, to_ms: u64) -> Duration {
    Duration::from_millis(fastrand::u64(from_ms..=to_ms))
}

/// Waits between two numbers of milliseconds.
pub(crate) async fn pause(from_ms: u64, to_ms: u64) {
    sleep(random(from_ms, to_ms)).await;
}
