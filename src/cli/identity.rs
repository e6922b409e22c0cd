//! Which system it is: one name may be of two.

use std::borrow::Cow;
use std::collections::BTreeSet;

use aws::control::{Binding, new_id};
use aws::{Account, Control};
use engine::{Inventory, SystemId};
use miette::Report;
use model::{StackName, Tags};
use stacks::description::System;
use thiserror::Error;

use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::output::say;
use crate::hint::Hint;

/// Another system of the name.
#[derive(Debug, Error)]
#[error(
    "the system `{name}` in account {account}, {region} has the id {found}, but this description is for the system with the id {expected}"
)]
struct Another {
    name: String,
    account: String,
    region: String,
    found: String,
    expected: String,
}

impl Hint for Another {
    fn hint(&self) -> Option<Cow<'_, str>> {
        Some(
            format!(
                "choose another `name`, or another account or Region; if this is the description of that system, write `id = \"{}\"`",
                self.found
            )
            .into(),
        )
    }
}

/// The system, under another name.
#[derive(Debug, Error)]
#[error(
    "this system, with the id {id}, exists in account {account}, {region} under the name `{found}`"
)]
struct Renamed {
    id: String,
    account: String,
    region: String,
    found: String,
}

impl Hint for Renamed {
    fn hint(&self) -> Option<Cow<'_, str>> {
        Some(
            format!(
                "a system cannot be renamed, since its name is part of every name: write `name = \"{}\"` again, or \
                 remove `id` to begin another system beside it",
                self.found
            )
            .into(),
        )
    }
}

/// The id of a system as it is described; otherwise one to begin with.
pub(super) fn described(system: &System) -> SystemId {
    let id = system.id.clone();
    id.map_or_else(|| SystemId::Proposed(new_id()), SystemId::Known)
}

/// Checks that the name is not bound to another system than the described one, of which nothing else need be
/// read. A description without an id is of any system of the name.
///
/// # Errors
/// [`Another`] if it is; or if that cannot be read.
pub(super) async fn check_name(id: Option<&str>, account: &Account) -> Result<(), Report> {
    let Some(id) = id else {
        return Ok(());
    };
    let control = Control::new(account, &Tags::new());
    match control.binding().await.map_err(advice::report)? {
        Some(binding) if binding.id != id => Err(advice::report(another(account, id, &binding.id))),
        _ => Ok(()),
    }
}

/// No system of the name.
#[derive(Debug, Error)]
#[error("there is no system `{name}` in account {account}, {region}")]
struct NoSystem {
    name: String,
    account: String,
    region: String,
}

/// The id of the system that the account's name is bound to, for a command that knows no more than the
/// name.
///
/// # Errors
/// [`NoSystem`] if there is none, or if that cannot be read.
pub(super) async fn existing(account: &Account) -> Result<String, Report> {
    let binding = Control::new(account, &Tags::new()).binding().await;
    let binding = binding.map_err(advice::report)?;
    binding.map(|binding| binding.id).ok_or_else(|| {
        let none = NoSystem {
            name: account.system().to_owned(),
            account: account.id().to_owned(),
            region: account.region().to_owned(),
        };
        advice::advise(
            none,
            "check the name, the credentials (AWS_PROFILE) and the Region (--region, AWS_REGION)",
        )
    })
}

/// Takes over what the name is bound to.
///
/// # Errors
/// [`Another`] if the description is of another system.
pub(super) fn bound(context: &mut Context, binding: Option<&Binding>) -> Result<(), Report> {
    let Some(binding) = binding else {
        return Ok(());
    };
    match &context.id {
        SystemId::Known(id) if *id != binding.id => {
            Err(advice::report(another(&context.account, id, &binding.id)))
        }
        _ => {
            context.id = SystemId::Known(binding.id.clone());
            Ok(())
        }
    }
}

/// Checks that what exists under the system's name is the system.
///
/// # Errors
/// [`Another`] if nothing of it is.
pub(super) fn check(context: &Context, inventory: &Inventory) -> Result<(), Report> {
    let SystemId::Known(id) = &context.id else {
        return Ok(());
    };
    let system = context.graph.system();
    match inventory.id(system) {
        Some(found) if !inventory.ids(system).contains_key(id) => {
            Err(advice::report(another(&context.account, id, &found)))
        }
        _ => Ok(()),
    }
}

/// The same for the ids alone.
///
/// # Errors
/// [`Another`] if there are some, and none is the description's.
pub(super) fn check_ids(context: &Context, ids: &BTreeSet<String>) -> Result<(), Report> {
    match (&context.id, ids.first()) {
        (SystemId::Known(id), Some(found)) if !ids.contains(id) => {
            Err(advice::report(another(&context.account, id, found)))
        }
        _ => Ok(()),
    }
}

fn another(account: &Account, expected: &str, found: &str) -> Another {
    Another {
        name: account.system().to_owned(),
        account: account.id().to_owned(),
        region: account.region().to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
    }
}

/// If the system has no resources, looks for it under another name, and prints a note for each possible
/// match.
///
/// # Errors
/// [`Renamed`], if it does; or if that cannot be read.
pub(super) async fn look_for_other_name(
    context: &Context,
    inventory: &Inventory,
) -> Result<(), Report> {
    if !inventory.live.is_empty() || !inventory.orphans.is_empty() {
        return Ok(());
    }
    let described = context.graph.nodes().map(|node| node.address.stack());
    let described: BTreeSet<&StackName> = described.collect();
    for other in aws::other_systems(&context.account).await {
        let may_be_it = match &context.id {
            SystemId::Known(id) => other.id.as_ref() == Some(id),
            _ => described.iter().all(|stack| other.stacks.contains(*stack)),
        };
        if !may_be_it {
            continue;
        }
        if let SystemId::Known(id) = &context.id
            && is_bound(context, &other.name, id).await?
        {
            return Err(advice::report(Renamed {
                id: id.clone(),
                account: context.account.id().to_owned(),
                region: context.account.region().to_owned(),
                found: other.name,
            }));
        }
        say(&format!(
            "note: the system `{}` seems to be in this account and Region, with the same {}; if it is this system \
             under an earlier name, write `name = \"{}\"` again: otherwise `apply` leaves it untouched and creates a \
             second system",
            other.name,
            if matches!(context.id, SystemId::Known(_)) {
                "id"
            } else {
                "stacks"
            },
            other.name,
        ));
    }
    Ok(())
}

/// Whether another name is bound to an id. The tagging index also shows what was deleted a while ago,
/// so it proves nothing.
async fn is_bound(context: &Context, name: &str, id: &str) -> Result<bool, Report> {
    let control = Control::new(&context.account, context.graph.tags());
    let binding = control.binding_of(name).await.map_err(advice::report)?;
    Ok(binding.is_some_and(|binding| binding.id == id))
}
