//! The files below a directory.

use std::fs;
use std::path::Path;

use super::error::DistError;

/// Files that operating systems leave behind. They are skipped.
const LITTER: [&str; 2] = [".DS_Store", "Thumbs.db"];

/// The one hidden directory that sites serve (RFC 8615).
const WELL_KNOWN: &str = ".well-known";
/// Directories and files that no build writes for browsers.
const PRIVATE: [&str; 4] = ["node_modules", "id_ecdsa", "id_ed25519", "id_rsa"];
/// The extensions of keys and certificates.
const KEYS: [&str; 4] = ["key", "p12", "pem", "pfx"];

/// The paths of all files, with slashes, in order.
pub(super) fn paths(directory: &Path) -> Result<Vec<String>, DistError> {
    if !directory.is_dir() {
        return Err(DistError::NoDirectory(directory.to_owned()));
    }
    let mut found = Vec::new();
    let mut prefixes = vec![String::new()];
    while let Some(prefix) = prefixes.pop() {
        look(directory, &prefix, &mut found, &mut prefixes)?;
    }
    found.sort();
    Ok(found)
}

fn look(
    root: &Path,
    prefix: &str,
    found: &mut Vec<String>,
    prefixes: &mut Vec<String>,
) -> Result<(), DistError> {
    let directory = root.join(prefix);
    let unreadable = |source| DistError::Unreadable {
        path: directory.clone(),
        source,
    };
    for entry in fs::read_dir(&directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(DistError::OddName(name.to_string_lossy().into_owned()));
        };
        let path = format!("{prefix}{name}");
        if LITTER.contains(&name) && kind.is_file() {
            continue;
        }
        if is_private(&path, name) {
            return Err(DistError::Private(path));
        }
        match kind {
            kind if kind.is_dir() => prefixes.push(path + "/"),
            kind if kind.is_file() => found.push(path),
            kind if kind.is_symlink() => return Err(DistError::Symlink(path)),
            _ => return Err(DistError::Special(path)),
        }
    }
    Ok(())
}

/// Whether a name is of a file that is public by mistake: settings, keys, a repository, dependencies.
fn is_private(path: &str, name: &str) -> bool {
    let hidden = name.starts_with('.') && path != WELL_KNOWN;
    let extension = Path::new(name).extension().unwrap_or_default();
    let key = KEYS.iter().any(|key| extension.eq_ignore_ascii_case(key));
    hidden || key || PRIVATE.contains(&name)
}
