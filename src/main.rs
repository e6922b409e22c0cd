//! The command `frontage`: parse, run, report.

mod variables;

use std::process::ExitCode;

use clap::Parser as _;
use frontage::cli::Cli;

fn main() -> ExitCode {
    if let Err(error) = variables::start_again_without_empty_ones() {
        eprintln!("frontage cannot start without the empty AWS variables: {error}");
        return ExitCode::FAILURE;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            // With --detailed-exitcode 2 means 'changes', so wrong usage is 1, like every error.
            return if error.use_stderr() {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    frontage::cli::main(cli)
}
