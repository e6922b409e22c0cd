//! Reads the metadata of SAML providers from the files that a description names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic as _, Report, WrapErr as _, miette};
use stacks::description::{Protocol, Provider, System};

/// The element that every metadata document begins with. Source: `Metadata for the OASIS Security
/// Assertion Markup Language (SAML) V2.0`, 2.3.
const ELEMENT: &str = "EntityDescriptor";

/// The metadata by the paths in the description, which are relative to its file.
///
/// # Errors
/// A file cannot be read, or is no metadata.
pub(super) fn read(system: &System, config: &Path) -> Result<BTreeMap<String, String>, Report> {
    let directory = config.parent().unwrap_or(Path::new(""));
    let files = system.identity.providers.iter().filter_map(file);
    files
        .map(|(provider, path)| {
            let text = read_file(provider, &directory.join(path))?;
            Ok((path.clone(), text))
        })
        .collect()
}

fn file(provider: &Provider) -> Option<(&Provider, &String)> {
    match &provider.protocol {
        Protocol::SamlFile(path) => Some((provider, path)),
        Protocol::SamlUrl(_) | Protocol::Oidc(_) => None,
    }
}

fn read_file(provider: &Provider, path: &PathBuf) -> Result<String, Report> {
    let (name, shown) = (&provider.name, path.display());
    let text = fs::read_to_string(path)
        .into_diagnostic()
        .wrap_err_with(|| {
            format!("cannot read the metadata {shown} of the identity provider {name}")
        })?;
    if text.contains(ELEMENT) {
        return Ok(text);
    }
    Err(miette!(
        help = "download the metadata XML of the application that was created at the provider for \
                the user pool",
        "{shown} is not the metadata of the identity provider {name}: it has no {ELEMENT}"
    ))
}
