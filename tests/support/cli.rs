//! The program as its users run it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::Once;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;

use local::{Architecture, Functions, Tools};
use tempfile::TempDir;

use super::{ELSEWHERE, PATIENCE, World};

/// A directory with a frontage.toml, and its own account.
#[derive(Debug)]
pub struct Project {
    pub world: World,
    directory: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// A system `acme` with the defaults.
    pub fn new() -> Self {
        Self::described("")
    }

    /// A system `acme` with an addition to its description.
    pub fn described(more: &str) -> Self {
        Self::in_world(World::new(), more)
    }

    pub fn in_world(world: World, more: &str) -> Self {
        build_functions();
        let directory = tempfile::tempdir().expect("a directory");
        let project = Self { world, directory };
        project.describe(more);
        project
    }

    /// Writes the description again, with this text after the name and the Region.
    pub fn describe(&self, more: &str) {
        let text = format!(
            "name = \"{}\"\nregion = \"{}\"\n{more}",
            self.world.system, self.world.region
        );
        std::fs::write(self.path().join("frontage.toml"), text).expect("written");
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The program with these arguments, in this directory and account.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.prepared(Command::new(env!("CARGO_BIN_EXE_frontage")), arguments)
    }

    /// The same for another program that is, or starts, Frontage.
    pub fn prepared(&self, mut command: Command, arguments: &[&str]) -> Command {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(self.path())
            .env("HOME", self.path())
            .env_remove("FRONTAGE_SYSTEM")
            .env("AWS_ACCESS_KEY_ID", &self.world.account_id)
            .env("AWS_SECRET_ACCESS_KEY", &self.world.secret)
            .env("AWS_ENDPOINT_URL", &self.world.endpoint)
            .envs(self.world.elsewhere.iter().flat_map(|endpoint| {
                ELSEWHERE.map(|service| {
                    let variable = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase());
                    (variable, endpoint)
                })
            }))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn frontage(&self, arguments: &[&str]) -> Ended {
        self.command(arguments)
            .output()
            .expect("the program runs")
            .into()
    }

    /// Starts the program.
    pub fn spawn(&self, arguments: &[&str]) -> Running {
        Running::new(self.command(arguments))
    }

    /// Runs the program, which must fail with 1 and an empty standard output.
    pub fn fails(&self, arguments: &[&str]) -> Ended {
        let ended = self.frontage(arguments);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(1), ""),
            "{arguments:?}: {ended:#?}"
        );
        ended
    }

    /// Runs the program, which must succeed.
    pub fn ok(&self, arguments: &[&str]) -> Ended {
        let ended = self.frontage(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        ended
    }

    /// The plan, as JSON.
    pub fn plan(&self) -> serde_json::Value {
        self.ok(&["plan", "--format", "json"]).json()
    }

    /// Applies, and checks that the next plan is empty.
    pub fn apply(&self) -> Ended {
        let ended = self.ok(&["apply", "--yes"]);
        self.assert_nothing_to_do();
        ended
    }

    /// Applies some stacks, and checks that their next plan is empty.
    pub fn apply_only(&self, stacks: &[&str]) -> Ended {
        let stacks = stacks.iter().flat_map(|stack| ["--stack", *stack]);
        let stacks: Vec<_> = stacks.collect();
        let ended = self.ok(&[&["apply", "--yes"], &stacks[..]].concat());
        self.ok(&[&["plan", "--detailed-exitcode"], &stacks[..]].concat());
        ended
    }

    pub fn assert_nothing_to_do(&self) {
        let next = self.frontage(&["plan", "--detailed-exitcode"]);
        assert_eq!(next.code, Some(0), "the next plan is not empty: {next:#?}");
    }

    /// Destroys everything, including data.
    pub fn destroy(&self) -> Ended {
        self.ok(&["destroy", "--yes", "--delete-data"])
    }

    /// An output of the toggle stack.
    pub fn output(&self, name: &str) -> String {
        let outputs: serde_json::Value = self.ok(&["outputs", "--format", "json"]).json();
        outputs["toggles"][name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} in {outputs}"))
            .to_owned()
    }
}

impl Ended {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// A running program.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: BufReader<ChildStderr>,
    talk: String,
}

impl Running {
    pub fn new(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("its standard error"));
        let lines = BufReader::new(child.stdout.take().expect("its standard output")).lines();
        let (sender, stdout) = channel();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self {
            child,
            stdout,
            stderr,
            talk: String::new(),
        }
    }

    /// Reads standard error until this many matching lines have arrived. Returns false if the
    /// program ended before.
    pub fn until(&mut self, mut count: usize, wanted: impl Fn(&str) -> bool) -> bool {
        while count > 0 {
            let mut line = String::new();
            if self
                .stderr
                .read_line(&mut line)
                .expect("its standard error")
                == 0
            {
                return false;
            }
            count -= usize::from(wanted(&line));
            self.talk.push_str(&line);
        }
        true
    }

    /// The next line of standard output.
    pub fn line(&mut self) -> String {
        match self.stdout.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => panic!("no line came: {self:#?}"),
            Err(RecvTimeoutError::Disconnected) => {
                self.stderr
                    .read_to_string(&mut self.talk)
                    .expect("its standard error");
                panic!("the program ended: {}", self.talk)
            }
        }
    }

    /// Kills it, like a power cut. Its later output counts as unread.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Interrupts it, like Ctrl-C.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends a signal, by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", name, &id])
            .status()
            .expect("kill runs");
        assert!(sent.success(), "the program takes signals");
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        self.stderr
            .read_to_string(&mut self.talk)
            .expect("its standard error");
        let code = self.child.wait().expect("its end").code();
        let stdout = self.stdout.iter().map(|line| line + "\n").collect();
        Ended {
            code,
            stdout,
            stderr: self.talk.clone(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

/// Builds the functions once, so that no two runs of the program do it at the same time.
fn build_functions() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let root = local::workspace_root().expect("the tests run in a source tree");
        let tools = Tools::install(&mut |line| eprintln!("{line}")).expect("the tools install");
        Functions::build(
            &tools,
            &root,
            Architecture::of_this_machine(),
            &mut |line| eprintln!("{line}"),
        )
        .expect("the functions build");
    });
}

/// What a plan would do: `delete team/shipping/bucket`, in alphabetical order.
pub fn actions(plan: &serde_json::Value) -> Vec<String> {
    let resources = plan["resources"].as_array().expect("resources").iter();
    let text = |of: &serde_json::Value, name: &str| of[name].as_str().unwrap_or("?").to_owned();
    let mut actions: Vec<_> = resources
        .map(|of| format!("{} {}", text(of, "action"), text(of, "address")))
        .collect();
    actions.sort();
    actions
}
