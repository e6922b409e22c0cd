//! `frontage completions`.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};
use miette::{IntoDiagnostic as _, Report};

use crate::cli::Cli;
use crate::cli::output::print;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Report> {
    let mut script = Vec::new();
    generate(
        arguments.shell,
        &mut Cli::command(),
        "frontage",
        &mut script,
    );
    print(&String::from_utf8(script).into_diagnostic()?)?;
    Ok(ExitCode::SUCCESS)
}
