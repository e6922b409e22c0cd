//! `frontage packages`: the npm packages that teams share.

mod destination;
mod list;
mod login;
mod own;
mod publish;
mod serve;
mod workspace;

use std::process::ExitCode;

use clap::Subcommand;
use miette::Report;

pub(super) use self::destination::registry;
pub(super) use self::serve::serve;
use self::workspace::RegistryArgs;
use crate::cli::global::Global;

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the workspace's shared packages, and publish new versions
    Publish(publish::Arguments),
    /// List the workspace's shared packages and their published versions
    List(RegistryArgs),
    /// Print the npm configuration for a developer's machine or a build
    ///
    /// It includes a token valid for up to twelve hours.
    Login(login::Arguments),
}

pub(super) async fn run(global: &Global, command: &Command) -> Result<ExitCode, Report> {
    match command {
        Command::Publish(arguments) => publish::run(global, arguments).await?,
        Command::List(place) => list::run(global, place).await?,
        Command::Login(arguments) => login::run(global, arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}
