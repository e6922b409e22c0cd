//! `frontage destroy`.

use std::process::ExitCode;

use clap::Args;
use engine::Goal;
use miette::Report;

use super::apply::{self, Manner};
use super::session::{Session, Zips};
use crate::cli::global::Global;

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
    let mut session = Session::open(global, Zips::None).await?;
    let plan = session
        .plan(Goal::Destroy {
            delete_data: arguments.delete_data,
        })
        .await?;
    let manner = Manner {
        yes: arguments.yes,
        question: "Destroy all of this?",
        wait: false,
    };
    apply::carry_out(global, &session, plan, manner).await
}
