//! `frontage history`.

use std::process::ExitCode;

use aws::Control;
use clap::Args;
use futures_util::future::join;
use miette::Report;
use model::Tags;

use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json};
use crate::cli::{advice, context};
use crate::render::{self, History};

/// Arguments of `history`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The number of runs, the newest first
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    last: u16,
    /// Show each run's steps too
    #[arg(long)]
    steps: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let (_, _, account) = context::reach_by_name(global, &[]).await?;
    let control = Control::new(&account, &Tags::new());
    let (system, runs) = join(control.binding(), control.history(arguments.last.into())).await;
    let history = History {
        system: system.map_err(advice::report)?,
        runs: runs.map_err(advice::report)?,
    };
    match global.format {
        Format::Human => print(&render::history(&history, arguments.steps))?,
        Format::Json => print_json(&history)?,
    }
    Ok(ExitCode::SUCCESS)
}
