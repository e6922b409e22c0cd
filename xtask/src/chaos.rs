//! `cargo xtask chaos`: kills the program at each of its calls, and writes the results into
//! docs/reliability.md.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::command::{cargo, output, program, root, run as run_command};

/// The test that runs the trials.
const TEST: &str = "chaos::a_run_that_dies_at_any_call_is_finished_by_the_next";

/// The page with the results, and the lines between which they are.
const PAGE: &str = "docs/reliability.md";
const BEGIN: &str = "<!-- Written by `cargo xtask chaos`. -->\n";
const END: &str = "<!-- Until here. -->\n";

/// Which trials to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Try one of so many calls with each fault
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
    /// The phase to disturb; repeatable [default: all]
    #[arg(long = "phase", value_name = "PHASE")]
    phases: Vec<Phase>,
    /// The fault; repeatable [default: all]
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,
    /// Work on this stack alone; repeatable, together with those that it refers to [default: all]
    #[arg(long = "stack", value_name = "STACK")]
    stacks: Vec<String>,
    /// How many accounts of the emulator are used at once
    #[arg(long, value_name = "N", default_value_t = 3)]
    worlds: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Phase {
    /// The first apply
    Apply,
    /// An apply that creates, changes, replaces and deletes
    Change,
    /// The deletion of everything
    Destroy,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Fault {
    /// SIGKILL, and the call never arrives
    KilledBefore,
    /// SIGKILL once the call has taken effect, before its answer
    KilledAfter,
    /// The call takes effect, and the connection ends without an answer
    AnswerLost,
    /// As killed-after, and the next run is killed as well; a fourth of the calls
    KilledTwice,
}

/// Runs the trials. An error if one of them did not converge.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("result.json");
    let tested = run_command(
        cargo(&["test", "--workspace", "--locked", "--test", "system", "--"])
            .args(["--exact", TEST, "--ignored", "--nocapture"])
            .env("FRONTAGE_CHAOS", arguments.json().to_string())
            .env("FRONTAGE_CHAOS_RESULT", &file),
    );
    let result: Value = match fs::read(&file) {
        Ok(result) => serde_json::from_slice(&result)?,
        Err(_) => return Ok(tested?),
    };
    let page = root().join(PAGE);
    let text = fs::read_to_string(&page)?;
    fs::write(page, with_results(&text, &results(&result, arguments)?)?)?;
    Ok(tested?)
}

impl Arguments {
    fn json(&self) -> Value {
        json!({
            "every": self.every, "phases": names(&self.phases), "faults": names(&self.faults),
            "stacks": self.stacks, "worlds": self.worlds,
        })
    }

    /// The command, as it is typed.
    fn line(&self) -> String {
        let mut line = "cargo xtask chaos".to_owned();
        if self.every > 1 {
            line.extend([" --every ", &self.every.to_string()]);
        }
        let options = [
            ("phase", names(&self.phases)),
            ("fault", names(&self.faults)),
            ("stack", self.stacks.clone()),
        ];
        for (option, values) in options {
            line.extend(values.iter().map(|value| format!(" --{option} {value}")));
        }
        line
    }
}

fn names<T: ValueEnum>(values: &[T]) -> Vec<String> {
    let named = values.iter().filter_map(ValueEnum::to_possible_value);
    named.map(|value| value.get_name().to_owned()).collect()
}

/// The page with these results in the place of earlier ones.
fn with_results(page: &str, results: &str) -> Result<String, Box<dyn Error>> {
    let (before, rest) = page
        .split_once(BEGIN)
        .ok_or_else(|| format!("{PAGE} has no line {}", BEGIN.trim()))?;
    let (_, after) = rest
        .split_once(END)
        .ok_or_else(|| format!("{PAGE} has no line {}", END.trim()))?;
    Ok(format!("{before}{BEGIN}\n{results}\n{END}{after}"))
}

/// The table, and when and how it came about.
fn results(result: &Value, arguments: &Arguments) -> Result<String, Box<dyn Error>> {
    let columns = [
        "calls",
        "tried",
        "converged",
        "left",
        "doubled",
        "lost",
        "missed",
        "finished",
    ];
    let mut text = "| phase | fault |".to_owned();
    for column in columns {
        write!(text, " {column} |")?;
    }
    writeln!(text, "\n| --- | --- |{}", " --- |".repeat(columns.len()))?;
    let rows = result["rows"].as_array().map_or(&[][..], Vec::as_slice);
    let count = |row: &Value, column: &str| row[column].as_u64().unwrap_or_default();
    for row in rows {
        let name = |column: &str| row[column].as_str().unwrap_or_default();
        write!(text, "| {} | {} |", name("phase"), name("fault"))?;
        for column in columns {
            write!(text, " {} |", count(row, column))?;
        }
        writeln!(text)?;
    }
    let sum = |column: &str| rows.iter().map(|row| count(row, column)).sum::<u64>();
    writeln!(
        text,
        "\n`{}` on {} at {}: {} of {} trials converged, in {} min.",
        arguments.line(),
        said("date", &["-u", "+%F"])?,
        said("git", &["rev-parse", "--short", "HEAD"])?,
        sum("converged"),
        sum("tried"),
        result["seconds"].as_u64().unwrap_or_default().div_ceil(60),
    )?;
    Ok(text)
}

fn said(name: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    Ok(output(&mut program(name, arguments))?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn results_replace_earlier_ones() {
        let page = format!("before\n{BEGIN}old\n{END}after\n");
        let new = with_results(&page, "new").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}\nnew\n{END}after\n"));
        assert_eq!(with_results(&new, "new").unwrap(), new);
        assert!(with_results("nothing", "new").is_err());
    }

    #[test]
    fn a_command_is_shown_as_it_is_typed() {
        let arguments = Arguments {
            every: 5,
            phases: vec![Phase::Change],
            faults: vec![Fault::AnswerLost],
            stacks: vec!["edge".to_owned()],
            worlds: 3,
        };
        assert_eq!(
            arguments.line(),
            "cargo xtask chaos --every 5 --phase change --fault answer-lost --stack edge"
        );
    }
}
