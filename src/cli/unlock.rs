//! `frontage unlock`.

use std::process::ExitCode;

use aws::Control;
use clap::Args;
use miette::Report;
use model::Tags;

use crate::cli::apply::confirm;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::cli::{advice, context};

/// Arguments of `unlock`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Skip the confirmation prompt
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let (_, selection, account) = context::reach(global).await?;
    let control = Control::new(&account, &Tags::new());
    let held = control.held().await.map_err(advice::report)?;
    let held = held
        .into_iter()
        .filter(|held| selection.contains(&model::StackName::new(&held.stack)));
    let held: Vec<_> = held.collect();
    if held.is_empty() {
        say("no run holds a lease");
    }
    for held in &held {
        say(&format!(
            "{}: held by {} on {}, which has run `{}` since {}",
            held.stack, held.holder, held.host, held.command, held.since
        ));
    }
    if !held.is_empty() && !arguments.yes {
        confirm(
            "Take them away? A run that still lives stops within 15 seconds.",
            "yes",
        )
        .await?;
    }
    let ended = control
        .unlock(|stack| held.iter().any(|held| held.stack == stack.as_str()))
        .await
        .map_err(advice::report)?;
    match global.format {
        Format::Json => print_json(&ended)?,
        Format::Human if ended.is_empty() => {}
        Format::Human => {
            let stacks: Vec<_> = ended.iter().map(|held| held.stack.as_str()).collect();
            print(&format!("unlocked: {}", stacks.join(", ")))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
