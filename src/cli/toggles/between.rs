//! Toggles of two systems: what differs, and copies.

use std::process::ExitCode;

use clap::{ArgGroup, Args};
use miette::{Report, miette};
use stacks::toggles::toggles_table;
use toggle_rules::is_segment;

use super::wait::{Wait, Writing};
use super::{Why, id, reach};
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::cli::{advice, context};
use crate::render;
use crate::toggles::{self, Difference, Store, Toggle, TogglesError, differences, named_segments};

/// The other system.
#[derive(Debug, Args)]
pub(super) struct Other {
    /// The other system, by its name
    #[arg(long, value_name = "NAME")]
    from: String,
    /// Its Region. Default: this system's
    #[arg(long, value_name = "REGION")]
    from_region: Option<String>,
    /// The profile with access to it. Default: this system's
    #[arg(long, value_name = "PROFILE")]
    from_profile: Option<String>,
}

/// Arguments of `toggles diff`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Diff {
    #[command(flatten)]
    other: Other,
    /// The toggles' featureIds. Default: all of both systems
    #[arg(value_parser = id)]
    id: Vec<String>,
    /// Exit with 2 if something differs (0: nothing, 1: error)
    #[arg(long)]
    detailed_exitcode: bool,
}

/// Arguments of `toggles copy`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("chosen").args(["id", "all"]).required(true))]
pub(in crate::cli) struct Copy {
    #[command(flatten)]
    other: Other,
    /// The toggles' featureIds
    #[arg(value_parser = id)]
    id: Vec<String>,
    /// Every toggle that the other system has
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    wait: Wait,
}

impl Other {
    /// The table of the other system's toggles.
    ///
    /// # Errors
    /// If there is no such system, or it is this one.
    async fn open(&self, global: &Global) -> Result<Store, Report> {
        let (here, account) = reach(global).await?;
        let region = self.from_region.clone();
        let of_other = Global {
            system: Some(self.from.clone()),
            region: Some(region.unwrap_or_else(|| account.region().to_owned())),
            profile: self.from_profile.clone().or_else(|| global.profile.clone()),
            ..global.clone()
        };
        let (there, _, other) = context::reach_by_name(&of_other, &[]).await?;
        let place = |account: &aws::Account| (account.id().to_owned(), account.region().to_owned());
        if here.name == there.name && place(&account) == place(&other) {
            return Err(miette!(
                help = "name another system with --from, or one elsewhere with --from-region or --from-profile",
                "{} in {} is this system itself",
                self.from,
                other.region()
            ));
        }
        Ok(toggles::store(&other, toggles_table(&there)))
    }

    /// An error about the other system says so.
    fn report(&self, error: TogglesError) -> Report {
        advice::report(error).wrap_err(format!("system `{}`", self.from))
    }
}

/// Prints what differs.
pub(super) async fn diff(global: &Global, diff: &Diff) -> Result<ExitCode, Report> {
    let there = diff.other.open(global).await?;
    let here = super::open(global).await?;
    let (here, there) = tokio::join!(here.list_all(), there.list_all());
    let here = here.map_err(advice::report)?;
    let there = there.map_err(|error| diff.other.report(error))?;
    let (here, there) = chosen(&diff.id, here, there);
    let known = |id: &&String| !here.iter().chain(&there).any(|of| of.id() == id.as_str());
    if let Some(id) = diff.id.iter().find(known) {
        return Err(miette!(
            help = "run `frontage toggles list`, with `--system NAME` for the other one",
            "neither system has a toggle `{id}`"
        ));
    }
    let found = differences(here, there);
    tell(global.format, &found, &diff.other.from)?;
    let differs = diff.detailed_exitcode && !found.is_empty();
    Ok(if differs {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    })
}

/// The chosen toggles of two systems, or all, with the segments that their rules name.
fn chosen(
    ids: &[String],
    mut here: Vec<Toggle>,
    mut there: Vec<Toggle>,
) -> (Vec<Toggle>, Vec<Toggle>) {
    let is_chosen = |id: &str| !is_segment(id) && (ids.is_empty() || ids.iter().any(|of| of == id));
    let named = |all: &[Toggle]| {
        let toggles: Vec<_> = all
            .iter()
            .map(Toggle::id)
            .filter(|id| is_chosen(id))
            .collect();
        named_segments(all, &toggles)
    };
    let (by_here, by_there) = (named(&here), named(&there));
    for toggles in [&mut here, &mut there] {
        toggles.retain(|of| {
            is_chosen(of.id()) || by_here.contains(of.id()) || by_there.contains(of.id())
        });
    }
    (here, there)
}

fn tell(format: Format, found: &[Difference], other: &str) -> Result<(), Report> {
    match format {
        Format::Json => print_json(&found),
        Format::Human if found.is_empty() => {
            say(&format!("no toggle differs from {other}"));
            Ok(())
        }
        Format::Human => print(&render::differences(found, other)),
    }
}

/// Copies toggles into this system.
pub(super) async fn copy(global: &Global, copy: &Copy) -> Result<(), Report> {
    let there = copy.other.open(global).await?;
    let toggles = if copy.all {
        there.list().await
    } else {
        there.get_all(&copy.id).await
    };
    let toggles = toggles.map_err(|error| copy.other.report(error))?;
    let toggles = there.with_segments(toggles).await;
    let toggles = toggles.map_err(|error| copy.other.report(error))?;
    let writing = Writing::open(global, copy.wait, &copy.why).await?;
    let copied = writing.store.copy(&toggles).await.map_err(advice::report)?;
    let told = render::copied(&copied);
    // Nobody is sent a segment.
    let sent = copied.copied.iter().filter(|id| !is_segment(id));
    let sent: Vec<_> = sent.cloned().collect();
    writing.ended(global.format, &copied, &told, &sent).await
}
