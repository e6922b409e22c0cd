//! How a run ended, and the outputs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use engine::{Outcome, Pending, Report, StepKind};
use model::StackName;

use crate::hint::Hint as _;

/// The steps that were done, those that failed and how to resolve that, and those that were not
/// tried and why.
#[must_use]
pub fn report(report: &Report) -> String {
    let count = |test: fn(&Outcome) -> bool| {
        report
            .outcomes
            .iter()
            .filter(|(_, _, outcome)| test(outcome))
            .count()
    };
    let done = count(|outcome| matches!(outcome, Outcome::Done));
    if report.complete() {
        return if done == 0 {
            String::new()
        } else {
            format!("\nDone: {done} steps.")
        };
    }
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let left = count(|outcome| matches!(outcome, Outcome::Interrupted { .. }));
    let rest = report.outcomes.len() - done - failed - left;
    let left = if left == 0 {
        String::new()
    } else {
        format!(", {left} interrupted")
    };
    let mut text = format!(
        "\nNot everything was done: {done} steps done, {failed} failed{left}, {rest} not tried.\n"
    );
    for (address, kind, outcome) in &report.outcomes {
        let verb = verb(*kind);
        let _ = match outcome {
            Outcome::Done => Ok(()),
            Outcome::Failed(error) => {
                let hint = error.hint().unwrap_or(
                    "fix the cause and run the command again; it resumes where it stopped".into(),
                );
                writeln!(
                    text,
                    "\n  failed: {verb} {address}\n    {error}\n    help: {hint}"
                )
            }
            Outcome::Interrupted { condition } => writeln!(
                text,
                "\n  interrupted: {verb} {address}, waiting for {condition}\n    help: run the command again; it resumes where it stopped"
            ),
            Outcome::Skipped { because } => {
                writeln!(text, "  not tried: {verb} {address} (needs {because})")
            }
            Outcome::Stopped => writeln!(text, "  not tried: {verb} {address} (interrupted)"),
        };
    }
    text.trim_end().to_owned()
}

/// Resources whose last change has not reached everywhere yet.
#[must_use]
pub fn pending(pending: &[Pending]) -> String {
    let lines = pending
        .iter()
        .map(|pending| format!("  {}: {}", pending.address, pending.what));
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!(
        "\nAWS is still working on these; nothing more to do (`frontage apply --wait` waits for them):\n{lines}"
    )
}

/// The outputs, one per line: `toggles.websocket_url = wss://…`.
#[must_use]
pub fn outputs(outputs: &BTreeMap<StackName, BTreeMap<String, String>>) -> String {
    let lines = outputs.iter().flat_map(|(stack, values)| {
        values
            .iter()
            .map(move |(name, value)| format!("{stack}.{name} = {value}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn verb(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Create => "create",
        StepKind::Update => "change",
        StepKind::Delete => "delete",
    }
}

#[cfg(test)]
mod tests {
    use model::types::cloudfront::DISTRIBUTION;
    use serde_json::Value;

    use super::*;
    use engine::{Attributes, Live, LiveTags, Resolved};

    #[test]
    fn a_deletion_that_was_left_is_no_failure() {
        let condition = "the distribution E1 to reach all edge locations".to_owned();
        let outcomes = vec![
            (
                "shell/site".parse().unwrap(),
                StepKind::Delete,
                Outcome::Interrupted { condition },
            ),
            (
                "shell/headers".parse().unwrap(),
                StepKind::Delete,
                Outcome::Stopped,
            ),
        ];
        let text = report(&Report {
            outcomes,
            known: Resolved::default(),
            pending: Vec::new(),
        });
        assert_eq!(
            text,
            "\nNot everything was done: 0 steps done, 0 failed, 1 interrupted, 1 not tried.\n\n  \
             interrupted: delete shell/site, waiting for the distribution E1 to reach all edge locations\n    \
             help: run the command again; it resumes where it stopped\n  \
             not tried: delete shell/headers (interrupted)"
        );
    }

    #[test]
    fn what_is_pending_is_told() {
        let live = Live {
            id: "E1".to_owned(),
            properties: engine::LiveProperties::new(Value::Null),
            attributes: Attributes::new(),
            tags: LiveTags::Unread,
        };
        let what = "deploying to the edges".to_owned();
        let site = Pending {
            address: "shell/site".parse().unwrap(),
            resource_type: DISTRIBUTION,
            live,
            what,
        };
        assert_eq!(
            pending(&[site]),
            "\nAWS is still working on these; nothing more to do (`frontage apply --wait` waits for them):\n  \
             shell/site: deploying to the edges"
        );
    }
}
