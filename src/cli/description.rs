//! The description, and the stacks that the command line selects.

use std::collections::BTreeSet;

use engine::Selection;
use miette::{IntoDiagnostic as _, Report, WrapErr as _, miette};
use model::StackName;
use stacks::description::System;

use crate::cli::global::Global;

/// Reads the description.
pub(super) fn read(global: &Global) -> Result<System, Report> {
    let path = global.config.display().to_string();
    let text = match std::fs::read_to_string(&global.config) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(miette!(
                help = "run `frontage init` to create one, or pass another with --config",
                "there is no {path} here"
            ));
        }
        Err(error) => {
            return Err(error)
                .into_diagnostic()
                .wrap_err(format!("{path} cannot be read"));
        }
    };
    System::parse(&path, &text).map_err(Report::new)
}

/// The stacks named on the command line.
pub(super) fn selection(global: &Global, system: &System) -> Result<Selection, Report> {
    if global.stack.is_empty() {
        return Ok(Selection::All);
    }
    let known = stacks::system::names(system);
    let named: BTreeSet<StackName> = global.stack.iter().map(StackName::new).collect();
    if let Some(unknown) = named.iter().find(|name| !known.contains(name)) {
        let known: Vec<_> = known.iter().map(StackName::as_str).collect();
        return Err(miette!(
            help = format!("the stacks are: {}", known.join(", ")),
            "there is no stack `{unknown}`"
        ));
    }
    Ok(Selection::Only(named))
}
