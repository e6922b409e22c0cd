//! `frontage release publish`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use miette::{IntoDiagnostic as _, Report};
use stacks::description::{Budget, System};

use super::canary::{Canary, roll_out};
use super::named::Named;
use super::progress::with_progress;
use super::{build, destination, preview};
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::cli::{advice, import_map};
use crate::release::{Application, Dist, Expected, Releases};
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
    #[command(flatten)]
    canary: Canary,
    /// If there can be no canary, since nothing is released yet or this build is the current release:
    /// publish for `all` clients, or publish `nothing`, and print nothing; default: fail
    #[arg(long = "else", value_name = "WHAT", requires = "canary")]
    otherwise: Option<Otherwise>,
    #[command(flatten)]
    preview: preview::Options,
    /// The most that scripts and styles may have, such as 500kB; default: `budget` of the team, then
    /// 5MB
    #[arg(long, value_name = "SIZE")]
    budget: Option<Budget>,
}

/// What to do where there can be no canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Otherwise {
    /// Publish for all clients
    All,
    /// Publish nothing
    Nothing,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let (system, application) = destination::of(global, &arguments.named.application)?;
    arguments.canary.check(&application)?;
    arguments.preview.check(&application)?;
    let directory = match &arguments.dir {
        Some(directory) => directory.clone(),
        None => build::build(build::source(global, &system, &application), &application).await?,
    };
    let dist = read(&directory, &application).await?;
    let budget = arguments
        .budget
        .unwrap_or_else(|| described_budget(&system, &application));
    check(&dist, &application, budget).await?;
    let releases = destination::releases(global, &application).await?;
    if let Some(name) = &arguments.preview.preview {
        let named = (name, &arguments.preview);
        return preview::publish(global, &system, &application, &releases, &dist, named).await;
    }
    let publish = async |percent| {
        let publish = async |events| releases.publish(&dist, percent, &events).await;
        with_progress(global.format, publish).await
    };
    let otherwise = match arguments.otherwise {
        Some(otherwise) if !takes_canary(&releases, &dist).await? => Some(otherwise),
        _ => None,
    };
    let published = match (otherwise, arguments.canary.rollout(&releases)) {
        (Some(Otherwise::Nothing), _) => {
            say("nothing was published: no release is current, or this build already is");
            return Ok(());
        }
        (Some(Otherwise::All), _) => publish(None).await?,
        (None, None) => publish(arguments.canary.percent()).await?,
        (None, Some(rollout)) => {
            let begin = async |percent| publish(Some(percent)).await;
            roll_out(global, &releases, dist.version(), &rollout, begin).await?
        }
    };
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

async fn takes_canary(releases: &Releases, dist: &Dist) -> Result<bool, Report> {
    let takes = releases.takes_canary(dist.version()).await;
    takes.map_err(advice::report)
}

/// The budget that the description states for an application, or the default.
fn described_budget(system: &System, application: &Application) -> Budget {
    let name = application.to_string();
    let team = system.teams.iter().find(|team| team.name.as_str() == name);
    team.and_then(|team| team.budget).unwrap_or_default()
}

/// Checks what the shell will check, and says what it could not check, on a separate thread.
async fn check(dist: &Dist, application: &Application, budget: Budget) -> Result<(), Report> {
    let uncovered = dist.uncovered();
    if !uncovered.is_empty() {
        say(&format!(
            "the integrity hash of {application} covers only its entry, not {}",
            uncovered.join(", ")
        ));
    }
    let expected = Expected {
        import_map: import_map::text()?,
        budget: budget.bytes(),
    };
    let (dist, application) = (dist.clone(), application.clone());
    let check = tokio::task::spawn_blocking(move || dist.check(&application, &expected));
    for told in check.await.into_diagnostic()?.map_err(advice::report)? {
        say(&told);
    }
    Ok(())
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
