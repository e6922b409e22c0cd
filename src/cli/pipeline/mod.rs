//! `frontage pipeline`: from a team's commit to its release.

mod export;
mod run;
mod service;

use std::process::ExitCode;

use clap::Subcommand;
use miette::{Report, miette};
use stacks::description::{System, Team};

pub(super) use self::run::{execute, prepare};
use crate::cli::global::Global;

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a pipeline's steps on this machine, in a clean checkout: install, check, test, build,
    /// publish
    ///
    /// They are the steps of the build machines. The first four run the team's code, without
    /// credentials: only npm gets the registry's token, and runs no script with it. If one of them fails,
    /// nothing is published. Without --canary and --preview, the canary of the team's pipeline in the
    /// description applies.
    Run(run::Arguments),
    /// Print the same steps as a file for a CI service, which gets the rights of a role by its
    /// identity tokens and needs no keys
    Export(export::Arguments),
    /// List the runs of a pipeline in AWS
    List(service::List),
    /// Start a run of a pipeline in AWS, on the newest revision of its source
    Start(service::Start),
    /// Show the output of a run's builds
    Logs(service::Logs),
    /// Approve a run that waits for a person, or reject it
    Approve(service::Approve),
}

pub(super) async fn run(global: &Global, command: &Command) -> Result<ExitCode, Report> {
    match command {
        Command::Run(arguments) => Box::pin(run::run(global, arguments)).await?,
        Command::Export(arguments) => export::run(global, arguments)?,
        Command::List(arguments) => service::list(global, arguments).await?,
        Command::Start(arguments) => service::start(global, arguments).await?,
        Command::Logs(arguments) => service::logs(global, arguments).await?,
        Command::Approve(arguments) => service::approve(global, arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The team of a name.
fn team<'s>(system: &'s System, name: &str) -> Result<&'s Team, Report> {
    let found = system.teams.iter().find(|team| team.name.as_str() == name);
    found.ok_or_else(|| {
        let known: Vec<_> = system.teams.iter().map(|team| team.name.as_str()).collect();
        let help = if known.is_empty() {
            "describe one in frontage.toml: [teams.NAME]".to_owned()
        } else {
            format!("the teams are: {}", known.join(", "))
        };
        miette!(help = help, "there is no team `{name}`")
    })
}
