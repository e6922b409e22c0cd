//! The requests of a run: the tests record them, and a check compares them with the services' own
//! models.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use local::Tools;

use super::outcome::Outcome;
use crate::command::{program, root, run, target};
use crate::tools;

/// The number of requests per service, and the operations among them.
pub(crate) type Counts = BTreeMap<String, [u64; 2]>;

/// A file in which tests record their requests.
#[derive(Debug)]
pub(crate) struct Requests {
    checker: Tools,
    file: PathBuf,
}

impl Requests {
    /// An empty file, which is kept for the analysis of findings: `target/requests/NAME.jsonl`.
    pub(crate) fn new(name: &str) -> Outcome<Self> {
        let directory = target().join("requests");
        std::fs::create_dir_all(&directory)?;
        let file = directory.join(name).with_extension("jsonl");
        std::fs::write(&file, "")?;
        Ok(Self {
            checker: tools::conformance()?,
            file,
        })
    }

    /// Makes the tests that a command runs record their requests.
    pub(crate) fn of<'command>(&self, tests: &'command mut Command) -> &'command mut Command {
        tests.env("FRONTAGE_TEST_REQUESTS", &self.file)
    }

    /// Checks every request. An error if live AWS would refuse one, or if there are none.
    pub(crate) fn check(&self) -> Outcome<Counts> {
        eprintln!("    every request against the services' models");
        let counts = self.file.with_extension("json");
        let check = root().join("tools/conformance/check.py");
        run(program(self.checker.bin("python"), &[])
            .arg(check)
            .arg(&self.file)
            .arg(&counts))?;
        let counts: Counts = serde_json::from_str(&std::fs::read_to_string(counts)?)?;
        if counts.is_empty() {
            return Err("the tests recorded no requests, so nothing was checked".into());
        }
        Ok(counts)
    }
}
