//! What has become of a toggle, and back to it.

use clap::Args;
use miette::Report;
use stacks::toggles::history_table;

use super::wait::{Wait, Writing};
use super::{Why, key, reach};
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::render;
use crate::toggles;

/// Arguments of `toggles history`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Shown {
    /// The toggle's featureId; `segment:NAME` for a segment
    #[arg(value_parser = key)]
    id: String,
    /// The most changes that are shown
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
}

/// Arguments of `toggles rollback`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Rollback {
    /// The toggle's featureId; `segment:NAME` for a segment
    #[arg(value_parser = key)]
    id: String,
    /// The revision in its history that it becomes like again, with all attributes
    #[arg(long, value_name = "REVISION")]
    to: u64,
    /// Only if it has this revision now; 0: only if it has none. Default: whatever it has
    #[arg(long, value_name = "NUMBER")]
    if_revision: Option<u64>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    wait: Wait,
}

/// Prints the changes of a toggle.
pub(super) async fn show(global: &Global, shown: &Shown) -> Result<(), Report> {
    let (system, account) = reach(global).await?;
    let history = toggles::history(&account, history_table(&system));
    let found = history.of(&shown.id, usize::from(shown.limit)).await;
    let found = found.map_err(advice::report)?;
    match global.format {
        Format::Json => print_json(&found)?,
        Format::Human if found.is_empty() => {
            say(&format!("toggle `{}` has no history", shown.id));
        }
        Format::Human => print(&render::toggle_history(&found))?,
    }
    Ok(())
}

/// Writes a toggle as it was.
pub(super) async fn roll_back(global: &Global, rollback: &Rollback) -> Result<(), Report> {
    let writing = Writing::open(global, rollback.wait, &rollback.why).await?;
    let Rollback {
        id,
        to,
        if_revision,
        ..
    } = rollback;
    let written = writing
        .store
        .roll_back(&writing.history, id, *to, *if_revision);
    written.await.map_err(advice::report)?;
    writing.delivered(global.format, id).await
}
