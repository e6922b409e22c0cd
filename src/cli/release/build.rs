//! Building an application before it is published.

use std::path::{Path, PathBuf};

use local::{Frontend, Tools};
use miette::{IntoDiagnostic as _, Report, WrapErr as _};
use stacks::description::System;

use crate::cli::global::Global;
use crate::cli::output::say;
use crate::release::Application;

/// Builds the application in a folder, unless its output is up to date, and returns the output's
/// path.
pub(in crate::cli) async fn build(
    folder: PathBuf,
    application: &Application,
) -> Result<PathBuf, Report> {
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

/// The path of an application's package, relative to the description's directory.
pub(in crate::cli) fn source(
    global: &Global,
    system: &System,
    application: &Application,
) -> PathBuf {
    let source = match application {
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
