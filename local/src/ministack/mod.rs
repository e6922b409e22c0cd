//! The embedded emulator: `MiniStack`, a separate program by others, on the loopback only.
//!
//! Each instance has a directory of its own for everything that the emulator writes, keeps nothing
//! after it, and never outlives the program that started it.

mod health;

use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use crate::process::Tail;
use crate::tools::Tools;

/// `sh` watches over the emulator, because the library way to bind a child's life to its parent's
/// needs unsafe code and exists on Linux only.
const SUPERVISE: &str = include_str!("supervise.sh");

/// Between two looks at an emulator that starts. It takes about 0.3 s.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Another program can take a free port between its choice and its use, though rarely.
const PORT_ATTEMPTS: u32 = 5;

/// Why the emulator doesn't run.
#[derive(Debug, thiserror::Error)]
pub enum MiniStackError {
    /// The asked port is taken.
    #[error("port {0} on 127.0.0.1 is in use: stop what listens there, or choose another port")]
    PortInUse(u16),
    /// The emulator ended by itself.
    #[error("the emulator ended by itself ({status}); its log {} ends with:\n{tail}", .log.display())]
    Died {
        /// How it ended.
        status: ExitStatus,
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: Tail,
    },
    /// The emulator didn't answer in time.
    #[error("the emulator did not answer on port {port} within {} s; its log {} ends with:\n{tail}", .waited.as_secs(), .log.display())]
    NotReady {
        /// Where it should have answered.
        port: u16,
        /// How long it was given.
        waited: Duration,
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: Tail,
    },
    /// The system refused something that starting a program needs.
    #[error("cannot {action}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

/// How to start an emulator.
#[derive(Clone, Debug)]
pub struct MiniStackOptions {
    /// The port on 127.0.0.1. Default: any free one.
    pub port: Option<u16>,
    /// Whether IAM policies and request signatures are enforced. Default: no.
    pub auth: bool,
    /// Where the emulator's output goes. Default: into the instance's directory, which goes when
    /// the instance does.
    pub log: Option<PathBuf>,
    /// More environment variables for the emulator, which has none of the caller's own `AWS_`
    /// variables. They win over what Frontage sets itself.
    pub environment: Vec<(String, String)>,
    /// How long it may take to answer. Default: 60 s, for a machine that is busy.
    pub deadline: Duration,
}

impl Default for MiniStackOptions {
    fn default() -> Self {
        Self { port: None, auth: false, log: None, environment: Vec::new(), deadline: Duration::from_mins(1) }
    }
}

/// A running emulator. Dropping it ends the emulator and every function process that it started.
///
/// # Guarantees
/// It listens on 127.0.0.1 only. If this program is killed, by SIGKILL too, the emulator, its
/// function processes and its directory go with it.
#[derive(Debug)]
pub struct MiniStack {
    child: Child,
    /// Closes when this program ends, and that ends the emulator.
    _lifeline: Option<ChildStdin>,
    port: u16,
    identity: String,
    log: PathBuf,
    directory: Option<TempDir>,
}

impl MiniStack {
    /// Starts an emulator and waits until it answers.
    pub fn start(tools: &Tools, options: &MiniStackOptions) -> Result<Self, MiniStackError> {
        let mut attempt = 1;
        loop {
            let started = Self::start_once(tools, options);
            match (started, options.port) {
                (Err(MiniStackError::PortInUse(port)), None) if attempt < PORT_ATTEMPTS => {
                    tracing::debug!(port, attempt, "the chosen port was taken meanwhile");
                    attempt += 1;
                }
                (started, _) => return started,
            }
        }
    }

    /// The address to give to AWS clients: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        endpoint(self.port)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The file with the emulator's output.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Fails with the end of the log if the emulator has ended by itself.
    pub fn check(&mut self) -> Result<(), MiniStackError> {
        let status = self.child.try_wait().map_err(failed("look after the emulator"))?;
        let Some(status) = status else { return Ok(()) };
        let tail = self.tail();
        if tail.mentions("already in use") {
            return Err(MiniStackError::PortInUse(self.port));
        }
        Err(MiniStackError::Died { status, log: self.log.clone(), tail })
    }

    fn start_once(tools: &Tools, options: &MiniStackOptions) -> Result<Self, MiniStackError> {
        let mut instance = Self::spawn(tools, options)?;
        instance.wait_until_ready(options.deadline)?;
        tracing::debug!(port = instance.port, log = %instance.log.display(), "the emulator answers");
        Ok(instance)
    }

    fn spawn(tools: &Tools, options: &MiniStackOptions) -> Result<Self, MiniStackError> {
        let port = options.port.map_or_else(free_port, Ok)?;
        let directory = tempfile::Builder::new()
            .prefix("frontage-ministack-")
            .tempdir()
            .map_err(failed("create a directory for the emulator"))?;
        let log = options.log.clone().unwrap_or_else(|| directory.path().join("ministack.log"));
        let output = File::create(&log).map_err(failed("create the emulator's log"))?;
        let errors = output.try_clone().map_err(failed("share the emulator's log"))?;
        let identity = identity();

        let mut command = Command::new("sh");
        command
            .args(["-c", SUPERVISE, "sh"])
            .arg(directory.path())
            .arg(tools.bin("ministack"))
            .current_dir(directory.path())
            .env_clear()
            .env("PATH", tools.path_variable())
            .envs(environment(port, directory.path(), &identity, options.auth))
            .envs(options.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .process_group(0);
        let mut child = command.spawn().map_err(failed("start the emulator"))?;
        let lifeline = child.stdin.take();
        Ok(Self { child, _lifeline: lifeline, port, identity, log, directory: Some(directory) })
    }

    fn wait_until_ready(&mut self, deadline: Duration) -> Result<(), MiniStackError> {
        let started = Instant::now();
        loop {
            self.check()?;
            if health::answers(self.port, &self.identity) {
                return Ok(());
            }
            if started.elapsed() >= deadline {
                return Err(MiniStackError::NotReady {
                    port: self.port,
                    waited: deadline,
                    log: self.log.clone(),
                    tail: self.tail(),
                });
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn tail(&self) -> Tail {
        let log = fs::read(&self.log).unwrap_or_default();
        Tail::of(&String::from_utf8_lossy(&log))
    }

    /// Nothing of the emulator is worth keeping, so it isn't asked.
    fn kill_group(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::debug!(%error, "the emulator's process group is gone already");
        }
        if let Err(error) = self.child.wait() {
            tracing::debug!(%error, "the emulator cannot be waited for");
        }
    }
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        self.kill_group();
        let Some(directory) = self.directory.take() else {
            return;
        };
        let path = directory.path().to_path_buf();
        if directory.close().is_err() {
            // A function process that is just ending may have written once more.
            thread::sleep(POLL_INTERVAL);
            if let Err(error) = fs::remove_dir_all(&path) {
                tracing::debug!(%error, path = %path.display(), "the emulator's directory stays");
            }
        }
    }
}

/// What the emulator needs to know, and what keeps it to itself: no listener but the one, no state
/// outside its directory, no container daemon, no AWS profile of the user's.
fn environment(port: u16, directory: &Path, identity: &str, auth: bool) -> Vec<(&'static str, String)> {
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
        ("DOCKER_HOST", format!("unix://{}", inside("no-docker.sock"))),
        ("PERSIST_STATE", "0".into()),
        ("STATE_DIR", inside("state")),
        ("S3_DATA_DIR", inside("s3")),
        ("TMPDIR", directory.display().to_string()),
        ("HOME", directory.display().to_string()),
        ("LANG", "C.UTF-8".into()),
        ("PYTHONUNBUFFERED", "1".into()),
    ]
}

fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn free_port() -> Result<u16, MiniStackError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(failed("find a free port on 127.0.0.1"))
}

/// Different for each instance. The emulator repeats it in its health answer, so that another one
/// that took the port meanwhile is never taken for this one.
fn identity() -> String {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    format!("frontage-{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed))
}

fn failed(action: &'static str) -> impl FnOnce(io::Error) -> MiniStackError {
    move |source| MiniStackError::Io { action, source }
}
