//! Another program that serves on a port of the loopback for as long as this one needs it.

mod health;

use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use crate::process::Tail;

/// `sh` watches over the program, because the library's way to bind a child's life to its parent's
/// needs unsafe code and exists only on Linux.
const SUPERVISE: &str = include_str!("supervise.sh");

/// The pause between two checks of a starting program. MiniStack takes about 0.3 s.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// How long a running server may take to answer on a busy machine.
const ANSWER: Duration = Duration::from_mins(1);

/// Another program can take a free port between its choice and its use, though rarely.
const PORT_ATTEMPTS: u32 = 5;

/// Why a server is not running.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The requested port is taken.
    #[error(
        "port {0} on 127.0.0.1 is in use: stop the program that listens there, or choose another port"
    )]
    PortInUse(u16),
    /// It stopped by itself.
    #[error("{name} stopped by itself ({status}); its log {} ends with:\n{tail}", .log.display())]
    Died {
        /// Its name.
        name: &'static str,
        /// Its exit status.
        status: ExitStatus,
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: Tail,
    },
    /// It did not answer in time.
    #[error("{name} did not answer on port {port} within {} s; its log {} ends with:\n{tail}", .waited.as_secs(), .log.display())]
    NotReady {
        /// Its name.
        name: &'static str,
        /// The port.
        port: u16,
        /// The time limit.
        waited: Duration,
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: Tail,
    },
    /// The operating system refused something that starting a program needs.
    #[error("cannot {action}")]
    Io {
        /// The action.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

/// The description of a server.
pub(crate) struct ServerSpec<'s> {
    /// Its name for errors: `the emulator`.
    pub(crate) name: &'static str,
    /// The port on 127.0.0.1; any free one if `None`.
    pub(crate) port: Option<u16>,
    /// The file for its output; one in its directory if `None`.
    pub(crate) log: Option<PathBuf>,
    /// How long it may take to answer.
    pub(crate) deadline: Duration,
    /// A path that it answers as soon as it is ready.
    pub(crate) health: &'static str,
    /// A text contained in that answer, so another program that took the port is never mistaken for
    /// this one.
    pub(crate) answer: String,
    /// Creates the command for a port and a directory that is deleted with the server. The command
    /// gets none of the caller's environment.
    pub(crate) command: &'s dyn Fn(u16, &Path) -> io::Result<Command>,
}

/// A running server. Dropping it stops it, with every process that it started.
///
/// # Guarantees
/// If this program is killed, even by SIGKILL, the server, its processes and its directory
/// disappear with it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Closes when this program ends, which stops the server.
    _lifeline: Option<ChildStdin>,
    name: &'static str,
    port: u16,
    log: PathBuf,
    directory: Option<TempDir>,
}

impl Server {
    /// Starts a server and waits until it answers.
    pub(crate) fn start(serving: &ServerSpec<'_>) -> Result<Self, ServerError> {
        let mut attempt = 1;
        loop {
            match (Self::start_once(serving), serving.port) {
                (Err(ServerError::PortInUse(port)), None) if attempt < PORT_ATTEMPTS => {
                    tracing::debug!(port, attempt, "the chosen port was taken in the meantime");
                    attempt += 1;
                }
                (started, _) => return started,
            }
        }
    }

    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The URL: `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        endpoint(self.port)
    }

    /// The file with its output.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Sends a request with a JSON body, and returns the whole response.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> io::Result<String> {
        health::send(self.port, method, path, body, ANSWER)
    }

    /// Fails with the end of the log if it has stopped by itself.
    pub(crate) fn check(&mut self) -> Result<(), ServerError> {
        let status = self.child.try_wait().map_err(failed("check on a server"))?;
        let Some(status) = status else { return Ok(()) };
        let tail = self.tail();
        if ["already in use", "EADDRINUSE", "Address in use"]
            .iter()
            .any(|said| tail.mentions(said))
        {
            return Err(ServerError::PortInUse(self.port));
        }
        Err(ServerError::Died {
            name: self.name,
            status,
            log: self.log.clone(),
            tail,
        })
    }

    fn start_once(serving: &ServerSpec<'_>) -> Result<Self, ServerError> {
        let mut server = Self::spawn(serving)?;
        server.wait_until_ready(serving)?;
        tracing::debug!(name = server.name, port = server.port, log = %server.log.display(), "a server answers");
        Ok(server)
    }

    fn spawn(serving: &ServerSpec<'_>) -> Result<Self, ServerError> {
        let port = serving.port.map_or_else(free_port, Ok)?;
        let directory = tempfile::Builder::new()
            .prefix("frontage-server-")
            .tempdir()
            .map_err(failed("create a directory for a server"))?;
        let log = serving
            .log
            .clone()
            .unwrap_or_else(|| directory.path().join("server.log"));
        let output = File::create(&log).map_err(failed("create a server's log"))?;
        let errors = output.try_clone().map_err(failed("share a server's log"))?;
        let served =
            (serving.command)(port, directory.path()).map_err(failed("prepare a server"))?;

        let mut command = Command::new("sh");
        command
            .args(["-c", SUPERVISE, "sh"])
            .arg(directory.path())
            .arg(served.get_program())
            .args(served.get_args())
            .current_dir(directory.path())
            .env_clear()
            .envs(
                served
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .process_group(0);
        let mut child = command.spawn().map_err(failed("start a server"))?;
        let lifeline = child.stdin.take();
        Ok(Self {
            child,
            _lifeline: lifeline,
            name: serving.name,
            port,
            log,
            directory: Some(directory),
        })
    }

    fn wait_until_ready(&mut self, serving: &ServerSpec<'_>) -> Result<(), ServerError> {
        let started = Instant::now();
        loop {
            self.check()?;
            if health::answers(self.port, serving.health, &serving.answer) {
                return Ok(());
            }
            if started.elapsed() >= serving.deadline {
                return Err(ServerError::NotReady {
                    name: self.name,
                    port: self.port,
                    waited: serving.deadline,
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

    /// A server has no state worth saving, so it is killed without notice.
    fn kill_group(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::debug!(%error, "a server's process group has already ended");
        }
        if let Err(error) = self.child.wait() {
            tracing::debug!(%error, "a server cannot be waited for");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill_group();
        let Some(directory) = self.directory.take() else {
            return;
        };
        let path = directory.path().to_path_buf();
        if directory.close().is_err() {
            // A process that is ending may have written once more.
            thread::sleep(POLL_INTERVAL);
            if let Err(error) = fs::remove_dir_all(&path) {
                tracing::debug!(%error, path = %path.display(), "a server's directory was left behind");
            }
        }
    }
}

pub(crate) fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn free_port() -> Result<u16, ServerError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(failed("find a free port on 127.0.0.1"))
}

fn failed(action: &'static str) -> impl FnOnce(io::Error) -> ServerError {
    move |source| ServerError::Io { action, source }
}
