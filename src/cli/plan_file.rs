//! A plan in a file: what `plan --out` showed, to be applied exactly.

use std::collections::BTreeMap;
use std::path::Path;

use engine::Plan;
use miette::{IntoDiagnostic as _, Report, WrapErr as _, miette};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::global::Global;
use crate::cli::writing::Writing;
use crate::render;

/// The version of the file's format.
const FORMAT: u32 = 1;

/// A plan as it was shown, and what it was made from. It contains no secrets.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PlanFile {
    format: u32,
    /// Frontage's version: another one may plan otherwise.
    version: String,
    /// When it was made, in UTC.
    made: String,
    /// The digest of the description.
    description: String,
    /// The selected stacks; all if there is none.
    stacks: Vec<String>,
    plan: Value,
}

impl PlanFile {
    /// A plan that was just made.
    pub(super) fn new(global: &Global, plan: &Plan, writing: &Writing) -> Result<Self, Report> {
        Ok(Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made: aws::control::now(),
            description: writing.description().to_owned(),
            stacks: global.stack.clone(),
            plan: document(plan)?,
        })
    }

    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Report> {
        let shown = path.display();
        let text = std::fs::read(path)
            .into_diagnostic()
            .wrap_err_with(|| format!("the plan {shown} cannot be read"))?;
        let file: Self = serde_json::from_slice(&text).map_err(|error| {
            miette!(
                help = "make one with `frontage plan --out FILE`",
                "{shown} is not a plan of Frontage: {error}"
            )
        })?;
        let version = env!("CARGO_PKG_VERSION");
        if file.format == FORMAT && file.version == version {
            return Ok(file);
        }
        Err(miette!(
            help = "plan again with this version",
            "{shown} was made by Frontage {}, and this is {version}",
            file.version
        ))
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> Result<(), Report> {
        let failed = || format!("the plan cannot be written to {}", path.display());
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = tempfile::NamedTempFile::new_in(folder)
            .into_diagnostic()
            .wrap_err_with(failed)?;
        serde_json::to_writer_pretty(&file, self)
            .into_diagnostic()
            .wrap_err_with(failed)?;
        file.persist(path)
            .map(drop)
            .into_diagnostic()
            .wrap_err_with(failed)
    }

    /// The options of a command that applies it: those stacks are selected.
    pub(super) fn selected(&self, global: &Global) -> Global {
        Global {
            stack: self.stacks.clone(),
            ..global.clone()
        }
    }

    /// Checks that a plan that was made now is the same.
    ///
    /// # Errors
    /// What has changed since, and who wrote.
    pub(super) async fn check(&self, plan: &Plan, writing: &Writing) -> Result<(), Report> {
        let now = document(plan)?;
        if now == self.plan {
            return Ok(());
        }
        let mut changes = Vec::new();
        for member in ["account", "region", "system"] {
            if now[member] != self.plan[member] {
                let (then, now) = (&self.plan[member], &now[member]);
                changes.push(format!("the {member} was {then} and is {now}"));
            }
        }
        if writing.description() != self.description {
            changes.push("the description has changed".to_owned());
        }
        for run in writing.since(&self.made).await? {
            changes.push(format!(
                "{} ran `{}` at {}",
                run.who, run.command, run.began
            ));
        }
        changes.extend(differences(&self.plan, &now));
        Err(miette!(
            help = "plan again, and look at the new plan",
            "nothing was done: the plan of {} is out of date\n  {}",
            self.made,
            changes.join("\n  ")
        ))
    }
}

fn document(plan: &Plan) -> Result<Value, Report> {
    serde_json::to_value(render::PlanDocument::new(plan)).into_diagnostic()
}

/// How the actions of two plans differ, one line for each resource.
fn differences(then: &Value, now: &Value) -> Vec<String> {
    let (then, now) = (actions(then), actions(now));
    let addresses = then
        .keys()
        .chain(now.keys().filter(|key| !then.contains_key(*key)));
    let action = |of: Option<&&Value>| {
        let action = of.and_then(|resource| resource["action"].as_str());
        action.unwrap_or("nothing").to_owned()
    };
    addresses
        .filter(|address| then.get(*address) != now.get(*address))
        .map(|address| {
            let (then, now) = (action(then.get(address)), action(now.get(address)));
            if then == now {
                format!("{address}: still `{now}`, but of other values")
            } else {
                format!("{address}: planned `{then}`, now `{now}`")
            }
        })
        .collect()
}

fn actions(plan: &Value) -> BTreeMap<&str, &Value> {
    let resources = plan["resources"].as_array().into_iter().flatten();
    resources
        .filter_map(|resource| Some((resource["address"].as_str()?, resource)))
        .collect()
}

#[cfg(test)]
mod tests;
