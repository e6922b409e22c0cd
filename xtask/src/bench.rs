//! `cargo xtask bench`: the released program and what measures it, built and run.

use std::error::Error;

use crate::command::{cargo, program, root, run as run_command};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// plan, toggles, functions, cold [default: all but cold]
    #[arg(value_name = "BENCHMARK")]
    benchmarks: Vec<String>,
}

/// Builds both in one go, so that they share what they are built of, and measures.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    run_command(&mut cargo(&["build", "--release", "--locked", "-p", "frontage", "-p", "bench"]))?;
    let benchmarks: Vec<&str> = arguments.benchmarks.iter().map(String::as_str).collect();
    let directory =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |path| root().join(path));
    Ok(run_command(&mut program(directory.join("release/bench"), &benchmarks))?)
}
