//! `frontage plan`.

use std::process::ExitCode;

use clap::Args;
use miette::Report;

use super::session::{Session, Zips};
use super::{Format, Global, print, print_json, say};
use crate::reconcile::Goal;
use crate::render;

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Exit with 2 if there is something to do (0: nothing, 1: error)
    #[arg(long)]
    detailed_exitcode: bool,
    /// Take the functions' zips as they are
    #[arg(long)]
    no_build: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let mut session = Session::open(
        global,
        if arguments.no_build {
            Zips::NoBuild
        } else {
            Zips::Build
        },
    )
    .await?;
    let plan = session.plan(Goal::Converge).await?;
    tracing::info!(calls = session.account.calls().get(), "planned");
    match global.format {
        Format::Human => print(&render::plan(&plan, &session.account)),
        Format::Json => print_json(&render::PlanDocument::new(&plan, &session.account))?,
    }
    if !plan.is_empty() && global.format == Format::Human {
        say("\nTo make it so: frontage apply");
    }
    session.complete()?;
    let changes = arguments.detailed_exitcode && !plan.is_empty();
    Ok(if changes {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    })
}
