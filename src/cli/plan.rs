//! `frontage plan`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use engine::{Goal, Refusal};
use miette::Report;

use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::functions::Zips;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::cli::plan_file::PlanFile;
use crate::cli::writing::Writing;
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
    /// Also write the plan to a file, for `apply FILE`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Checks that nothing was refused.
pub(super) fn whole(refused: &[Refusal]) -> Result<(), Report> {
    if refused.is_empty() {
        return Ok(());
    }
    Err(advice::refused(refused))
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let mut context = Context::open(global, Zips::unless(arguments.no_build)).await?;
    let plan = context.plan(Goal::Converge).await?;
    tracing::info!(calls = context.account.calls().get(), "planned");
    if let Some(path) = &arguments.out {
        let writing = Writing::new(global, &context, "plan", 0);
        PlanFile::new(global, &plan, &writing)?.write(path)?;
    }
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
        let file = arguments.out.as_deref().map(Path::display);
        let file = file.map(|file| format!(" {file}")).unwrap_or_default();
        say(&format!("\nTo apply this plan: frontage apply{file}"));
    }
    whole(&plan.refused)?;
    context.complete()?;
    let changes = arguments.detailed_exitcode && !plan.is_empty();
    Ok(if changes {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    })
}
