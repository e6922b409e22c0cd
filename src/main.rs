//! The command `frontage`: parse, run, report.

mod variables;

use std::io::{self, Write as _};
use std::process::ExitCode;

use frontage::cli::Cli;

fn main() -> ExitCode {
    if let Err(error) = variables::start_again_without_empty_ones() {
        eprintln!("frontage cannot start without the empty AWS variables: {error}");
        return ExitCode::FAILURE;
    }
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    frontage::cli::main(cli)
}

/// Prints the help, the version, or what is wrong with the usage.
fn explain(error: &clap::Error) -> ExitCode {
    let printed = error.print().and_then(|()| io::stdout().flush());
    if error.use_stderr() {
        // With --detailed-exitcode 2 means 'changes', so wrong usage is 1, like every error.
        return ExitCode::FAILURE;
    }
    match printed {
        Err(lost) if lost.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("standard output cannot be written: {lost}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}
