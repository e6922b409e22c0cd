//! The proxies in front of the emulators: AWS's rules for every call, and a network that fails on
//! request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use strict_aws::{Call, Fate};
use strict_aws::{Memory, Strict};

use super::World;
use super::cli::{Ended, Project, Running};

/// A proxy of one test, which shares the memory of the emulator's accounts with all others. It
/// lives as long as the test.
#[derive(Debug)]
pub struct Proxy(strict_aws::Running);

impl Proxy {
    /// A proxy that asks for the fate of each call.
    pub fn start(world: &World, fate: impl FnMut(&Call) -> Fate + Send + 'static) -> Self {
        let strict = strict(&world.emulator).with_fates(fate);
        Self(strict.start(&world.emulator).expect("the proxy starts"))
    }

    /// A proxy of tests on an emulator that enforces IAM, whose calls count as sent over TLS.
    pub fn over_tls(emulator: &str) -> Self {
        let strict = strict(emulator).over_tls();
        Self(strict.start(emulator).expect("the proxy starts"))
    }

    /// The same, of which no call is recorded: after answers that AWS never gives, the program may make
    /// calls that AWS would refuse.
    pub fn unrecorded(world: &World, fate: impl FnMut(&Call) -> Fate + Send + 'static) -> Self {
        let strict = Strict::new(memory(&world.emulator)).with_fates(fate);
        Self(strict.start(&world.emulator).expect("the proxy starts"))
    }

    /// The address for AWS clients.
    pub fn endpoint(&self) -> String {
        self.0.endpoint()
    }
}

/// Runs the program through a proxy that asks for the fate of each call.
pub fn through(
    project: &Project,
    arguments: &[&str],
    fate: impl FnMut(&Call) -> Fate + Send + 'static,
) -> Ended {
    let proxy = Proxy::start(&project.world, fate);
    let mut command = project.command(arguments);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    Running::new(command).end()
}

/// The URL of the proxy in front of an emulator that all tests share.
pub fn in_front_of(emulator: &str) -> String {
    static PROXIES: Mutex<BTreeMap<String, strict_aws::Running>> = Mutex::new(BTreeMap::new());
    let mut proxies = PROXIES.lock().unwrap_or_else(PoisonError::into_inner);
    let start = |emulator: &String| strict(emulator).start(emulator).expect("the proxy starts");
    let proxy = proxies.entry(emulator.to_owned()).or_insert_with_key(start);
    proxy.endpoint()
}

/// What the proxies in front of an emulator remember of its accounts.
fn memory(emulator: &str) -> Arc<Memory> {
    static MEMORIES: Mutex<BTreeMap<String, Arc<Memory>>> = Mutex::new(BTreeMap::new());
    let mut memories = MEMORIES.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(memories.entry(emulator.to_owned()).or_default())
}

/// AWS's rules for an emulator. Calls are recorded if `FRONTAGE_TEST_REQUESTS` names a file.
fn strict(emulator: &str) -> Strict {
    let strict = Strict::new(memory(emulator));
    match std::env::var_os("FRONTAGE_TEST_REQUESTS") {
        Some(file) => strict.recording(file.as_ref()).expect("a file"),
        None => strict,
    }
}
