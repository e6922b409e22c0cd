//! The measurements of docs/benchmarks.md, taken by `cargo xtask bench`.
//!
//! It runs the released program and the functions as black boxes, on the emulator, and compares
//! them with its own bare calls. It knows neither the engine nor the SDK, so nothing is measured
//! with itself.
#![allow(clippy::print_stderr, reason = "progress output")]

mod aws;
mod clients;
mod cold;
mod document;
mod edits;
mod floor;
mod front_ends;
mod functions;
mod http;
mod machine;
mod outcome;
mod plan;
mod proxy;
mod rules;
mod service;
mod statistics;
mod toggles;
mod world;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use document::Table;
use outcome::Outcome;

/// Measure, and write the results into docs/benchmarks.md.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Arguments {
    /// The measurements to take [default: all but edits and cold]
    #[arg(value_name = "BENCHMARK")]
    benchmarks: Vec<Benchmark>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Benchmark {
    /// A plan that finds nothing to do: calls, start, memory
    Plan,
    /// A toggle's path from its write to the last of 1, 50 and 500 clients
    Toggles,
    /// What a rule costs for each connection
    Rules,
    /// The functions' packages and their start
    Functions,
    /// A first visit to the shell: size, times, and accessibility (Lighthouse)
    FrontEnds,
    /// From an edit of a crate to the end of its unit tests: compiles much the first time
    Edits,
    /// From a clone with nothing cached to a running system: takes minutes, and the whole machine
    Cold,
}

impl Benchmark {
    async fn measure(self) -> Outcome<Table> {
        match self {
            Self::Plan => plan::measure().await,
            Self::Toggles => toggles::measure().await,
            Self::Rules => rules::measure(),
            Self::Functions => functions::measure().await,
            Self::FrontEnds => front_ends::measure(),
            Self::Edits => edits::measure(),
            Self::Cold => cold::measure(),
        }
    }

    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Outcome<()> {
    let wanted = match arguments.benchmarks {
        all if all.is_empty() => vec![
            Benchmark::Plan,
            Benchmark::Toggles,
            Benchmark::Rules,
            Benchmark::Functions,
            Benchmark::FrontEnds,
        ],
        some => some,
    };
    for benchmark in wanted {
        let name = benchmark.name();
        eprintln!("==> {name}");
        let machine = machine::describe()?;
        let table = benchmark.measure().await?;
        eprintln!("{table}");
        document::write(&name, &machine, &table)?;
    }
    Ok(())
}
