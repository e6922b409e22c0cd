//! `frontage destroy`.

use std::process::ExitCode;

use clap::Args;
use engine::Goal;
use miette::Report;

use crate::cli::apply::{self, ApplyOptions};
use crate::cli::context::Context;
use crate::cli::functions::Zips;
use crate::cli::global::Global;

/// Arguments of `destroy`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Skip the confirmation prompt
    #[arg(long)]
    yes: bool,
    /// Also delete resources that hold people's data
    #[arg(long)]
    delete_data: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let mut context = Context::open(global, Zips::None).await?;
    let plan = context
        .plan(Goal::Destroy {
            delete_data: arguments.delete_data,
        })
        .await?;
    let manner = ApplyOptions {
        yes: arguments.yes,
        question: "Destroy all of this?",
        wait: false,
    };
    apply::carry_out(global, &context, plan, manner).await
}
