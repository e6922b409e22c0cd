//! `frontage release promote`.

use clap::Args;
use miette::Report;

use super::canary::{Canary, roll_out};
use super::destination;
use super::named::Named;
use super::progress::with_progress;
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json};
use crate::render;

/// Arguments of `promote`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    named: Named,
    /// A preview's name, or the beginning of a release's version; default: the running canary
    #[arg(value_name = "PREVIEW|VERSION")]
    release: Option<String>,
    #[command(flatten)]
    canary: Canary,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let (_, application) = destination::of(global, &arguments.named.application)?;
    arguments.canary.check(&application)?;
    let releases = destination::releases(global, &application).await?;
    let version = releases.resolve(arguments.release.as_deref()).await;
    let version = version.map_err(advice::report)?;
    let promote = async |percent| {
        let promote = async |events| releases.promote(&version, percent, &events).await;
        with_progress(global.format, promote).await
    };
    let promoted = match arguments.canary.rollout(&releases) {
        None => promote(arguments.canary.percent()).await?,
        Some(rollout) => {
            let begin = async |percent| promote(Some(percent)).await;
            roll_out(global, &releases, &version, &rollout, begin).await?
        }
    };
    match global.format {
        Format::Json => print_json(&promoted),
        Format::Human => print(&render::published(&application, &promoted)),
    }
}
