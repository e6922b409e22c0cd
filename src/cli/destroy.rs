//! `frontage destroy`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Args;
use engine::{Goal, Inventory, Plan, Selection, Target};
use miette::{Report, miette};
use model::{InvalidAddress, StackName};
use stacks::description::System;

use crate::cli::advice;
use crate::cli::apply::{self, ApplyOptions};
use crate::cli::context::{self, Context};
use crate::cli::functions::Zips;
use crate::cli::global::Global;
use crate::cli::writing::Writing;

/// Arguments of `destroy`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only the resources at these addresses, such as `identity/users`, and what is in them
    #[arg(
        value_name = "ADDRESS",
        value_parser = target,
        requires = "delete_data",
        conflicts_with = "stack"
    )]
    addresses: Vec<Target>,
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

/// `ADDRESS`, or `ADDRESS=ID` for one of several resources that have an address.
fn target(text: &str) -> Result<Target, InvalidAddress> {
    let (address, id) = text
        .split_once('=')
        .map_or((text, None), |(address, id)| (address, Some(id.to_owned())));
    let address = address.parse()?;
    Ok(Target { address, id })
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let (mut context, system) = open(global).await?;
    let mut writing = Writing::new(global, &context, "destroy", arguments.lock_timeout);
    let make = async |context: &mut Context| plan(global, arguments, &system, context).await;
    let name = context.graph.system().to_owned();
    let manner = ApplyOptions {
        yes: arguments.yes,
        question: "Destroy all of this?",
        answer: if arguments.delete_data { &name } else { "yes" },
        wait: false,
        clears: arguments.addresses.is_empty(),
    };
    apply::carry_out(global, &mut context, &mut writing, make, manner).await
}

async fn plan(
    global: &Global,
    arguments: &Arguments,
    system: &System,
    context: &mut Context,
) -> Result<Plan, Report> {
    let goal = Goal::Destroy {
        delete_data: arguments.delete_data,
    };
    let inventory = context.read(goal).await?;
    check_stacks(global, system, &inventory)?;
    let plan =
        engine::plan(&context.graph, &inventory, &context.readers, goal).map_err(advice::plan)?;
    if arguments.addresses.is_empty() {
        return Ok(plan);
    }
    engine::narrow(plan, &context.graph, &inventory, &arguments.addresses).map_err(advice::plan)
}

/// The context, with any stacks selected: those that the description no longer has are known from the
/// account alone.
async fn open(global: &Global) -> Result<(Context, System), Report> {
    let described = Global {
        stack: Vec::new(),
        ..global.clone()
    };
    let (system, everything, account) = context::reach(&described).await?;
    let selection = if global.stack.is_empty() {
        everything
    } else {
        Selection::Only(named(global))
    };
    let context = Context::with_account(global, &system, selection, account, Zips::None).await?;
    Ok((context, system))
}

fn named(global: &Global) -> BTreeSet<StackName> {
    global.stack.iter().map(StackName::new).collect()
}

/// Each stack is described, or something of it is in the account.
fn check_stacks(global: &Global, system: &System, inventory: &Inventory) -> Result<(), Report> {
    let left = inventory.orphans.iter().map(|of| of.address.stack());
    let mut known = stacks::system::names(system);
    known.extend(left.cloned());
    let Some(unknown) = named(global).into_iter().find(|name| !known.contains(name)) else {
        return Ok(());
    };
    let known: Vec<_> = known.iter().map(StackName::as_str).collect();
    Err(miette!(
        help = format!("the stacks are: {}", known.join(", ")),
        "there is no stack `{unknown}`, neither in the description nor in the account"
    ))
}
