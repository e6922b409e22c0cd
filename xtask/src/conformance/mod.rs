//! `cargo xtask conformance`: runs the tests on emulators by several authors, and checks every
//! request.

mod emulator;
mod outcome;
mod report;
mod requests;
mod skips;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

pub(crate) use self::emulator::Emulator;
use self::emulator::Running;
use self::outcome::{Ended, Outcome, Results};
use self::report::Report;
pub(crate) use self::requests::Requests;
use self::skips::skip;
use crate::command::{cargo, root};

/// The selection of emulators and tests.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The emulators [default: all]
    #[arg(value_name = "EMULATOR")]
    emulators: Vec<Emulator>,
    /// Only tests whose names begin like this; the report stays unchanged
    #[arg(long, value_name = "PREFIX")]
    only: Option<String>,
    /// Also run skipped tests, to see whether they still need to be skipped
    #[arg(long)]
    skipped: bool,
}

impl Arguments {
    /// One emulator, with all tests that it can run.
    pub(crate) fn only(emulator: Emulator) -> Self {
        Self {
            emulators: vec![emulator],
            only: None,
            skipped: false,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    // fakecloud first: it is built then, and MiniStack's tests use it as well.
    let all = [Emulator::Fakecloud, Emulator::Moto, Emulator::Ministack];
    let chosen = if arguments.emulators.is_empty() {
        all.to_vec()
    } else {
        arguments.emulators.clone()
    };
    let binaries = build()?;
    let requests = Requests::new("conformance")?;
    let mut report = Report::default();
    for emulator in chosen {
        eprintln!("==> {}", emulator.name());
        let running = emulator.start()?;
        let results = tests(&running, &requests, &binaries, arguments)?;
        report.add(emulator, results);
    }
    let checked = requests.check();
    let failed = report.failures();
    if !failed.is_empty() {
        return Err(format!("not as expected:\n  {}", failed.join("\n  ")).into());
    }
    let counts = checked?;
    // The page says that nothing failed, so it is written only by a run in which nothing did.
    if arguments.emulators.is_empty() && arguments.only.is_none() {
        report.write(&root().join("docs/conformance.md"), &counts)?;
    }
    Ok(())
}

/// The program's test programs, by name. Another package may have one of the same name.
fn build() -> Outcome<BTreeMap<String, PathBuf>> {
    let mut command = cargo(&[
        "test",
        "--locked",
        "--no-run",
        "--workspace",
        "--message-format",
        "json",
    ]);
    command.args(["--test", "drivers", "--test", "release", "--test", "system"]);
    eprintln!("    building the tests");
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the tests could not be built".into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let manifest = root().join("Cargo.toml").display().to_string();
    let built = messages.filter(|message| {
        message["reason"] == "compiler-artifact"
            && message["profile"]["test"] == true
            && message["manifest_path"] == manifest.as_str()
    });
    let named = built.filter_map(|message| {
        let name = message["target"]["name"].as_str()?.to_owned();
        Some((name, PathBuf::from(message["executable"].as_str()?)))
    });
    Ok(named.collect())
}

/// Runs the tests that an emulator can run.
fn tests(
    running: &Running,
    requests: &Requests,
    binaries: &BTreeMap<String, PathBuf>,
    arguments: &Arguments,
) -> Outcome<Results> {
    let mut results = Results::new();
    for (binary, path) in binaries {
        let (mut wanted, mut told) = (Vec::new(), Vec::new());
        for test in list(path)? {
            let name = format!("{binary}::{test}");
            let asked_for = arguments
                .only
                .as_ref()
                .is_none_or(|prefix| name.starts_with(prefix));
            if !asked_for || !running.emulator().runs(&name) {
                continue;
            }
            match skip(running.emulator(), &name).filter(|_| !arguments.skipped) {
                Some(skip) => {
                    let line = format!(
                        "    skipped: {} lacks {}",
                        running.emulator().name(),
                        skip.lacks
                    );
                    if !told.contains(&line) {
                        eprintln!("{line}");
                        told.push(line);
                    }
                    results.insert(name, Ended::Skipped(skip));
                }
                None => wanted.push(test),
            }
        }
        for (test, passed) in running.run(path, &wanted, requests)? {
            let ended = if passed { Ended::Passed } else { Ended::Failed };
            results.insert(format!("{binary}::{test}"), ended);
        }
    }
    Ok(results)
}

fn list(binary: &Path) -> Outcome<Vec<String>> {
    let output = Command::new(binary)
        .arg("--list")
        .current_dir(root())
        .stdin(Stdio::null())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect())
}
