//! The network of one world: it hears each call, and does something to one of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::support::World;
use crate::support::proxy::{Call, Fate, Proxy};

/// A call of a run: its kind, and which one of its kind it is, from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) kind: String,
    pub(super) occurrence: usize,
}

/// The call that something is done to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// This call.
    Call(Key),
    /// So many calls that write, from 1.
    Write(usize),
}

/// Decides the fate of the call that is met. It may take as long as it likes.
type Doom = Box<dyn FnOnce() -> Fate + Send>;

/// What the network knows of the run that uses it.
#[derive(Default)]
struct State {
    calls: Vec<Key>,
    seen: BTreeMap<String, usize>,
    writes: usize,
    aim: Option<(Target, Doom)>,
}

/// A network, which all runs in a world share: the URLs of sites contain its port.
pub(super) struct Network {
    state: Arc<Mutex<State>>,
    proxies: Vec<Proxy>,
}

impl Network {
    /// A network in front of a world's emulators, and the world behind it.
    pub(super) fn in_front_of(world: &World) -> (Self, World) {
        let mut network = Self {
            state: Arc::default(),
            proxies: Vec::new(),
        };
        let endpoint = network.open(world, &world.emulator);
        let packages = world.elsewhere.as_deref();
        let codeartifact = packages.map(|packages| network.open(world, packages));
        let world = World {
            endpoint,
            elsewhere: codeartifact,
            ..world.clone()
        };
        (network, world)
    }

    fn open(&mut self, world: &World, emulator: &str) -> String {
        let behind = World {
            emulator: emulator.to_owned(),
            ..world.clone()
        };
        let state = Arc::clone(&self.state);
        let proxy = Proxy::start(&behind, move |call| fate(&state, call));
        let endpoint = proxy.endpoint();
        self.proxies.push(proxy);
        endpoint
    }

    /// Forgets the calls before, and meets the target, once.
    pub(super) fn aim(&self, target: Target, doom: impl FnOnce() -> Fate + Send + 'static) {
        *locked(&self.state) = State {
            aim: Some((target, Box::new(doom))),
            ..State::default()
        };
    }

    /// Forgets the calls before, and lets all calls pass.
    pub(super) fn pass(&self) {
        *locked(&self.state) = State::default();
    }

    /// The calls since then.
    pub(super) fn calls(&self) -> Vec<Key> {
        locked(&self.state).calls.clone()
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fate(state: &Mutex<State>, call: &Call) -> Fate {
    let doom = locked(state).hear(call);
    doom.map_or(Fate::Pass, |doom| doom())
}

impl State {
    /// Notes a call. `Some` if it is the target.
    fn hear(&mut self, call: &Call) -> Option<Doom> {
        let kind = call.kind();
        let seen = self.seen.entry(kind.clone()).or_default();
        *seen += 1;
        let key = Key {
            kind,
            occurrence: *seen,
        };
        self.writes += usize::from(call.writes());
        self.calls.push(key.clone());
        let is_met = match &self.aim.as_ref()?.0 {
            Target::Call(target) => *target == key,
            Target::Write(count) => call.writes() && self.writes == *count,
        };
        is_met.then(|| self.aim.take()).flatten().map(|aim| aim.1)
    }
}
