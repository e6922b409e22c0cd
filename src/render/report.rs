//! How a run ended, and what stands now.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use stacks::model::StackName;

use crate::reconcile::{Outcome, Report, StepKind};

/// What was done, what failed and what to do about it, what was not tried and why.
#[must_use]
pub fn report(report: &Report) -> String {
    let count = |test: fn(&Outcome) -> bool| report.outcomes.iter().filter(|(_, _, outcome)| test(outcome)).count();
    let done = count(|outcome| matches!(outcome, Outcome::Done));
    if report.complete() {
        return if done == 0 { String::new() } else { format!("\nDone: {done} steps.") };
    }
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let rest = report.outcomes.len() - done - failed;
    let mut text = format!("\nNot everything was done: {done} steps done, {failed} failed, {rest} not tried.\n");
    for (address, kind, outcome) in &report.outcomes {
        let verb = verb(*kind);
        let _ = match outcome {
            Outcome::Done => Ok(()),
            Outcome::Failed(error) => {
                let hint = error.hint().unwrap_or("mend the cause, then run the command again: it goes on from here");
                writeln!(text, "\n  failed: {verb} {address}\n    {error}\n    help: {hint}")
            }
            Outcome::Skipped { because } => writeln!(text, "  not tried: {verb} {address} (needs {because})"),
            Outcome::Stopped => writeln!(text, "  not tried: {verb} {address} (interrupted)"),
        };
    }
    text.trim_end().to_owned()
}

/// The outputs, a line each: `toggles.websocket_url = wss://…`.
#[must_use]
pub fn outputs(outputs: &BTreeMap<StackName, BTreeMap<String, String>>) -> String {
    let lines = outputs
        .iter()
        .flat_map(|(stack, values)| values.iter().map(move |(name, value)| format!("{stack}.{name} = {value}")));
    lines.collect::<Vec<_>>().join("\n")
}

fn verb(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Create => "create",
        StepKind::Update => "change",
        StepKind::Delete => "delete",
    }
}
