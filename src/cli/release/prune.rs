//! `frontage release prune`.

use clap::Args;
use miette::Report;

use super::destination;
use super::named::Named;
use super::progress::with_progress;
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json};
use crate::release::{KEPT, ReleaseError};
use crate::render;

/// Arguments of `prune`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    named: Named,
    /// How many releases to keep (1–10); the current one, the previous one, a canary and those of
    /// previews stay in any case
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=10))]
    keep: u8,
    /// Only show what would be deleted
    #[arg(long)]
    dry_run: bool,
}

// A publish keeps as many: the rest of a larger number would not be there.
const _: () = assert!(KEPT == 10);

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let (application, releases) = destination::named(global, &arguments.named.application).await?;
    let keep = usize::from(arguments.keep);
    let pruned = if arguments.dry_run {
        releases.prunable(keep).await.map_err(advice::report)?
    } else {
        let prune = async |events| releases.prune(keep, &events).await;
        let pruned = with_progress(global.format, prune).await?;
        pruned.ok_or_else(|| advice::report(ReleaseError::Pruning))?
    };
    match global.format {
        Format::Json => print_json(&pruned),
        Format::Human => print(&render::pruned(&application, &pruned, arguments.dry_run)),
    }
}
