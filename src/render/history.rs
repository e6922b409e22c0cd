//! The runs that wrote.

use std::fmt::Write as _;

use aws::control::{Binding, Run};
use serde::Serialize;

/// A system and the runs that wrote to it.
#[derive(Debug, Serialize)]
pub struct History {
    /// The system; null before the first run.
    pub system: Option<Binding>,
    /// The newest runs first.
    pub runs: Vec<Run>,
}

/// One line for the system and for each run, the newest first, and its steps if asked for.
#[must_use]
pub fn history(History { system, runs }: &History, steps: bool) -> String {
    if runs.is_empty() {
        return "no run has written yet\n".to_owned();
    }
    let mut text = String::new();
    if let Some(of) = system {
        let _ = writeln!(
            text,
            "system {}, id {}, in account {}, {}, since {}\n",
            of.name, of.id, of.account, of.region, of.since
        );
    }
    for run in runs {
        let (result, done, left) = match &run.ended {
            Some(ended) => (ended.result.as_str(), ended.done, ended.left),
            None => ("not ended", 0, 0),
        };
        let _ = write!(text, "{}  {:<8} {result:<9}", run.began, run.command);
        if run.ended.is_some() {
            let _ = write!(text, "  {done} done");
        }
        if left > 0 {
            let _ = write!(text, ", {left} not");
        }
        let _ = writeln!(
            text,
            "  by {} on {}, Frontage {}, description {}",
            run.who, run.host, run.version, run.description
        );
        let done = run.ended.iter().flat_map(|ended| &ended.steps);
        for step in done.filter(|_| steps) {
            let _ = writeln!(text, "    {step}");
        }
    }
    text
}
