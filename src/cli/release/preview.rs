//! Publishing a preview, and its link.

use std::time::Duration;

use clap::Args;
use miette::{Report, miette};
use model::StackName;
use serde::Serialize;
use stacks::description::System;
use stacks::shell;

use super::duration::duration;
use super::progress::with_progress;
use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::release::{Application, Dist, PreviewName, Previewed, ReleaseError, Releases};
use crate::render;

/// The options of a preview.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Publish as a preview of this name, shown only to visitors with its link; no other visit changes
    #[arg(long, value_name = "NAME", conflicts_with = "canary")]
    pub(super) preview: Option<PreviewName>,
    /// How long the preview is shown
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration, requires = "preview")]
    expires: Duration,
}

impl Options {
    /// Checks what the command line's own rules cannot say.
    pub(super) fn check(&self, application: &Application) -> Result<(), Report> {
        if self.preview.is_some() && *application == Application::Shell {
            return Err(advice::report(ReleaseError::PreviewOfShell));
        }
        Ok(())
    }
}

/// What is told of a preview.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(flatten)]
    previewed: Previewed,
    /// Where it is seen; from the shell's root if the shell's address is not known.
    link: String,
}

/// Publishes a build as a preview, and prints its link.
pub(super) async fn publish(
    global: &Global,
    system: &System,
    application: &Application,
    releases: &Releases,
    dist: &Dist,
    (name, options): (&PreviewName, &Options),
) -> Result<(), Report> {
    let expires = expiry(options.expires)?;
    let publish = async |events| releases.publish_preview(dist, name, expires, &events).await;
    let previewed = with_progress(global.format, publish).await?;
    let link = link(global, system, application, name).await;
    let told = Told { previewed, link };
    match global.format {
        Format::Json => print_json(&told),
        Format::Human => {
            let line = render::previewed(application, &told.previewed);
            print(&format!("{line}\n{}", told.link))
        }
    }
}

/// The time after a duration from now, in seconds since 1970.
fn expiry(after: Duration) -> Result<i64, Report> {
    let now = std::time::SystemTime::now();
    let since = now
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from((since + after).as_secs()).map_err(|_| miette!("the clock is wrong"))
}

/// The address at which the shell shows a preview.
async fn link(
    global: &Global,
    system: &System,
    application: &Application,
    name: &PreviewName,
) -> String {
    let team = application.to_string();
    let described = system.teams.iter().find(|of| of.name.as_str() == team);
    let route = described.map_or_else(|| format!("/{team}"), |of| of.route.clone());
    let path = format!("{route}?mfe:{team}=@{name}");
    match shell_url(global, system).await {
        Ok(url) => url + &path,
        Err(error) => {
            say(&format!(
                "the shell's address is not known here, so the link begins at its root: {error}"
            ));
            path
        }
    }
}

/// The shell's URL. A team's own rights need not reach the shell's stack.
async fn shell_url(global: &Global, system: &System) -> Result<String, Report> {
    if system.shell.is_none() {
        return Err(miette!("the system has no shell"));
    }
    let stack = StackName::new(shell::STACK);
    let names = ["url", "bucket", "distribution_id"];
    let found = Context::look_up(global, &stack, &names, shell::Outputs::of).await;
    found.map(|(_, outputs)| outputs.url)
}
