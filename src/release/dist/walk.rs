//! The files below a directory.

use std::fs;
use std::path::Path;

use super::error::DistError;

/// Files that operating systems leave behind. They are skipped.
const LITTER: [&str; 2] = [".DS_Store", "Thumbs.db"];

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
        match kind {
            kind if kind.is_dir() => prefixes.push(path + "/"),
            kind if kind.is_file() && !LITTER.contains(&name) => found.push(path),
            kind if kind.is_file() => {}
            kind if kind.is_symlink() => return Err(DistError::Symlink(path)),
            _ => return Err(DistError::Special(path)),
        }
    }
    Ok(())
}
