//! `frontage init`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use clap::Args;
use miette::{IntoDiagnostic as _, Report, WrapErr as _, miette};
use stacks::description::{Name, template};

use crate::cli::advice;
use crate::cli::global::Global;
use crate::cli::output::say;

/// The rules for a system's name.
const NAMES: &str = "pass a name of 1 to 20 characters (a-z, 0-9, `-`) that begins with a letter: frontage init NAME";

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The system's name; default: the directory's name
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let path = global.config.display().to_string();
    let name = match &arguments.name {
        Some(name) => name.parse().map_err(|error| advice::advise(error, NAMES))?,
        None => directory_name()?,
    };
    let text = template(&name, &aws::control::new_id());
    let mut file = match OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&global.config)
    {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(miette!(
                help = "remove it first, or pass another path with --config",
                "{path} already exists"
            ));
        }
        Err(error) => {
            return Err(error)
                .into_diagnostic()
                .wrap_err(format!("{path} cannot be written"));
        }
    };
    file.write_all(text.as_bytes())
        .into_diagnostic()
        .wrap_err(format!("{path} cannot be written"))?;
    say(&format!("wrote {path}; next: frontage plan"));
    Ok(ExitCode::SUCCESS)
}

/// The directory's name, or the valid name that is closest to it.
fn directory_name() -> Result<Name, Report> {
    let directory = std::env::current_dir().ok();
    let name = directory
        .as_deref()
        .and_then(|path| path.file_name())
        .and_then(|name| name.to_str());
    let like = name.and_then(Name::like);
    like.ok_or_else(|| {
        miette!(
            help = NAMES,
            "the directory's name is not a valid system name"
        )
    })
}
