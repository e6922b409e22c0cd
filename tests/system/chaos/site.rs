//! One world in which the example system is applied, changed and destroyed, and what must hold then.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::network::{Key, Network, Target};
use super::{Fault, Phase};
use crate::support::cli::Project;
use crate::support::proxy::Fate;
use crate::support::{PATIENCE, World};

/// The description of the example system.
const EXAMPLE: &str = include_str!("../../../frontage.toml");

/// What the change of the example does: it changes functions, log groups, login, shell; replaces roles
/// and the API's stage; creates a team, a group and a subscription; deletes a team and a group.
const CHANGES: [(&str, &str); 6] = [
    (
        "log_retention_days = 14",
        "log_retention_days = 30\nmemory_mb = 512\nrole_path = \"/front-end/\"",
    ),
    ("stage = \"live\"", "stage = \"next\""),
    ("operators = [\"*\"]", "readers = [\"*\"]"),
    ("title = \"Acme\"", "title = \"Acme & Co\""),
    ("[teams.profile]", "[teams.orders]"),
    (
        "[shell]",
        "[identity]\ngroups = [\"readers\"]\n[alarms]\nemails = [\"ops@example.com\"]\n[shell]",
    ),
];

/// The table of the stack for which MiniStack lacks the service.
const PACKAGES: &str = "[packages]\nprotect = [\"@frontage\"]\n";

/// The table of the team with a repository, whose pipeline is the subject of other tests.
const REPOSITORY: &str = "[teams.stock.pipeline]\nsource = \"codecommit\"\n";

/// A world with a network of its own.
pub(super) struct Site {
    project: Project,
    network: Network,
    stacks: Vec<String>,
    runtime: tokio::runtime::Runtime,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// `None` if it was killed.
    pub(super) code: Option<i32>,
    /// Whether its target was met.
    pub(super) met: bool,
    /// Its output.
    pub(super) output: String,
}

impl Site {
    /// An account of its own, in which these stacks are worked on, or all.
    pub(super) fn new(stacks: &[String]) -> Self {
        let world = World::with_developer_tools().unwrap_or_else(World::new);
        let (network, world) = Network::in_front_of(&world);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let site = Self {
            project: Project::in_world(world, ""),
            network,
            stacks: stacks.to_vec(),
            runtime: runtime.expect("a runtime"),
        };
        site.describe(Phase::Apply);
        site
    }

    /// Writes the description that a phase works towards.
    pub(super) fn describe(&self, phase: Phase) {
        let (_, text) = EXAMPLE.split_once("name = \"acme\"\n").expect("a name");
        let mut text = replaced(text, REPOSITORY, "");
        if self.project.world.elsewhere.is_none() {
            text = replaced(&text, PACKAGES, "");
        }
        if phase != Phase::Apply {
            for (before, after) in CHANGES {
                text = replaced(&text, before, after);
            }
        }
        self.project.describe(&text);
    }

    /// Runs a phase to its end, and returns its calls.
    pub(super) fn undisturbed(&self, phase: Phase) -> Vec<Key> {
        self.network.pass();
        let ended = self.run(phase.command(), None);
        assert_eq!(ended.code, Some(0), "undisturbed: {}", ended.output);
        self.network.calls()
    }

    /// Runs a phase whose target meets a fault.
    pub(super) fn disturbed(&self, phase: Phase, fault: Fault, target: Target) -> Ended {
        let (reached, is_reached) = channel();
        match fault {
            Fault::KilledBefore => {
                let (died, is_dead) = channel();
                self.network.aim(target, move || {
                    let _ = reached.send(());
                    let _ = is_dead.recv_timeout(PATIENCE);
                    Fate::Cut
                });
                let ended = self.run(phase.command(), Some(&is_reached));
                let _ = died.send(());
                ended
            }
            Fault::KilledAfter | Fault::KilledTwice => {
                self.network.aim(target, move || Fate::LoseAnswer(reached));
                self.run(phase.command(), Some(&is_reached))
            }
            Fault::AnswerLost => {
                self.network.aim(target, move || Fate::LoseAnswer(reached));
                let ended = self.run(phase.command(), None);
                Ended {
                    met: is_reached.try_recv().is_ok(),
                    ..ended
                }
            }
        }
    }

    /// Runs the program, and kills it as soon as it is told to.
    fn run(&self, arguments: &[&str], killed: Option<&Receiver<()>>) -> Ended {
        let file = self.project.path().join("output");
        let mut child = self
            .command(arguments, &file)
            .spawn()
            .expect("the program starts");
        let met = killed.is_some_and(|killed| is_killed(&mut child, killed));
        let code = child.wait().expect("its end").code();
        let output = std::fs::read(file).expect("its output");
        Ended {
            code,
            met,
            output: String::from_utf8_lossy(&output).into_owned(),
        }
    }

    fn command(&self, arguments: &[&str], output: &std::path::Path) -> Command {
        let output = File::create(output).expect("a file");
        let mut command = self.project.command(arguments);
        let selected = self.stacks.iter().flat_map(|stack| ["--stack", stack]);
        command
            .args(selected)
            .stderr(Stdio::from(output.try_clone().expect("the same file")))
            .stdout(Stdio::from(output));
        command
    }

    /// Runs a phase again. `Err` says how it ended if it did not succeed, or if anything is left to do.
    pub(super) fn converge(&self, phase: Phase) -> Result<(), String> {
        self.network.pass();
        let again = self.run(phase.command(), None);
        if again.code != Some(0) {
            return Err(format!(
                "the next run ended with {:?}: {}",
                again.code, again.output
            ));
        }
        if phase == Phase::Destroy {
            return Ok(());
        }
        let next = self.run(&["plan", "--detailed-exitcode"], None);
        match next.code {
            Some(0) => Ok(()),
            code => Err(format!(
                "the next plan ended with {code:?}: {}",
                next.output
            )),
        }
    }

    /// What is in the account, without names that differ between worlds.
    pub(super) fn listing(&self) -> Vec<String> {
        self.network.pass();
        let listing = self.runtime.block_on(self.project.world.listing());
        let system = &self.project.world.system;
        let lines = listing.iter().map(|line| line.replace(system, "acme"));
        let mut lines: Vec<_> = lines.map(|line| without_hashes(&line)).collect();
        lines.sort();
        lines
    }
}

/// Waits until the child has ended or is to be killed. True if it was killed.
fn is_killed(child: &mut Child, killed: &Receiver<()>) -> bool {
    loop {
        if killed.recv_timeout(Duration::from_millis(10)).is_ok() {
            child.kill().expect("killed");
            return true;
        }
        if child.try_wait().expect("its state").is_some() {
            return false;
        }
    }
}

/// The names of buckets and of login pages contain a hash of the account.
fn without_hashes(line: &str) -> String {
    let is_hash = |part: &str| part.len() == 16 && part.chars().all(|of| of.is_ascii_hexdigit());
    let parts = line.split_inclusive(|of: char| !of.is_ascii_alphanumeric());
    let shown = parts.map(|part| {
        let word = part.trim_end_matches(|of: char| !of.is_ascii_alphanumeric());
        if is_hash(word) {
            part.replace(word, "HASH")
        } else {
            part.to_owned()
        }
    });
    shown.collect()
}

/// A text in which exactly this is replaced. The example must have it.
fn replaced(text: &str, before: &str, after: &str) -> String {
    assert!(text.contains(before), "{before} in {text}");
    text.replacen(before, after, 1)
}
