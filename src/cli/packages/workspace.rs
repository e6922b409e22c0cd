//! The workspace that a command works on, and the tools that build its packages.

use std::path::{Path, PathBuf};

use clap::Args;
use local::{CLI_SCOPE, Tools};
use miette::{IntoDiagnostic as _, Report};
use stacks::description::Packages;

use crate::cli::global::Global;
use crate::cli::output::say;
use crate::cli::{advice, description};
use crate::packages::{Event, Workspace};

/// The workspace and the registry.
#[derive(Debug, Args)]
pub(in crate::cli) struct RegistryArgs {
    /// The npm workspace [default: assets, next to the description; with --system the current directory]
    #[arg(long, value_name = "FOLDER")]
    pub(super) dir: Option<PathBuf>,
    /// Use this registry instead of the system's own, with the token from the variable
    /// `NODE_AUTH_TOKEN`
    #[arg(long, value_name = "URL")]
    pub(super) registry: Option<String>,
}

impl RegistryArgs {
    pub(super) fn workspace(&self, global: &Global) -> Result<Workspace, Report> {
        Workspace::read(&self.directory(global)).map_err(advice::report)
    }

    fn directory(&self, global: &Global) -> PathBuf {
        let default = || match &global.system {
            Some(_) => PathBuf::from("."),
            None => global
                .config
                .parent()
                .unwrap_or(Path::new(""))
                .join("assets"),
        };
        self.dir.clone().unwrap_or_else(default)
    }

    /// The directory that npm is configured in, and the scopes whose packages it gets from the
    /// registry: those of the workspace's packages. With `--system` it is the repository of a team,
    /// which installs the system's packages and this program.
    pub(super) fn npm(&self, global: &Global) -> Result<(PathBuf, Vec<String>), Report> {
        let scopes = match &global.system {
            Some(_) => {
                let system = description::of(global, &[])?;
                vec![Packages::own_scope(&system.name), CLI_SCOPE.to_owned()]
            }
            None => self.workspace(global)?.scopes(),
        };
        Ok((self.directory(global), scopes))
    }
}

/// Installs the pinned npm, and the dependencies that building the workspace's packages needs.
pub(super) fn prepare(workspace: &Workspace) -> Result<Tools, Report> {
    let tools = Tools::install(&mut say).into_diagnostic()?;
    if workspace.packages().iter().any(|package| package.builds) {
        workspace.install(&tools, &mut say).into_diagnostic()?;
    }
    Ok(tools)
}

pub(super) fn tell(event: Event<'_>) {
    match event {
        Event::Building(package) => say(&format!("building {}", package.name)),
        Event::Publishing(package) => say(&format!("publishing {}", package.spec())),
    }
}
