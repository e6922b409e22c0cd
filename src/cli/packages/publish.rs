//! `frontage packages publish`.

use clap::Args;
use miette::{IntoDiagnostic as _, Report};

use super::destination::destination;
use super::own::OwnPackages;
use super::workspace::{RegistryArgs, prepare, tell};
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json};
use crate::packages::{Comparison, Registry, Token, Workspace};
use crate::render;

/// Arguments of `publish`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The packages, with or without their scope [default: all that are not private]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Publish under this npm tag, as a pre-release or a fix of an older line must be [default:
    /// `publishConfig.tag` of each package.json, or latest]
    #[arg(long)]
    tag: Option<String>,
    /// Publish this program as @frontage/cli instead, for `npx @frontage/cli` in the teams'
    /// repositories
    #[arg(long, conflicts_with_all = ["names", "dir"])]
    cli: bool,
    #[command(flatten)]
    place: RegistryArgs,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let own = arguments.cli.then(OwnPackages::lay_out).transpose()?;
    let workspace = match &own {
        Some(own) => Workspace::read(own.path()).map_err(advice::report)?,
        None => arguments.place.workspace(global)?,
    };
    // An unknown name is an error before any registry is contacted.
    workspace.named(&arguments.names).map_err(advice::report)?;
    let destination = destination(global, &arguments.place, Token::SHORTEST).await?;
    let (names, tag) = (arguments.names.clone(), arguments.tag.clone());
    let published = tokio::task::spawn_blocking(move || {
        publish(&workspace, &names, tag.as_deref(), &destination.registry)
    });
    let published = published.await.into_diagnostic()??;
    match global.format {
        Format::Json => print_json(&published)?,
        Format::Human => print(&render::packages_published(&published))?,
    }
    Ok(())
}

/// Builds and publishes; blocks.
pub(super) fn publish(
    workspace: &Workspace,
    names: &[String],
    tag: Option<&str>,
    registry: &Registry,
) -> Result<Vec<Comparison>, Report> {
    let tools = prepare(workspace)?;
    let packages = workspace.named(names).map_err(advice::report)?;
    let prepared = workspace
        .prepare(&packages, registry, &tools, &mut tell)
        .map_err(advice::report)?;
    prepared.publish(tag, &mut tell).map_err(advice::report)
}
