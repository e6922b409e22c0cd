//! The runs that wrote.

use std::fmt::Write as _;

use aws::control::Run;

/// One line for each run, the newest first, and its steps if asked for.
#[must_use]
pub fn history(runs: &[Run], steps: bool) -> String {
    if runs.is_empty() {
        return "no run has written yet\n".to_owned();
    }
    let mut text = String::new();
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
