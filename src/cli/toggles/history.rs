//! What has become of a toggle, and back to it.

use clap::Args;
use miette::Report;
use serde::Serialize;
use stacks::toggles::history_table;

use super::by_api::{ByApi, ended};
use super::wait::{Wait, Writing};
use super::{Why, key, reach};
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::render;
use crate::toggles::{self, Kind};

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
    #[command(flatten)]
    by_api: ByApi,
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
    #[command(flatten)]
    by_api: ByApi,
}

/// Prints the changes of a toggle.
pub(super) async fn show(global: &Global, shown: &Shown) -> Result<(), Report> {
    let limit = usize::from(shown.limit);
    if let Some(api) = shown.by_api.open()? {
        let found = api.history(&shown.id, limit).await;
        let found = found.map_err(advice::report)?;
        return tell(global.format, &shown.id, &found, render::toggle_changes);
    }
    let (system, account) = reach(global).await?;
    let history = toggles::history(&account, history_table(&system));
    let found = history.of(&shown.id, limit).await;
    let found = found.map_err(advice::report)?;
    tell(global.format, &shown.id, &found, render::toggle_history)
}

fn tell<T: Serialize>(
    format: Format,
    id: &str,
    found: &[T],
    rendered: impl Fn(&[T]) -> String,
) -> Result<(), Report> {
    match format {
        Format::Json => print_json(&found),
        Format::Human if found.is_empty() => {
            say(&format!("toggle `{id}` has no history"));
            Ok(())
        }
        Format::Human => print(&rendered(found)),
    }
}

/// Writes a toggle as it was.
pub(super) async fn roll_back(global: &Global, rollback: &Rollback) -> Result<(), Report> {
    let Rollback {
        id,
        to,
        if_revision,
        why,
        wait,
        by_api,
    } = rollback;
    if let Some(api) = by_api.open_to_write(*wait)? {
        let comment = why.comment.as_deref();
        let written = api.roll_back(id, *to, *if_revision, comment).await;
        return ended(global.format, &written.map_err(advice::report)?);
    }
    let writing = Writing::open(global, *wait, why).await?;
    let written = writing
        .store
        .roll_back(&writing.history, id, *to, *if_revision);
    let written = written.await;
    writing
        .ended_with(global.format, (id, Kind::Rollback), written)
        .await
}
