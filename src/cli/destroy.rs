//! `frontage destroy`.

use std::process::ExitCode;

use clap::Args;
use engine::Goal;
use miette::Report;

use crate::cli::apply::{self, ApplyOptions};
use crate::cli::context::Context;
use crate::cli::functions::Zips;
use crate::cli::global::Global;
use crate::cli::writing::Writing;

/// Arguments of `destroy`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Skip the confirmation prompt
    #[arg(long)]
    yes: bool,
    /// Also delete resources that hold people's data
    #[arg(long)]
    delete_data: bool,
    /// How long to wait for another run that writes to the same stacks
    #[arg(long, value_name = "SECONDS", default_value_t = apply::PATIENCE)]
    lock_timeout: u64,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let mut context = Context::open(global, Zips::None).await?;
    let goal = Goal::Destroy {
        delete_data: arguments.delete_data,
    };
    let mut writing = Writing::new(global, &context, "destroy", arguments.lock_timeout);
    let manner = ApplyOptions {
        yes: arguments.yes,
        question: "Destroy all of this?",
        wait: false,
    };
    apply::carry_out(global, &mut context, &mut writing, goal, manner).await
}
