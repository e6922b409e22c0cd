//! `frontage release publish`.

use std::path::{Path, PathBuf};

use clap::Args;
use miette::{IntoDiagnostic as _, Report};

use super::named::Named;
use super::progress::with_progress;
use super::{build, destination};
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::release::{Application, Dist, Percent, ReleaseError};
use crate::render;

/// Arguments of `publish`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    named: Named,
    /// Directory of the build's output; default: build the application first, with --system a team's in
    /// the current directory
    #[arg(long, value_name = "DIST")]
    dir: Option<PathBuf>,
    /// Release to this percentage of clients (1–99); a client keeps the version it was given
    #[arg(long, value_name = "PERCENT")]
    canary: Option<Percent>,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let (system, application) = destination::of(global, &arguments.named.application)?;
    if arguments.canary.is_some() && application == Application::Shell {
        return Err(advice::report(ReleaseError::CanaryOfShell));
    }
    let directory = match &arguments.dir {
        Some(directory) => directory.clone(),
        None => build::build(build::source(global, &system, &application), &application).await?,
    };
    let dist = read(&directory, &application).await?;
    let uncovered = dist.uncovered();
    if !uncovered.is_empty() {
        say(&format!(
            "the integrity hash of {application} covers only its entry, not {}",
            uncovered.join(", ")
        ));
    }
    let releases = destination::releases(global, &application).await?;
    let publish = async |events| releases.publish(&dist, arguments.canary, &events).await;
    let published = with_progress(global.format, publish).await?;
    if let Some(reason) = &published.prune_failed {
        say(&format!(
            "old releases could not be deleted; the next publish tries again: {reason}"
        ));
    }
    match global.format {
        Format::Json => print_json(&published),
        Format::Human => print(&render::published(&application, &published)),
    }
}

/// Reads a build on a separate thread.
pub(in crate::cli) async fn read(
    directory: &Path,
    application: &Application,
) -> Result<Dist, Report> {
    let (directory, application) = (directory.to_owned(), application.clone());
    let read = tokio::task::spawn_blocking(move || Dist::read(&directory, &application));
    read.await.into_diagnostic()?.map_err(advice::report)
}
