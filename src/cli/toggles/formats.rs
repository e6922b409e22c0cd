//! Toggles as the files of other tools, and back.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use miette::{Report, miette};
use serde::Serialize;
use toggle_formats::{
    Carried, FormatError, Items, Lost, flagd, launchdarkly, openfeature, unleash,
};

use super::wait::{Wait, Writing};
use super::{Why, open};
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::render;
use crate::toggles::{Copied, Difference, Toggle, differences, is_segment};

/// Whose files they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Tool {
    /// A flag definition of flagd: all of a toggle, most of it in flagd's own terms
    Flagd,
    /// An export of an environment of Unleash
    Unleash,
    /// Flags of LaunchDarkly, as its REST API gives them
    #[value(name = "launchdarkly")]
    LaunchDarkly,
    /// A flag manifest of OpenFeature: types and defaults, without states and rules
    #[value(name = "openfeature")]
    OpenFeature,
}

/// Arguments of `toggles export`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// Whose file it is
    #[arg(long, value_name = "TOOL")]
    to: Tool,
    /// Write it to this file. Default: standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The environment that the flags are of, for Unleash and LaunchDarkly
    #[arg(long, value_name = "NAME", default_value = "production")]
    environment: String,
}

/// Arguments of `toggles import`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// Whose file it is
    #[arg(long, value_name = "TOOL")]
    from: Tool,
    /// The file, in JSON
    file: PathBuf,
    /// The environment whose flags are imported, for Unleash and LaunchDarkly. Default: the only one
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Show what would change, and write nothing
    #[arg(long, conflicts_with = "wait")]
    dry_run: bool,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    wait: Wait,
}

/// What an export has become.
#[derive(Serialize)]
struct Exported<'e> {
    toggles: usize,
    lost: &'e [Lost],
}

/// What an import is, or has become.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'i> {
    /// What differs between the toggles and the file.
    differences: &'i [Difference],
    lost: &'i [Lost],
    /// The ids of those that were written; absent if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    imported: Option<&'i [String]>,
}

/// Writes the toggles to a file, or to standard output.
pub(super) async fn export(global: &Global, export: &Export) -> Result<(), Report> {
    let toggles = open(global).await?.list_all().await;
    let toggles = toggles.map_err(advice::report)?;
    let items: Items = toggles
        .iter()
        .map(|toggle| (toggle.id().to_owned(), toggle.to_message()))
        .collect();
    let Carried { content, lost } = match export.to {
        Tool::Flagd => flagd::export(&items),
        Tool::Unleash => unleash::export(&items, &export.environment),
        Tool::LaunchDarkly => launchdarkly::export(&items, &export.environment),
        Tool::OpenFeature => openfeature::export(&items),
    };
    say_lost(&lost);
    let Some(file) = &export.out else {
        return print_json(&content);
    };
    let text = serde_json::to_string_pretty(&content).map_err(|error| miette!("{error}"))?;
    let written = std::fs::write(file, format!("{text}\n"));
    written.map_err(|error| miette!("{} cannot be written: {error}", file.display()))?;
    let toggles = toggles.iter().filter(|of| !is_segment(of.id())).count();
    match global.format {
        Format::Json => print_json(&Exported {
            toggles,
            lost: &lost,
        }),
        Format::Human => print(&render::exported(toggles, &file.display().to_string())),
    }
}

/// Reads toggles from a file, and writes those that differ.
pub(super) async fn import(global: &Global, import: &Import) -> Result<(), Report> {
    let Carried { content, lost } = read(import)?;
    let writing = Writing::open(global, import.wait, &import.why).await?;
    let here = writing.store.list_all().await.map_err(advice::report)?;
    let mut there: Vec<_> = content.values().map(toggle).collect();
    if import.from == Tool::OpenFeature {
        // A manifest knows no state: it must not reset one.
        there.retain(|of| !here.iter().any(|existing| existing.id() == of.id()));
    }
    let checked = writing.store.check_together(&there).await;
    checked.map_err(advice::report)?;
    let is_there = |of: &Toggle| there.iter().any(|other| other.id() == of.id());
    let here: Vec<_> = here.into_iter().filter(is_there).collect();
    let found = differences(here, there.clone());
    say_lost(&lost);
    if global.format == Format::Human && !found.is_empty() {
        print(&render::differences(&found, &name(&import.file)))?;
    }
    let mut outcome = Outcome {
        differences: &found,
        lost: &lost,
        imported: None,
    };
    if import.dry_run {
        return match global.format {
            Format::Json => print_json(&outcome),
            Format::Human => {
                say(if found.is_empty() {
                    "nothing would change"
                } else {
                    "nothing is written"
                });
                Ok(())
            }
        };
    }
    let Copied { copied, same } = writing.store.copy(&there).await.map_err(advice::report)?;
    outcome.imported = Some(&copied);
    let told = render::imported(&copied, same);
    // Nobody is sent a segment.
    let sent: Vec<_> = copied
        .iter()
        .filter(|id| !is_segment(id))
        .cloned()
        .collect();
    writing.ended(global.format, &outcome, &told, &sent).await
}

fn read(import: &Import) -> Result<Carried<Items>, Report> {
    let file = import.file.display();
    let text = std::fs::read_to_string(&import.file);
    let text = text.map_err(|error| miette!("{file} cannot be read: {error}"))?;
    let environment = import.environment.as_deref();
    let items = match import.from {
        Tool::Flagd => flagd::import(&text),
        Tool::Unleash => unleash::import(&text, environment),
        Tool::LaunchDarkly => launchdarkly::import(&text, environment),
        Tool::OpenFeature => openfeature::import(&text),
    };
    items.map_err(|error| match error {
        FormatError::Environment { .. } => {
            miette!(
                help = "name one of them with --environment",
                "{file}: {error}"
            )
        }
        error => miette!("{file}: {error}"),
    })
}

fn toggle(item: &toggle_formats::Item) -> Toggle {
    let item = item
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    Toggle::from_message(&serde_json::Value::Object(item.collect()))
}

/// The name of a file without its folders.
fn name(file: &Path) -> String {
    let name = file.file_name().unwrap_or(file.as_os_str());
    name.to_string_lossy().into_owned()
}

fn say_lost(lost: &[Lost]) {
    if !lost.is_empty() {
        say(&render::not_carried(lost));
    }
}
