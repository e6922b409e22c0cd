//! The workspace that a command works on, and the tools that build its packages.

use std::path::{Path, PathBuf};

use clap::Args;
use local::Tools;
use miette::{IntoDiagnostic as _, Report};

use crate::cli::advice;
use crate::cli::global::Global;
use crate::cli::output::say;
use crate::packages::{Event, Workspace};

/// The workspace and the registry.
#[derive(Debug, Args)]
pub(in crate::cli) struct RegistryArgs {
    /// The npm workspace [default: assets, next to the description]
    #[arg(long, value_name = "FOLDER")]
    pub(super) dir: Option<PathBuf>,
    /// Use this registry instead of the system's own, with the token from the variable
    /// `NODE_AUTH_TOKEN`
    #[arg(long, value_name = "URL")]
    pub(super) registry: Option<String>,
}

impl RegistryArgs {
    pub(super) fn workspace(&self, global: &Global) -> Result<Workspace, Report> {
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
