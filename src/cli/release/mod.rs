//! `frontage release`: the releases of the shell and the teams.

mod build;
mod canary;
mod destination;
mod duration;
mod list;
mod named;
mod preview;
mod progress;
mod promote;
mod prune;
mod publish;
mod rollback;

use std::process::ExitCode;

use clap::Subcommand;
use miette::Report;

pub(super) use self::build::{build, shipped, source};
pub(super) use self::canary::Canary;
pub(super) use self::destination::{applications, in_outputs as releases, site};
use self::named::Named;
pub(super) use self::publish::read;
use crate::cli::global::Global;

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Publish a build: check it, upload new files, then make it current
    Publish(publish::Arguments),
    /// Make a preview, a canary or any release that is kept current, without an upload
    Promote(promote::Arguments),
    /// List the releases that are kept
    List {
        #[command(flatten)]
        application: Named,
    },
    /// Make an earlier release current again, or end a canary
    Rollback(rollback::Arguments),
    /// Delete old releases and expired previews, as each publish does as well
    Prune(prune::Arguments),
}

pub(super) async fn run(global: &Global, command: &Command) -> Result<ExitCode, Report> {
    match command {
        Command::Publish(arguments) => Box::pin(publish::run(global, arguments)).await?,
        Command::Promote(arguments) => Box::pin(promote::run(global, arguments)).await?,
        Command::Prune(arguments) => prune::run(global, arguments).await?,
        Command::List { application } => list::run(global, &application.application).await?,
        Command::Rollback(arguments) => rollback::run(global, arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}
