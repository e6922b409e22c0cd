//! `frontage packages`: the npm packages that teams share.

mod destination;
mod list;
mod login;
mod publish;
mod serve;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use local::Tools;
use miette::{IntoDiagnostic as _, Report};

pub(super) use self::serve::serve;
use crate::cli::advice;
use crate::cli::global::Global;
use crate::cli::output::say;
use crate::packages::{Event, Workspace};

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

/// The workspace and the registry.
#[derive(Debug, Args)]
pub(super) struct RegistryArgs {
    /// The npm workspace [default: assets, next to the description]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Use this registry instead of the system's own, with the token from the variable
    /// `NODE_AUTH_TOKEN`
    #[arg(long, value_name = "URL")]
    registry: Option<String>,
}

pub(super) async fn run(global: &Global, command: &Command) -> Result<ExitCode, Report> {
    match command {
        Command::Publish(arguments) => publish::run(global, arguments).await?,
        Command::List(place) => list::run(global, place).await?,
        Command::Login(arguments) => login::run(global, arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}

impl RegistryArgs {
    fn workspace(&self, global: &Global) -> Result<Workspace, Report> {
        let beside = || {
            global
                .config
                .parent()
                .unwrap_or(Path::new(""))
                .join("assets")
        };
        let directory = self.dir.clone().unwrap_or_else(beside);
        Workspace::read(&directory).map_err(advice::report)
    }
}

/// Installs the pinned npm, and the dependencies that building the workspace's packages needs.
fn prepare(workspace: &Workspace) -> Result<Tools, Report> {
    let tools = Tools::install(&mut say).into_diagnostic()?;
    if workspace.packages().iter().any(|package| package.builds) {
        workspace.install(&tools, &mut say).into_diagnostic()?;
    }
    Ok(tools)
}

fn tell(event: Event<'_>) {
    match event {
        Event::Building(package) => say(&format!("building {}", package.name)),
        Event::Publishing(package) => say(&format!("publishing {}", package.spec())),
    }
}
