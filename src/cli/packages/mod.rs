//! `frontage packages`: the npm packages that teams share.

mod destination;
mod list;
mod login;
mod publish;
mod serve;
mod workspace;

use std::process::ExitCode;

use clap::Subcommand;
use miette::Report;

pub(super) use self::serve::serve;
use self::workspace::RegistryArgs;
use crate::cli::global::Global;

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the workspace's shared packages, and publish the versions that are not there yet
    Publish(publish::Arguments),
    /// List the workspace's shared packages, and what the registry has of them
    List(RegistryArgs),
    /// Print the npm configuration for a developer's machine or a build
    ///
    /// It has a token that is good for twelve hours at most.
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
