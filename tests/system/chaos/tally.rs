//! How the trials ended.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::site::Ended;
use super::{Fault, Phase, Trial, Undisturbed};

/// How a trial ended.
#[derive(Debug)]
pub(super) struct End {
    /// Whether its call happened. In another order some calls are not made: of those that poll, and of
    /// a second run that finds nothing to do.
    met: bool,
    /// Whether the disturbed run went on and ended with success.
    finished: bool,
    /// Why the next run did not end with success, or left something to do.
    error: Option<String>,
    /// What is there and should not be.
    left: Vec<String>,
    /// What is there more often than it should be.
    doubled: Vec<String>,
    /// What should be there and is not.
    lost: Vec<String>,
    /// The last lines of what the disturbed run wrote.
    output: Vec<String>,
}

impl End {
    pub(super) fn new(
        met: bool,
        first: &Ended,
        converged: Result<(), String>,
        listing: &[String],
        expected: &[String],
    ) -> Self {
        let more = beyond(listing, expected);
        let (doubled, left) = more.into_iter().partition(|line| expected.contains(line));
        Self {
            met,
            finished: first.code == Some(0),
            error: converged.err(),
            left,
            doubled,
            lost: beyond(expected, listing),
            output: ending(&first.output),
        }
    }

    /// What is wrong, and the end of the disturbed run.
    fn told(&self) -> String {
        let Self {
            error,
            left,
            doubled,
            lost,
            ..
        } = self;
        let output = self.output.join("\n");
        format!("{error:?}; left {left:?}, doubled {doubled:?}, lost {lost:?}\n{output}")
    }

    pub(super) fn converged(&self) -> bool {
        let exact = self.left.is_empty() && self.doubled.is_empty() && self.lost.is_empty();
        self.error.is_none() && exact
    }
}

fn ending(output: &str) -> Vec<String> {
    let lines: Vec<_> = output.lines().map(str::to_owned).collect();
    lines[lines.len().saturating_sub(30)..].to_vec()
}

/// The lines of the first list that the second has not, or not as often.
fn beyond(of: &[String], than: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in than {
        *counts.entry(line.as_str()).or_default() += 1;
    }
    let is_more = |line: &&String| match counts.get_mut(line.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    of.iter().filter(is_more).cloned().collect()
}

/// The counts of a fault in a phase.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    tried: usize,
    converged: usize,
    left: usize,
    doubled: usize,
    lost: usize,
    missed: usize,
    finished: usize,
}

/// All trials.
#[derive(Debug)]
pub(super) struct Tally {
    calls: BTreeMap<Phase, usize>,
    counts: BTreeMap<(Phase, Fault), Counts>,
    failures: Vec<(Phase, Trial, End)>,
    took: Duration,
}

impl Tally {
    pub(super) fn new(phases: &[Undisturbed]) -> Self {
        let calls = phases.iter().map(|of| (of.phase, of.calls.len()));
        Self {
            calls: calls.collect(),
            counts: BTreeMap::new(),
            failures: Vec::new(),
            took: Duration::ZERO,
        }
    }

    pub(super) fn add(&mut self, phase: Phase, trial: &Trial, end: End) {
        let counts = self.counts.entry((phase, trial.fault)).or_default();
        if !end.converged() {
            eprintln!("{}, {trial:?}: {}", phase.name(), end.told());
        }
        counts.left += end.left.len();
        counts.doubled += end.doubled.len();
        counts.lost += end.lost.len();
        if end.met {
            counts.tried += 1;
            counts.converged += usize::from(end.converged());
            counts.finished += usize::from(end.finished);
        } else {
            counts.missed += 1;
        }
        if !end.converged() {
            self.failures.push((phase, trial.clone(), end));
        }
    }

    pub(super) fn took(&mut self, took: Duration) {
        self.took = took;
    }

    /// How many trials there were, with those that missed their call.
    pub(super) fn trials(&self) -> usize {
        let counts = self.counts.values();
        counts.map(|of| of.tried + of.missed).sum()
    }

    /// Whether every trial converged.
    pub(super) fn is_whole(&self) -> bool {
        self.failures.is_empty()
    }

    /// Writes the counts into the file that `FRONTAGE_CHAOS_RESULT` names.
    pub(super) fn write(&self) {
        if let Some(file) = std::env::var_os("FRONTAGE_CHAOS_RESULT") {
            std::fs::write(file, self.json().to_string()).expect("written");
        }
    }

    fn json(&self) -> Value {
        let rows = self.counts.iter().map(|((phase, fault), of)| {
            json!({
                "phase": phase.name(), "fault": fault.name(), "calls": self.calls[phase],
                "tried": of.tried, "converged": of.converged, "left": of.left, "doubled": of.doubled,
                "lost": of.lost, "missed": of.missed, "finished": of.finished,
            })
        });
        let failures = self.failures.iter().map(|(phase, trial, end)| {
            json!(format!(
                "{}, {}: {:?}: {}",
                phase.name(),
                trial.fault.name(),
                trial.key,
                end.told()
            ))
        });
        json!({
            "rows": rows.collect::<Vec<_>>(),
            "failures": failures.collect::<Vec<_>>(),
            "seconds": self.took.as_secs(),
        })
    }
}
