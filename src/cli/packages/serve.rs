//! The shared packages on this machine, for `dev`: in a local registry.

use local::{Registry as LocalRegistry, Tools};
use miette::{IntoDiagnostic as _, Report};

use super::publish::publish;
use super::workspace::RegistryArgs;
use crate::cli::global::Global;
use crate::cli::output::say;
use crate::packages::Registry;

/// The lifetime of the registry's tokens.
const LIFE: &str = "30d";

/// Starts a local registry and publishes the workspace's shared packages to it; blocks. The
/// registry stops when it is dropped. `None` if there is no workspace next to the description.
pub(in crate::cli) fn serve(global: &Global) -> Result<Option<LocalRegistry>, Report> {
    let place = RegistryArgs {
        dir: None,
        registry: None,
    };
    let Ok(workspace) = place.workspace(global) else {
        return Ok(None);
    };
    let tools = Tools::install(&mut say).into_diagnostic()?;
    let local =
        LocalRegistry::start(&tools, &workspace.scopes(), LIFE, &mut say).into_diagnostic()?;
    publish(
        &workspace,
        &[],
        None,
        &Registry::new(&local.url(), Some(local.token().to_owned())),
    )?;
    Ok(Some(local))
}
