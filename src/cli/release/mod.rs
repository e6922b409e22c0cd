//! `frontage release`: the releases of the shell and the teams.

mod build;
mod destination;
mod list;
mod publish;
mod rollback;

use std::future::Future;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use miette::Report;
use tokio::sync::mpsc;

pub(super) use self::build::{build, source};
pub(super) use self::destination::{applications, in_outputs as releases, site};
pub(super) use self::publish::read;
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::release::{Events, ReleaseError};
use crate::render;

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Publish a build: upload new files, then make it current
    Publish(publish::Arguments),
    /// List the releases that are kept
    List {
        #[command(flatten)]
        application: Named,
    },
    /// Make an earlier release current again, or end a canary
    Rollback(rollback::Arguments),
}

/// Which application.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// `shell`, or a team's name
    #[arg(value_name = "shell|TEAM")]
    application: String,
}

pub(super) async fn run(global: &Global, command: &Command) -> Result<ExitCode, Report> {
    match command {
        Command::Publish(arguments) => publish::run(global, arguments).await?,
        Command::List { application } => list::run(global, &application.application).await?,
        Command::Rollback(arguments) => rollback::run(global, arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs something with its progress on standard error; without progress for JSON.
async fn with_progress<T, F>(format: Format, run: impl FnOnce(Events) -> F) -> Result<T, Report>
where
    F: Future<Output = Result<T, ReleaseError>>,
{
    let (sender, received) = mpsc::unbounded_channel();
    let progress = match format {
        Format::Human => Some(tokio::spawn(render::release_progress(received))),
        Format::Json => None,
    };
    let ended = run(Events::new(sender)).await;
    if let Some(progress) = progress {
        let _ = progress.await;
    }
    ended.map_err(advice::report)
}
