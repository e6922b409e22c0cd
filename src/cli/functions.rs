//! The functions' zips: found or built.

use std::path::PathBuf;

use local::{Architecture, Functions, Tools};
use miette::{IntoDiagnostic as _, Report, miette};
use stacks::description::System;

use crate::cli::output::say;

/// How a command treats the functions' zips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zips {
    /// Build them if they are missing or stale.
    Build,
    /// Use them as they are; missing or stale ones are an error.
    NoBuild,
    /// Do without them: nothing is compared with them.
    None,
}

impl Zips {
    /// Those that a command builds unless it was told not to.
    pub(super) fn unless(no_build: bool) -> Self {
        if no_build { Self::NoBuild } else { Self::Build }
    }
}

/// The functions' zips: those shipped with a released binary, or those built in a source tree.
pub(super) async fn find(system: &System, zips: Zips) -> Result<Option<Functions>, Report> {
    let architecture = architecture(system);
    match (zips, local::workspace_root()) {
        (Zips::None, _) => Ok(None),
        (_, None) => shipped(architecture).map(Some),
        (_, Some(root)) => {
            if let Some(functions) = Functions::up_to_date(&root, architecture) {
                return Ok(Some(functions));
            }
            if zips == Zips::NoBuild {
                return Err(miette!(
                    help = "run `frontage build`, or leave out --no-build",
                    "the functions' zips are missing or older than their source"
                ));
            }
            build(root, architecture).await.map(Some)
        }
    }
}

pub(super) fn architecture(system: &System) -> Architecture {
    match system.functions.architecture {
        stacks::description::Architecture::X86_64 => Architecture::X86_64,
        stacks::description::Architecture::Arm64 => Architecture::Arm64,
    }
}

fn shipped(architecture: Architecture) -> Result<Functions, Report> {
    let binary = std::env::current_exe().into_diagnostic()?;
    let directory = binary
        .parent()
        .ok_or_else(|| miette!("the program's directory was not found"))?;
    Functions::beside_binary(directory, architecture).into_diagnostic()
}

/// Builds the zips on a separate thread.
pub(super) async fn build(root: PathBuf, architecture: Architecture) -> Result<Functions, Report> {
    let build = move || {
        let tools = Tools::install(&mut say).into_diagnostic()?;
        Functions::build(&tools, &root, architecture, &mut say).into_diagnostic()
    };
    tokio::task::spawn_blocking(build).await.into_diagnostic()?
}
