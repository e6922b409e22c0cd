//! The embedded emulator: `MiniStack`, a separate third-party program, on the loopback only.
//!
//! Each instance has its own directory for everything that the emulator writes, keeps nothing
//! afterwards, and never outlives the program that started it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::keys::Keys;
use crate::server::{Server, ServerError, ServerSpec, endpoint};
use crate::tools::Tools;

/// Starts the emulator behind a gate.
const GATE: &str = include_str!("gate.py");

/// The options of an emulator.
#[derive(Clone, Debug)]
pub struct MiniStackOptions {
    /// The port on 127.0.0.1. Default: any free one.
    pub port: Option<u16>,
    /// Whether IAM policies and request signatures are enforced. Default: no.
    pub auth: bool,
    /// The keys of its account and of its gate, through which only [`Proxy::guarded`] and its own
    /// functions reach it. Default: none; any key is accepted, and there is no gate.
    ///
    /// [`Proxy::guarded`]: crate::Proxy::guarded
    pub keys: Option<Keys>,
    /// The file for the emulator's output. Default: one in the instance's directory, which is
    /// deleted with the instance.
    pub log: Option<PathBuf>,
    /// Additional environment variables for the emulator, which gets none of the caller's own
    /// `AWS_` variables. They override those that Frontage sets.
    pub environment: Vec<(String, String)>,
    /// How long it may take to answer. Default: 60 s, for a busy machine.
    pub deadline: Duration,
}

impl Default for MiniStackOptions {
    fn default() -> Self {
        Self {
            port: None,
            auth: false,
            keys: None,
            log: None,
            environment: Vec::new(),
            deadline: Duration::from_mins(1),
        }
    }
}

/// A running emulator. Dropping it stops the emulator and every function process that it started.
///
/// # Guarantees
/// It listens on 127.0.0.1 only. If this program is killed, even by SIGKILL, the emulator, its
/// function processes and its directory disappear with it.
#[derive(Debug)]
pub struct MiniStack(Server);

impl MiniStack {
    /// Starts an emulator and waits until it answers.
    pub fn start(tools: &Tools, options: &MiniStackOptions) -> Result<Self, ServerError> {
        let identity = identity();
        let command = |port: u16, directory: &Path| {
            let mut command = program(tools, options.keys.as_ref());
            command
                .env("PATH", tools.path_variable())
                .envs(environment(port, directory, &identity, options.auth))
                .envs(
                    options
                        .environment
                        .iter()
                        .map(|(name, value)| (name, value)),
                );
            Ok(command)
        };
        let serving = ServerSpec {
            name: "the emulator",
            port: options.port,
            log: options.log.clone(),
            deadline: options.deadline,
            health: "/_ministack/health",
            answer: format!("\"{identity}\""),
            command: &command,
        };
        Server::start(&serving).map(Self)
    }

    /// The endpoint for AWS clients: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.0.endpoint()
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port()
    }

    /// The file with the emulator's output.
    #[must_use]
    pub fn log(&self) -> &Path {
        self.0.log()
    }

    /// Fails with the end of the log if the emulator has stopped by itself.
    pub fn check(&mut self) -> Result<(), ServerError> {
        self.0.check()
    }
}

fn program(tools: &Tools, keys: Option<&Keys>) -> Command {
    let Some(keys) = keys else {
        return Command::new(tools.bin("ministack"));
    };
    let mut command = Command::new(tools.bin("python"));
    command
        .args(["-c", GATE])
        .env("FRONTAGE_GATE_KEY", keys.gate())
        .env("AWS_ACCESS_KEY_ID", keys.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", keys.secret_access_key());
    command
}

/// The emulator's configuration, which also isolates it: no other listener, no state outside its
/// directory, no container daemon, none of the user's AWS profiles.
fn environment(
    port: u16,
    directory: &Path,
    identity: &str,
    auth: bool,
) -> Vec<(&'static str, String)> {
    let inside = |name: &str| directory.join(name).display().to_string();
    vec![
        ("GATEWAY_PORT", port.to_string()),
        ("BIND_HOST", "127.0.0.1".into()),
        // Passed on to the functions, whose AWS clients then call the emulator.
        ("AWS_ENDPOINT_URL", endpoint(port)),
        ("AUTH", auth.to_string()),
        ("MINISTACK_EDITION", identity.into()),
        ("LAMBDA_EXECUTOR", "local".into()),
        ("SFTP_ENABLED", "0".into()),
        ("IOT_MTLS_ENABLED", "0".into()),
        (
            "DOCKER_HOST",
            format!("unix://{}", inside("no-docker.sock")),
        ),
        ("PERSIST_STATE", "0".into()),
        ("STATE_DIR", inside("state")),
        ("S3_DATA_DIR", inside("s3")),
        ("TMPDIR", directory.display().to_string()),
        ("HOME", directory.display().to_string()),
        ("LANG", "C.UTF-8".into()),
        ("PYTHONUNBUFFERED", "1".into()),
    ]
}

/// Unique to each instance. The emulator repeats it in its health response, so another instance
/// that took the port in the meantime is never mistaken for this one.
fn identity() -> String {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    format!(
        "frontage-{}-{}",
        std::process::id(),
        STARTED.fetch_add(1, Ordering::Relaxed)
    )
}
