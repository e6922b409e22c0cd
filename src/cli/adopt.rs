//! `frontage adopt`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Args;
use engine::{Goal, Plan};
use miette::Report;
use model::Address;

use crate::cli::advice;
use crate::cli::apply::{self, ApplyOptions};
use crate::cli::context::Context;
use crate::cli::functions::Zips;
use crate::cli::global::Global;
use crate::cli::writing::Writing;

/// Arguments of `adopt`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The resources to take over, such as `toggles/toggles-table`
    #[arg(value_name = "ADDRESS", required = true)]
    addresses: Vec<Address>,
    /// Skip the confirmation prompt
    #[arg(long)]
    yes: bool,
    /// Use the existing function zips
    #[arg(long)]
    no_build: bool,
    /// How long to wait for another run that writes to the same stacks
    #[arg(long, value_name = "SECONDS", default_value_t = apply::PATIENCE)]
    lock_timeout: u64,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let addresses: BTreeSet<Address> = arguments.addresses.iter().cloned().collect();
    let stacks = addresses.iter().map(|address| address.stack().to_string());
    let global = &Global {
        stack: stacks.collect::<BTreeSet<_>>().into_iter().collect(),
        ..global.clone()
    };
    let mut context = Context::open(global, Zips::unless(arguments.no_build)).await?;
    let mut writing = Writing::new(global, &context, "adopt", arguments.lock_timeout);
    let make = async |context: &mut Context| plan(context, &addresses).await;
    let manner = ApplyOptions {
        yes: arguments.yes,
        question: "Take over these resources, and change them as shown?",
        answer: "yes",
        wait: false,
        clears: false,
    };
    apply::carry_out(global, &mut context, &mut writing, make, manner).await
}

async fn plan(context: &mut Context, addresses: &BTreeSet<Address>) -> Result<Plan, Report> {
    let inventory = context.read(Goal::Converge).await?;
    engine::adopt(&context.graph, &inventory, &context.readers, addresses).map_err(advice::plan)
}
