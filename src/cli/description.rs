//! The description, and the stacks that the command line selects.

use std::collections::BTreeSet;

use engine::Selection;
use miette::{IntoDiagnostic as _, Report, WrapErr as _, miette};
use model::StackName;
use stacks::description::{InvalidName, System};
use thiserror::Error;

use crate::cli::advice;
use crate::cli::global::{Global, SYSTEM};

/// The system, for a command that needs no more of it than some stacks: by its description or, with
/// `--system`, by its name alone.
pub(super) fn of(global: &Global, stacks: &[StackName]) -> Result<System, Report> {
    let Some(name) = &global.system else {
        return read(global);
    };
    let parsed = name.parse().map_err(|why| {
        advice::advise(
            NoName {
                name: name.clone(),
                why,
            },
            "pass the `name` of its frontage.toml",
        )
    })?;
    stacks::system::named(parsed, stacks).map_err(|why| {
        let asked: Vec<_> = stacks.iter().map(StackName::as_str).collect();
        miette!(
            help = "a team's stack is `team/NAME`, with the NAME of `[teams.NAME]`",
            "the system {name} can have no stack `{}`: {why}",
            asked.join("`, `")
        )
    })
}

/// Text that is not the name of a system.
#[derive(Debug, Error)]
#[error("there is no system `{name}`")]
struct NoName {
    name: String,
    #[source]
    why: InvalidName,
}

/// Reads the description.
pub(super) fn read(global: &Global) -> Result<System, Report> {
    if let Some(name) = &global.system {
        return Err(miette!(
            help = format!(
                "run it in the folder of its frontage.toml, without --system and the variable {SYSTEM}, or pass the \
                 description with --config"
            ),
            "this command needs the description of {name}, of which --system or {SYSTEM} is only the name"
        ));
    }
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
