//! Building an application before it is published.

use std::path::{Path, PathBuf};

use local::{Frontend, Tools};
use miette::{IntoDiagnostic as _, Report, WrapErr as _};
use stacks::description::System;
use stacks::shell;

use crate::cli::global::Global;
use crate::cli::output::say;
use crate::release::Application;

/// Builds the application in a folder, unless its output is up to date, and returns the output's
/// path. Without the folder it is the build that came with the program, if one did.
pub(in crate::cli) async fn build(
    folder: PathBuf,
    application: &Application,
) -> Result<PathBuf, Report> {
    if let Some(dist) = shipped(application).filter(|_| !folder.is_dir()) {
        return Ok(dist);
    }
    let build = move || {
        let frontend = Frontend::in_folder(&folder).into_diagnostic()?;
        let tools = Tools::install(&mut say).into_diagnostic()?;
        frontend.build(&tools, &mut say).into_diagnostic()
    };
    let built = tokio::task::spawn_blocking(build).await.into_diagnostic()?;
    built.wrap_err_with(|| {
        format!("{application} cannot be built; to publish an existing build, pass --dir DIST")
    })
}

/// The build of the shell in the archive of a release, beside the program.
pub(in crate::cli) fn shipped(application: &Application) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let dist = program.with_file_name(shell::STACK);
    let there = *application == Application::Shell && dist.join("index.html").is_file();
    there.then_some(dist)
}

/// The path of an application's package, relative to the description's directory. Without a
/// description a team's is the current directory: its own repository.
pub(in crate::cli) fn source(
    global: &Global,
    system: &System,
    application: &Application,
) -> PathBuf {
    let source = match application {
        Application::Team(_) if global.system.is_some() => return PathBuf::from("."),
        Application::Shell => None,
        Application::Team(name) => system
            .teams
            .iter()
            .find(|team| team.name.as_str() == name)
            .and_then(|team| team.source.clone()),
    };
    let source = source.unwrap_or_else(|| format!("assets/{application}"));
    global.config.parent().unwrap_or(Path::new("")).join(source)
}
