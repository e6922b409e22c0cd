//! `frontage pipeline`: from a team's commit to its release.

mod export;
mod run;

use std::process::ExitCode;

use clap::Subcommand;
use miette::{Report, miette};
use stacks::description::{System, Team};

use crate::cli::global::Global;

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a pipeline's steps on this machine, in a clean checkout: install, check, test, build,
    /// publish
    ///
    /// They are the steps of the build machines. The first four run the team's code, without any
    /// credentials; if one of them fails, nothing is published.
    Run(run::Arguments),
    /// Print the same steps as a file for a CI service, which gets the rights of a role by its
    /// identity tokens and needs no keys
    Export(export::Arguments),
}

pub(super) async fn run(global: &Global, command: &Command) -> Result<ExitCode, Report> {
    match command {
        Command::Run(arguments) => run::run(global, arguments).await?,
        Command::Export(arguments) => export::run(global, arguments)?,
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
