//! The runs of a pipeline, and the output of their builds.

use super::visible::field;
use crate::pipeline::{BuildLog, Run};

/// One line per run: when it started, how it stands, its commit, its id.
#[must_use]
pub fn runs(runs: &[Run]) -> String {
    runs.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(run: &Run) -> String {
    let started = run.started.as_deref().unwrap_or("-");
    let revisions = run.revisions.iter().map(|revision| {
        let id: String = revision.id.chars().take(12).collect();
        let summary = revision.summary.as_deref().unwrap_or_default();
        let first = summary.lines().next().unwrap_or_default();
        format!("{} {}", field(&id), field(first))
            .trim_end()
            .to_owned()
    });
    let trigger = run.trigger.as_deref().unwrap_or("-");
    let words = [
        format!("{started}  {:<10}", run.status),
        format!("{}  {trigger}", run.id),
        revisions.collect::<Vec<_>>().join(", "),
    ];
    words.join("  ").trim_end().to_owned()
}

/// The output of builds, each below a line with its stage and how it ended.
#[must_use]
pub fn build_logs(logs: &[BuildLog]) -> String {
    let builds = logs.iter().map(|log| {
        let head = format!("--- {}: {}", log.stage, log.status);
        let lines = log.lines.iter().map(|line| format!("\n{line}"));
        head + &lines.collect::<String>()
    });
    builds.collect::<Vec<_>>().join("\n")
}
