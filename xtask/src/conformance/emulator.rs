//! The emulators, and how to run tests on each.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

use local::{Fakecloud, MiniStack, MiniStackOptions, Moto};

use super::outcome::Outcome;
use super::requests::Requests;
use crate::command::{cargo, root, run as run_command};
use crate::tools;

/// The one account of a server of moto or fakecloud.
const ACCOUNT: &str = "123456789012";

/// A third-party emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Emulator {
    /// The one that `frontage dev` and the tests use
    Ministack,
    /// Control planes
    Moto,
    /// Control planes, including CodeArtifact
    Fakecloud,
}

/// How many servers of an emulator run at once if each has one account: as many tests run at once.
const SERVERS: usize = 4;

/// An emulator's running servers.
pub(super) struct Running {
    emulator: Emulator,
    servers: Vec<Server>,
}

/// A running server of an emulator.
enum Server {
    MiniStack(MiniStack),
    Moto(Moto),
    Fakecloud(Fakecloud),
}

impl Emulator {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ministack => "MiniStack",
            Self::Moto => "moto",
            Self::Fakecloud => "fakecloud",
        }
    }

    pub(super) fn version(self) -> &'static str {
        let of = |name: &str, requirements: &'static str| {
            let line = requirements
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix("=="));
            line.and_then(|line| line.split(' ').next()).unwrap_or("?")
        };
        match self {
            Self::Ministack => of("ministack", include_str!("../../../tools/local.txt")),
            Self::Moto => of("moto", include_str!("../../../tools/conformance.txt")),
            Self::Fakecloud => Fakecloud::VERSION,
        }
    }

    /// Whether a test can run on it: releases and whole systems need more than control planes,
    /// except for fakecloud's own test.
    pub(super) fn runs(self, test: &str) -> bool {
        let (driver, own) = (
            test.starts_with("drivers::"),
            test.starts_with("system::fakecloud::"),
        );
        match self {
            Self::Ministack => !own,
            Self::Moto => driver,
            Self::Fakecloud => driver || own,
        }
    }

    pub(super) fn start(self) -> Outcome<Running> {
        let servers = match self {
            Self::Ministack => {
                let options = MiniStackOptions::default();
                let server = MiniStack::start(&tools::local()?, &options)?;
                vec![Server::MiniStack(server)]
            }
            Self::Moto => {
                let tools = tools::conformance()?;
                let start = |_| Ok(Server::Moto(Moto::start(&tools)?));
                (0..SERVERS).map(start).collect::<Outcome<_>>()?
            }
            Self::Fakecloud => {
                let program = fakecloud()?;
                let start = |_| Ok(Server::Fakecloud(Fakecloud::start(&program)?));
                (0..SERVERS).map(start).collect::<Outcome<_>>()?
            }
        };
        Ok(Running {
            emulator: self,
            servers,
        })
    }
}

/// fakecloud's program, built if it is missing: unoptimised, in minutes instead of an hour.
fn fakecloud() -> Outcome<std::path::PathBuf> {
    if let Some(program) = Fakecloud::program() {
        return Ok(program);
    }
    let root = Fakecloud::root()
        .ok_or("there is no directory for fakecloud: set HOME or XDG_CACHE_HOME")?;
    let mut command = cargo(&[
        "install",
        "fakecloud",
        "--version",
        Fakecloud::VERSION,
        "--locked",
        "--root",
    ]);
    let target = tempfile::tempdir()?;
    command
        .arg(&root)
        .env("CARGO_TARGET_DIR", target.path())
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256")
        .env("CARGO_PROFILE_RELEASE_LTO", "off");
    run_command(&mut command)?;
    Fakecloud::program().ok_or_else(|| "fakecloud was built but its program is missing".into())
}

impl Running {
    pub(super) fn emulator(&self) -> Emulator {
        self.emulator
    }

    /// Runs tests of one program, and returns those that passed. Tests with their own accounts run
    /// concurrently on one server; others one after another on each server, each in an empty
    /// account.
    pub(super) fn run(
        &self,
        binary: &Path,
        tests: &[String],
        requests: &Requests,
    ) -> Outcome<Vec<(String, bool)>> {
        let at_once = match self.emulator {
            Emulator::Ministack => tests.len().max(1),
            Emulator::Moto | Emulator::Fakecloud => 1,
        };
        let waiting = Mutex::new(tests.chunks(at_once));
        let next = || {
            waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .next()
        };
        let work = |server: &Server| {
            let mut results = Vec::new();
            while let Some(tests) = next() {
                let ran = server.run(binary, tests, requests);
                results.extend(ran.map_err(|error| error.to_string())?);
            }
            Ok::<_, String>(results)
        };
        let ended = thread::scope(|scope| {
            let threads = self
                .servers
                .iter()
                .map(|server| scope.spawn(|| work(server)));
            let threads: Vec<_> = threads.collect();
            let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
            joined.collect::<Vec<_>>()
        });
        let mut results = Vec::new();
        for ended in ended {
            results.extend(ended.map_err(|_| "a thread of the tests panicked")??);
        }
        Ok(results)
    }
}

impl Server {
    fn endpoint(&self) -> String {
        match self {
            Self::MiniStack(ministack) => ministack.endpoint(),
            Self::Moto(moto) => moto.endpoint(),
            Self::Fakecloud(fakecloud) => fakecloud.endpoint(),
        }
    }

    /// The account of a test, where the emulator gives tests no accounts of their own.
    fn account(&self) -> Option<&'static str> {
        match self {
            Self::MiniStack(_) => None,
            Self::Moto(_) | Self::Fakecloud(_) => Some(ACCOUNT),
        }
    }

    fn reset(&self) -> Outcome<()> {
        match self {
            Self::MiniStack(_) => Ok(()),
            Self::Moto(moto) => Ok(moto.reset()?),
            Self::Fakecloud(fakecloud) => Ok(fakecloud.reset()?),
        }
    }

    fn run(
        &self,
        binary: &Path,
        tests: &[String],
        requests: &Requests,
    ) -> Outcome<Vec<(String, bool)>> {
        self.reset()?;
        let mut command = Command::new(binary);
        command
            .env("FRONTAGE_TEST_ENDPOINT", self.endpoint())
            .env("RUST_BACKTRACE", "0");
        let account = self.account();
        command.envs(account.map(|account| ("FRONTAGE_TEST_ACCOUNT", account)));
        run(requests.of(&mut command), tests)
    }
}

fn run(command: &mut Command, tests: &[String]) -> Outcome<Vec<(String, bool)>> {
    command
        .arg("--exact")
        .args(tests)
        .args(["--test-threads", "4"])
        .current_dir(root())
        .stdin(Stdio::null());
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        eprintln!("{}", text.trim_end());
    }
    let ends = |line: &str| {
        let (name, ended) = line.strip_prefix("test ")?.split_once(" ... ")?;
        Some((name.to_owned(), ended.to_owned()))
    };
    let mut results: Vec<(String, String)> = text.lines().filter_map(ends).collect();
    // A test's output can appear between its name and its result, and a program that dies prints no
    // results.
    for test in tests
        .iter()
        .filter(|test| !results.iter().any(|(name, _)| name == *test))
        .collect::<Vec<_>>()
    {
        results.push((
            test.clone(),
            if output.status.success() {
                "ok"
            } else {
                "FAILED"
            }
            .to_owned(),
        ));
    }
    // Ignored tests are run by other tests, as separate programs.
    let ran = results
        .into_iter()
        .filter(|(_, ended)| !ended.starts_with("ignored"));
    Ok(ran.map(|(name, ended)| (name, ended == "ok")).collect())
}
