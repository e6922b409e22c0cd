//! The event source mappings: they deliver each shard, and each group of the queue, in order and at
//! least once.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use toggle_runtime::announce::announce;
use toggle_runtime::callback::SILENCE;
use toggle_runtime::clock::{Clock, Deadline};
use toggle_runtime::event::{QueueEvent, Record, StreamEvent};
use toggle_runtime::known::Known;
use toggle_runtime::line::Delivery;
use toggle_runtime::outbox::Outbox;
use toggle_runtime::pace::Pace;
use toggle_runtime::policy::Policy;
use toggle_runtime::slice::tell_slices;
use toggle_runtime::tally::Tally;
use toggle_runtime::welcome::welcome;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep, timeout};

use crate::ports::Recorded;
use crate::scale::LAMBDA_LIMIT;
use crate::world::{Invocation, OWN, SHARDS, World, pause, random};

/// How many invocations of toggle-slice run at once: fewer than segments in most worlds, as on AWS.
const WORKERS: usize = 2;

#[derive(Clone, Copy)]
enum Stream {
    Toggles,
    Connections,
}

#[derive(Clone)]
struct Function {
    stream: Stream,
    policy: Rc<Policy>,
    /// Whether its events are delivered a second time.
    is_repeat: bool,
    /// The warm instances that are idle.
    idle: Rc<RefCell<Vec<Known>>>,
    world: World,
}

/// Starts one poller per shard.
pub(crate) fn start(world: &World, announcing: Policy, welcoming: Policy) {
    let function = |stream, policy| Function {
        stream,
        policy: Rc::new(policy),
        is_repeat: false,
        idle: Rc::default(),
        world: world.clone(),
    };
    let (announce, welcome) = (
        function(Stream::Toggles, announcing),
        function(Stream::Connections, welcoming),
    );
    for shard in 0..SHARDS {
        spawn_local(announce.clone().poll(shard));
        spawn_local(welcome.clone().poll(shard));
    }
    for _ in 0..WORKERS {
        spawn_local(announce.clone().work());
    }
}

impl Function {
    async fn poll(self, shard: usize) {
        let mut checkpoint = 0;
        loop {
            pause(10, 200).await;
            let batch = self.batch(shard, checkpoint);
            if batch.is_empty() {
                continue;
            }
            let busy = self.world.busy();
            if fastrand::u8(..self.world.scenario.zombies) == 0 {
                self.spawn_zombie(batch.clone());
            }
            checkpoint += batch.len();
            self.exhaust(batch).await;
            drop(busy);
        }
    }

    /// The next records: few, where the stack allows a hundred, so that a world has many batches.
    fn batch(&self, shard: usize, checkpoint: usize) -> Vec<Record> {
        let inner = self.world.inner();
        let log = match self.stream {
            Stream::Toggles => &inner.toggle_log[shard],
            Stream::Connections => &inner.connection_log[shard],
        };
        log[checkpoint..]
            .iter()
            .take(fastrand::usize(1..6))
            .cloned()
            .collect()
    }

    /// Delivers a batch until all of it is done. As the stack's mappings do, one that fails is split where
    /// it failed, or, if nothing is known about that, in the middle.
    async fn exhaust(&self, mut batch: Vec<Record>) {
        while !batch.is_empty() {
            let part = if fastrand::u8(..4) == 0 {
                batch.len().div_ceil(2)
            } else {
                batch.len()
            };
            let began = Instant::now();
            let done = self.deliver(batch[..part].to_vec()).await;
            assert!(
                began.elapsed() < Duration::from_mins(4),
                "a batch takes {:?}",
                began.elapsed()
            );
            batch.drain(..done);
        }
    }

    /// Another poller that believes that it owns the batch.
    fn spawn_zombie(&self, batch: Vec<Record>) {
        let (mut function, busy) = (self.clone(), self.world.busy());
        function.is_repeat = true;
        spawn_local(async move {
            pause(0, 5_000).await;
            function.exhaust(batch).await;
            drop(busy);
        });
    }

    /// Invokes once; returns how many records are done.
    async fn deliver(&self, batch: Vec<Record>) -> usize {
        let event = StreamEvent { records: batch };
        let killed = self.world.kills();
        let first_failed = if killed {
            let outcome = timeout(random(0, 2_000), self.invoke(&event)).await;
            arrivals().await;
            outcome.unwrap_or(Some(0))
        } else {
            self.invoke(&event).await
        };
        if first_failed.is_some() {
            pause(100, 1_000).await;
        }
        first_failed.unwrap_or(event.records.len())
    }

    /// Processes the queue, message by message and batch by batch.
    async fn work(self) {
        loop {
            pause(10, 200).await;
            let received = self.world.inner().queue.receive();
            let Some((group, messages)) = received else {
                continue;
            };
            let busy = self.world.busy();
            let event = QueueEvent { records: messages };
            if fastrand::u8(..self.world.scenario.doubles) == 0 {
                self.spawn_double(event.clone());
            }
            let deleted = self.take(&event).await;
            // Sooner than the queue would: more happens meanwhile.
            if deleted.len() < event.records.len() {
                pause(1_000, 20_000).await;
            }
            self.world.inner().queue.done(&group, &deleted);
            drop(busy);
        }
    }

    /// The queue delivers messages twice, and what becomes of the second time is not known to it.
    fn spawn_double(&self, event: QueueEvent) {
        let (mut function, busy) = (self.clone(), self.world.busy());
        function.is_repeat = true;
        spawn_local(async move {
            pause(0, 1_000).await;
            function.take(&event).await;
            drop(busy);
        });
    }

    /// Invokes once; returns the ids of the messages that are done.
    async fn take(&self, event: &QueueEvent) -> BTreeSet<String> {
        let killed = self.world.kills();
        let failed = if killed {
            let outcome = timeout(random(0, 2_000), self.slice(event)).await;
            arrivals().await;
            outcome.ok()
        } else {
            Some(self.slice(event).await)
        };
        let Some(failed) = failed else {
            return BTreeSet::new();
        };
        let done = event.records.iter().enumerate();
        let done = done.filter(|(index, _)| !failed.contains(index));
        done.map(|(_, record)| record.message_id.clone()).collect()
    }

    async fn slice(&self, event: &QueueEvent) -> BTreeSet<usize> {
        let (tally, pace) = (Tally::default(), Pace::unlimited());
        let world = self.world.invoked(self.invocation());
        let exchange = self.exchange(&world, &tally, &pace);
        let request = world.request();
        let outbox = Outbox::new(&world, &request, &tally);
        tell_slices(event, &world, &exchange, &outbox).await
    }

    fn exchange<'a>(
        &'a self,
        world: &'a World,
        tally: &'a Tally,
        pace: &'a Pace,
    ) -> Delivery<'a, World, World> {
        let clock = Clock::at(self.world.skewed_now_ms());
        let crowded = self.world.scenario.is_crowded;
        let lambda_limit = u64::try_from(LAMBDA_LIMIT.as_millis()).unwrap();
        // A crowd needs more time than some have, as a larger one would.
        let ms = match fastrand::bool() && crowded {
            true => fastrand::u64(100..600),
            false if self.world.fault(0.05) => 3_000,
            false => lambda_limit,
        };
        Delivery {
            connections: world,
            callback: world,
            own: OWN,
            policy: &self.policy,
            pace,
            clock,
            deadline: Deadline::of(&clock, clock.now_ms() + ms),
            tally,
        }
    }

    async fn invoke(&self, event: &StreamEvent) -> Option<usize> {
        let (tally, pace) = (Tally::default(), Pace::unlimited());
        let world = self.world.invoked(self.invocation());
        let exchange = self.exchange(&world, &tally, &pace);
        match self.stream {
            Stream::Toggles => {
                let (instance, request) = (self.instance(), world.request());
                let outbox = Outbox::new(&world, &request, &tally);
                let toggles = Recorded::of(event, &world);
                let first_failed = announce(event, &toggles, &instance, &exchange, &outbox).await;
                self.idle.borrow_mut().push(instance);
                first_failed
            }
            Stream::Connections => welcome(event, &world, &exchange).await,
        }
    }

    fn invocation(&self) -> Invocation {
        match self.stream {
            Stream::Connections => Invocation::Welcome,
            Stream::Toggles if self.is_repeat => Invocation::Again,
            Stream::Toggles => Invocation::First,
        }
    }

    /// Any warm instance, however long ago it ran, or a new one. A killed one is not used again. In most,
    /// not all of the few clients that there are have room.
    fn instance(&self) -> Known {
        let mut idle = self.idle.borrow_mut();
        let index = fastrand::usize(..=idle.len());
        if index < idle.len() {
            idle.swap_remove(index)
        } else {
            Known::bounded(fastrand::usize(..8))
        }
    }
}

/// After an invocation was killed, everything that it has sent arrives before the retry.
async fn arrivals() {
    sleep(SILENCE + random(0, 1_000)).await;
}
