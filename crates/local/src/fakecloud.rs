//! fakecloud, another emulator: it has services that MiniStack lacks, such as CodeArtifact.
//!
//! It is a separate program under another licence, built from its crate and never linked.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::server::{Server, ServerError, ServerSpec};

/// A running fakecloud on a free port of 127.0.0.1. Dropping it stops it.
#[derive(Debug)]
pub struct Fakecloud(Server);

impl Fakecloud {
    /// The version that is built and run.
    pub const VERSION: &str = "0.51.0";

    /// Where it is installed, in the form of `cargo install --root`: in the user's cache, since
    /// building it takes minutes. `None` if neither `XDG_CACHE_HOME` nor `HOME` is set.
    #[must_use]
    pub fn root() -> Option<PathBuf> {
        let set = |name| {
            env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let cache =
            set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
        Some(
            cache
                .join("frontage")
                .join(format!("fakecloud-{}", Self::VERSION)),
        )
    }

    /// Its program, if it has been built.
    #[must_use]
    pub fn program() -> Option<PathBuf> {
        Self::root()
            .map(|root| root.join("bin/fakecloud"))
            .filter(|program| program.is_file())
    }

    /// Starts it and waits until it answers.
    pub fn start(program: &Path) -> Result<Self, ServerError> {
        let command = |port: u16, directory: &Path| {
            let mut command = Command::new(program);
            command.arg("--addr").arg(format!("127.0.0.1:{port}"));
            command.env("HOME", directory).env("TMPDIR", directory);
            if let Some(path) = env::var_os("PATH") {
                command.env("PATH", path);
            }
            Ok(command)
        };
        let serving = ServerSpec {
            name: "fakecloud",
            port: None,
            log: None,
            deadline: Duration::from_mins(1),
            health: "/_fakecloud/health",
            answer: String::new(),
            command: &command,
        };
        Server::start(&serving).map(Self)
    }

    /// The endpoint for AWS clients: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.0.endpoint()
    }

    /// Deletes all its state.
    pub fn reset(&self) -> std::io::Result<()> {
        self.0.send("POST", "/_reset", "").map(drop)
    }
}
