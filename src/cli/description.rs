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
    let bytes = match std::fs::read(&global.config) {
        Ok(bytes) => bytes,
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
    let text = decoded(&path, bytes)?;
    System::parse(&path, &text).map_err(Report::new)
}

/// The text of a description. Some editors of Windows write UTF-16, which TOML does not allow.
fn decoded(path: &str, bytes: Vec<u8>) -> Result<String, Report> {
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let written = if is_utf16 { "UTF-16" } else { "not UTF-8" };
    String::from_utf8(bytes).map_err(|_| {
        miette!(
            help = "save it as UTF-8, with or without a byte order mark",
            "{path} is {written}"
        )
    })
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
