//! docs/conformance.md, which each complete and successful run writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::emulator::Emulator;
use super::outcome::{Ended, Outcome, Results};
use super::requests::Counts;
use super::skips::Skip;

const HEAD: &str = "\
# Conformance

`cargo xtask conformance` runs the tests on third-party emulators, and writes this page. A cell contains the number of
tests of a capability that passed there, with the number of tests that were not run in brackets; the reasons are below.
Nothing here has run on live AWS. What only AWS shows is taken from its documentation and from public reports: a layer
in front of each emulator refuses what AWS refuses, and what no emulator can be made to answer is scripted in the drivers'
unit tests (`docs/testing.md`).
";

/// The results of a run.
#[derive(Debug, Default)]
pub(super) struct Report {
    results: BTreeMap<Emulator, Results>,
}

impl Report {
    pub(super) fn add(&mut self, emulator: Emulator, results: Results) {
        let count =
            |wanted: fn(&Ended) -> bool| results.values().filter(|ended| wanted(ended)).count();
        let passed = count(|ended| *ended == Ended::Passed);
        let failed = count(|ended| *ended == Ended::Failed);
        let skipped = count(|ended| matches!(ended, Ended::Skipped(_)));
        eprintln!("    {passed} passed, {failed} failed, {skipped} skipped");
        self.results.insert(emulator, results);
    }

    /// The tests that failed, each with its emulator.
    pub(super) fn failures(&self) -> Vec<String> {
        let of = |(emulator, results): (&Emulator, &Results)| {
            let failed = results.iter().filter(|(_, ended)| **ended == Ended::Failed);
            failed
                .map(|(test, _)| format!("{}: {test}", emulator.name()))
                .collect::<Vec<_>>()
        };
        self.results.iter().flat_map(of).collect()
    }

    pub(super) fn write(&self, path: &Path, requests: &Counts) -> Outcome<()> {
        let mut text = format!("{HEAD}\n## Results\n\n| capability |");
        for emulator in self.results.keys() {
            write!(text, " {} {} |", emulator.name(), emulator.version())?;
        }
        writeln!(text, "\n| --- |{}", " --- |".repeat(self.results.len()))?;
        for capability in self.capabilities() {
            let cells = self
                .results
                .values()
                .map(|results| cell(results, &capability))
                .collect::<Vec<_>>();
            writeln!(text, "| {capability} | {} |", cells.join(" | "))?;
        }
        writeln!(
            text,
            "\n## Gaps, and what they mean\n\n| emulator | lacks | on live AWS |\n| --- | --- | --- |"
        )?;
        for (emulator, skip) in self.skips() {
            writeln!(
                text,
                "| {} | {} | {} |",
                emulator.name(),
                skip.lacks,
                skip.instead
            )?;
        }
        writeln!(text, "\n{FOUND}")?;
        writeln!(
            text,
            "## Requests\n\n{REQUESTS}\n\n| service | requests | operations |\n| --- | --- | --- |"
        )?;
        for (service, [requests, operations]) in requests {
            writeln!(text, "| {service} | {requests} | {operations} |")?;
        }
        let total: u64 = requests.values().map(|[requests, _]| requests).sum();
        let operations: u64 = requests.values().map(|[_, operations]| operations).sum();
        writeln!(text, "| **all** | {total} | {operations} |\n\n{}", stamp()?)?;
        Ok(std::fs::write(path, text)?)
    }

    fn capabilities(&self) -> BTreeSet<String> {
        self.results
            .values()
            .flat_map(Results::keys)
            .map(|test| capability(test))
            .collect()
    }

    fn skips(&self) -> Vec<(Emulator, &'static Skip)> {
        let mut skips = Vec::new();
        for (emulator, results) in &self.results {
            for ended in results.values() {
                if let Ended::Skipped(skip) = ended
                    && !skips.contains(&(*emulator, *skip))
                {
                    skips.push((*emulator, *skip));
                }
            }
        }
        skips
    }
}

const FOUND: &str = "\
## What the rules of AWS found

Emulators accept much that AWS refuses. These rules changed the program, and are now in the layer in front of the emulators:

| rule | before | since |
| --- | --- | --- |
| a content security policy of CloudFront has at most 1,783 characters | the shell's named each team three times: the 13th was too many | it names each once, and `validate` counts |
| an account has 20 cache policies and 20 response headers policies | each site had one of each | all sites share them; a plan with too many is refused |
| a user pool has 50 tags, which also record what is in it | `apply` would have failed at the group too many | a plan counts tags and records together |
| S3 reserves names of buckets that begin in some ways | a system could be named `sthree` | the description is refused |
| a caller reference creates one distribution, ever | a site that was destroyed could not be created again, if CloudFront remembers | the next reference is used |
| a deployment that a stage serves is not deleted | the deletion was repeated until its time was over | the error names the stage, and what a stage of others serves is left to them |
| a distribution that is subscribed to a pricing plan is not deleted | its bucket's policy was gone before AWS said so: the site answered 403 | AWS is asked first, and nothing of the site is deleted |
";

const REQUESTS: &str = "Each request of the run was checked against botocore's model of its service: required members, \
                        unknown members, enums, patterns, lengths and ranges. None broke a rule.";

/// `drivers::sqs::…` is `sqs`; other tests are named with their program.
fn capability(test: &str) -> String {
    let mut parts = test.split("::");
    let (binary, module) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    if binary == "drivers" {
        module.to_owned()
    } else {
        format!("{binary}: {module}")
    }
}

fn cell(results: &Results, wanted: &str) -> String {
    let of = || {
        results
            .iter()
            .filter(|(test, _)| capability(test) == wanted)
            .map(|(_, ended)| ended)
    };
    let passed = of().filter(|ended| **ended == Ended::Passed).count();
    let skipped = of()
        .filter(|ended| matches!(ended, Ended::Skipped(_)))
        .count();
    match (passed, skipped) {
        (0, 0) => String::new(),
        (passed, 0) => passed.to_string(),
        (passed, skipped) => format!("{passed} ({skipped})"),
    }
}

fn stamp() -> Outcome<String> {
    let said = |program: &str, arguments: &[&str]| -> Outcome<String> {
        let output = Command::new(program).args(arguments).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let (date, commit) = (
        said("date", &["-u", "+%F"])?,
        said("git", &["rev-parse", "--short", "HEAD"])?,
    );
    Ok(format!("Run {date} at {commit}."))
}
