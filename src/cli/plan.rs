//! `frontage plan`.

use std::process::ExitCode;

use clap::Args;
use engine::Goal;
use miette::Report;

use crate::cli::context::Context;
use crate::cli::functions::Zips;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::render;

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Exit with 2 if there are changes (0: none, 1: error)
    #[arg(long)]
    detailed_exitcode: bool,
    /// Use the existing function zips
    #[arg(long)]
    no_build: bool,
    /// Show the settings of others too, which are left as they are
    #[arg(long)]
    show_left: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let mut context = Context::open(
        global,
        if arguments.no_build {
            Zips::NoBuild
        } else {
            Zips::Build
        },
    )
    .await?;
    let plan = context.plan(Goal::Converge).await?;
    tracing::info!(calls = context.account.calls().get(), "planned");
    match global.format {
        Format::Human => {
            print(&render::plan(&plan))?;
            if arguments.show_left {
                print(&render::left(&plan))?;
            }
        }
        Format::Json => print_json(&render::PlanDocument::new(&plan))?,
    }
    if !plan.is_empty() && global.format == Format::Human {
        say("\nTo apply this plan: frontage apply");
    }
    context.complete()?;
    let changes = arguments.detailed_exitcode && !plan.is_empty();
    Ok(if changes {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    })
}
