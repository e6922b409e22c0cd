//! moto, another emulator: the control planes of most services.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::server::{Server, ServerError, ServerSpec};
use crate::tools::Tools;

/// A running moto on a free port of 127.0.0.1. Dropping it stops it.
#[derive(Debug)]
pub struct Moto(Server);

impl Moto {
    /// Starts it from the tools that include it, and waits until it answers.
    pub fn start(tools: &Tools) -> Result<Self, ServerError> {
        let command = |port: u16, directory: &Path| {
            let mut command = Command::new(tools.bin("moto_server"));
            command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
            command
                .env("HOME", directory)
                .env("PATH", tools.path_variable())
                .env("LANG", "C.UTF-8");
            // The AWS managed policies, which every account has.
            command.env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
            Ok(command)
        };
        let serving = ServerSpec {
            name: "moto",
            port: None,
            log: None,
            deadline: Duration::from_mins(1),
            health: "/moto-api/data.json",
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
        self.0.send("POST", "/moto-api/reset", "").map(drop)
    }
}
