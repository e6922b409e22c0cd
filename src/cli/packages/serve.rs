//! The shared packages on this machine, for `dev`: in a registry of its own.

use local::{Registry as LocalRegistry, Tools};
use miette::{IntoDiagnostic as _, Report};

use super::publish::publish;
use super::workspace::RegistryArgs;
use crate::cli::global::Global;
use crate::cli::output::say;
use crate::packages::Registry;

/// How long the registry's tokens are good for.
const LIFE: &str = "30d";

/// Starts a local registry and publishes the workspace's shared packages into it, blocking. It goes
/// when it is dropped. None where the description has no workspace beside it.
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
        &Registry::new(&local.url(), Some(local.token().to_owned())),
    )?;
    Ok(Some(local))
}
