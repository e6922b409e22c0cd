//! `frontage packages list`.

use miette::{IntoDiagnostic as _, Report};

use super::destination::destination;
use super::workspace::{RegistryArgs, prepare};
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::packages::{Comparison, Registry, Token, Workspace};
use crate::render;

pub(super) async fn run(global: &Global, place: &RegistryArgs) -> Result<(), Report> {
    let workspace = place.workspace(global)?;
    let destination = destination(global, place, Token::SHORTEST).await?;
    let listed = tokio::task::spawn_blocking(move || compared(&workspace, &destination.registry));
    let listed = listed.await.into_diagnostic()??;
    match global.format {
        Format::Json => print_json(&listed)?,
        Format::Human if listed.is_empty() => {
            say("all packages of the workspace are private");
        }
        Format::Human => print(&render::packages_listed(&listed))?,
    }
    Ok(())
}

fn compared(workspace: &Workspace, registry: &Registry) -> Result<Vec<Comparison>, Report> {
    let tools = prepare(workspace)?;
    let packages: Vec<_> = workspace.packages().iter().collect();
    let prepared = workspace
        .prepare(&packages, registry, &tools, &mut |_| {})
        .map_err(advice::report)?;
    Ok(prepared.comparisons().cloned().collect())
}
