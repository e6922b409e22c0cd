//! `cargo xtask bench`: builds and runs the released program and the measurements.

use std::error::Error;

use crate::command::{cargo, program, run as run_command, target};

/// The measurements to take.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// plan, toggles, functions, front-ends, edits, cold [default: all but edits and cold]
    #[arg(value_name = "BENCHMARK")]
    benchmarks: Vec<String>,
}

/// Builds both together, so that they share their dependencies, and measures.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    run_command(&mut cargo(&[
        "build",
        "--release",
        "--locked",
        "-p",
        "frontage",
        "-p",
        "bench",
    ]))?;
    let benchmarks: Vec<&str> = arguments.benchmarks.iter().map(String::as_str).collect();
    Ok(run_command(&mut program(
        target().join("release/bench"),
        &benchmarks,
    ))?)
}
