//! The toggles that could be deleted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use miette::{IntoDiagnostic as _, Report};
use serde::Serialize;
use stacks::description::System;
use stacks::toggles::exposures_table;
use toggle_rules::is_segment;
use toggle_table::now_ms;

use super::by_api::ByApi;
use super::reach;
use super::wait::guarded;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::cli::{advice, description};
use crate::render;
use crate::toggles::{
    self, COUNTED_DAYS, Counted, Judged, Known, Named, SourcesError, Toggle, judge,
};

/// Arguments of `toggles stale`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Stale {
    /// For how many days a toggle must be unchanged and not asked for
    #[arg(long, value_name = "NUMBER", default_value_t = 30)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    /// A folder with sources that may name toggles (repeatable). Default: those beside the description that are named
    /// `shell` or for a team, or as the `folder` of its pipeline
    #[arg(long, value_name = "DIR")]
    sources: Vec<PathBuf>,
    #[command(flatten)]
    by_api: ByApi,
}

/// What the account, or the API, shows.
struct Shown {
    toggles: Vec<Toggle>,
    protected: BTreeSet<String>,
    counted: Option<Counted>,
}

/// Every toggle with its signs.
#[derive(Serialize)]
struct Answer<'a> {
    days: u64,
    /// The folders that were searched; `None` if there was none.
    sources: Option<&'a [PathBuf]>,
    toggles: &'a [Judged],
}

/// Prints the toggles that could be deleted.
pub(super) async fn run(global: &Global, stale: &Stale) -> Result<(), Report> {
    let folders = folders(global, &stale.sources)?;
    let shown = Box::pin(shown(global, stale)).await?;
    let named = named(&folders, &shown.toggles).await?;
    let now_ms = now_ms();
    let judged = judge(&Known {
        toggles: &shown.toggles,
        protected: &shown.protected,
        counted: shown.counted.as_ref(),
        named: named.as_ref(),
        days: stale.days,
        now_ms,
    });
    say_unjudged(stale.days, shown.counted.as_ref(), named.is_some());
    if global.format == Format::Json {
        return print_json(&Answer {
            days: stale.days,
            sources: named.map(|_| folders.as_slice()),
            toggles: &judged,
        });
    }
    if let Some(listed) = render::stale(&judged, stale.days, now_ms) {
        print(&listed)?;
    }
    let first = judged.iter().find(|of| of.could_be_deleted);
    say(&first.map_or_else(
        || "no toggle could be deleted".to_owned(),
        |of| format!("delete one: frontage toggles delete {}", of.feature_id),
    ));
    Ok(())
}

async fn shown(global: &Global, stale: &Stale) -> Result<Shown, Report> {
    if let Some(api) = stale.by_api.open()? {
        let (toggles, protected) = api.list_signed().await.map_err(advice::report)?;
        let counted = api.counted(stale.days).await.map_err(advice::report)?;
        return Ok(Shown {
            toggles,
            protected,
            counted,
        });
    }
    let (system, account) = reach(global).await?;
    let store = guarded(&system, &account).await?;
    let toggles = store.list_signed().await.map_err(advice::report)?;
    let ids = toggles.iter().map(Toggle::id);
    let protected = ids.filter(|id| store.guarded().has(id));
    let protected = protected.map(str::to_owned).collect();
    let counted = toggles::counted(&account, exposures_table(&system), stale.days).await;
    Ok(Shown {
        toggles,
        protected,
        counted: counted.map_err(advice::report)?,
    })
}

/// The given folders, or those of the description's front-ends that are here.
fn folders(global: &Global, given: &[PathBuf]) -> Result<Vec<PathBuf>, Report> {
    if let Some(wrong) = given.iter().find(|folder| !folder.is_dir()) {
        return Err(advice::report(SourcesError::NoFolder(wrong.clone())));
    }
    if !given.is_empty() || global.system.is_some() || !global.config.exists() {
        return Ok(given.to_vec());
    }
    let system = description::read(global)?;
    let beside = global.config.parent().unwrap_or(Path::new(""));
    let folders = front_ends(&system).map(|folder| beside.join(folder));
    Ok(folders.filter(|folder| folder.is_dir()).collect())
}

/// The folders that the description names, or that are named for a front-end.
fn front_ends(system: &System) -> impl Iterator<Item = &str> {
    let shell = system.shell.as_ref().map(|_| "shell");
    let teams = system.teams.iter().map(|team| {
        let pipeline = team.pipeline.as_ref();
        let folder = pipeline.and_then(|of| of.folder.as_deref());
        folder.unwrap_or(team.name.as_str())
    });
    shell.into_iter().chain(teams)
}

/// The sources that name toggles; `None` if there are no folders.
async fn named(folders: &[PathBuf], toggles: &[Toggle]) -> Result<Option<Named>, Report> {
    if folders.is_empty() {
        return Ok(None);
    }
    let folders = folders.to_vec();
    let ids = toggles.iter().map(Toggle::id);
    let ids = ids.filter(|id| !is_segment(id));
    let ids: Vec<_> = ids.map(str::to_owned).collect();
    let search = move || {
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        toggles::named(&folders, &ids)
    };
    let named = tokio::task::spawn_blocking(search).await;
    named.into_diagnostic()?.map_err(advice::report).map(Some)
}

/// Says which signs could not be judged, and why.
fn say_unjudged(days: u64, counted: Option<&Counted>, has_sources: bool) {
    match counted {
        None => say(
            "whether clients ask for toggles is not judged: the system does not count it (`exposure` in [toggles])",
        ),
        Some(_) if days >= COUNTED_DAYS => say(&format!(
            "that no client asked for a toggle is not judged: counts are kept for {COUNTED_DAYS} days"
        )),
        Some(counted) if !counted.is_whole() => say(&format!(
            "that no client asked for a toggle is not judged: the system has no counts from before the last {days} days"
        )),
        Some(_) => {}
    }
    if !has_sources {
        say(
            "whether sources name toggles is not judged: none are here; pass folders with --sources",
        );
    }
}
