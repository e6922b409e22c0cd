//! `frontage manual`: the pages of the manual, which the archive of a release contains.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_mangen::generate_to;
use miette::{IntoDiagnostic as _, Report, WrapErr as _};

use crate::cli::Cli;

/// Arguments of `manual`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder, which must exist
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Report> {
    generate_to(Cli::command(), &arguments.folder)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot write into {}", arguments.folder.display()))?;
    Ok(ExitCode::SUCCESS)
}
