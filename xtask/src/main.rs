//! The project's development tasks: `cargo xtask --help`.

mod bench;
mod boundaries;
mod chaos;
mod command;
mod conformance;
mod dist;
mod test;
mod tools;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The development tasks of the Frontage project.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Run every check in order, and stop at the first that fails
    ///
    /// Installs the tools that the checks need: pinned, under Cargo's target directory, in Python
    /// virtual environments. This runs before a change is accepted.
    Test(test::Arguments),
    /// Run the tests on emulators by several authors, and check every request against the services'
    /// models
    ///
    /// Installs moto, and builds fakecloud once, which takes minutes. Writes docs/conformance.md.
    Conformance(conformance::Arguments),
    /// Kill the program at each of its calls, and lose each answer: the next run must complete the system
    ///
    /// Takes hours for every call; `--every 20` takes minutes. Writes the results into
    /// docs/reliability.md.
    Chaos(chaos::Arguments),
    /// Take measurements, and write the results to docs/benchmarks.md
    ///
    /// `edits` measures edits of each crate, and `cold` a clone with nothing cached; they compile for
    /// minutes, and run only when they are named.
    Bench(bench::Arguments),
    /// Make what a release consists of: the archive for this platform, the npm packages, checksums
    ///
    /// The same sources give the same bytes.
    Dist(dist::Arguments),
}

fn main() -> ExitCode {
    let Arguments { chore } = Arguments::parse();
    let done = match chore {
        Chore::Test(arguments) => test::run(&arguments),
        Chore::Conformance(arguments) => conformance::run(&arguments),
        Chore::Chaos(arguments) => chaos::run(&arguments),
        Chore::Bench(arguments) => bench::run(&arguments),
        Chore::Dist(arguments) => dist::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

fn report(error: &dyn Error) {
    eprintln!("error: {error}");
    let mut source = error.source();
    while let Some(error) = source {
        eprintln!("  because: {error}");
        source = error.source();
    }
}
