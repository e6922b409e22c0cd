//! `frontage destroy`.

use std::process::ExitCode;

use clap::Args;
use miette::Report;

use super::session::{Session, Zips};
use super::{Global, apply};
use crate::reconcile::Goal;

/// Arguments of `destroy`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Delete what holds people's data too
    #[arg(long)]
    delete_data: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let session = Session::open(global, Zips::None).await?;
    let plan = session.plan(Goal::Destroy { delete_data: arguments.delete_data }).await?;
    apply::carry_out(global, &session, plan, arguments.yes, "Destroy all of this?").await
}
