//! The program's own source tree, if it runs in one.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the Frontage workspace: the one that this program was built in, otherwise the one
/// that contains the current directory. `None` for a released program that runs somewhere else.
#[must_use]
pub fn workspace_root() -> Option<PathBuf> {
    let built_in =
        build_directory().and_then(|directory| directory.parent().map(Path::to_path_buf));
    let current = env::current_dir().ok();
    built_in
        .iter()
        .chain(current.iter())
        .flat_map(|start| start.ancestors())
        .find(|directory| is_workspace(directory))
        .map(Path::to_path_buf)
}

fn is_workspace(directory: &Path) -> bool {
    directory.join("lambda-src/toggle-runtime").is_dir() && directory.join("Cargo.lock").is_file()
}

/// Cargo's target directory, if this program (or test) is in one. Cargo marks it with two files.
pub(crate) fn build_directory() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    program
        .ancestors()
        .find(|directory| {
            directory.join("CACHEDIR.TAG").is_file() && directory.join(".rustc_info.json").is_file()
        })
        .map(Path::to_path_buf)
}

/// Cargo's target directory for a workspace.
pub(crate) fn target_directory(workspace_root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR")
        .filter(|directory| !directory.is_empty())
        .map_or_else(
            || workspace_root.join("target"),
            |directory| workspace_root.join(directory),
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_test_knows_where_it_was_built() {
        assert!(build_directory().is_some());
        let root = workspace_root().unwrap();
        assert!(root.join("crates/local/Cargo.toml").is_file());
    }
}
