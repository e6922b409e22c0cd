//! Whether packages are older than their sources, without starting a compiler.

use std::fs;
use std::path::Path;

use super::dependencies::{closure, of_lock, of_manifest};
use super::{Architecture, FunctionsError};
use crate::files::{self, Digest, failed};
use crate::tools::ToolSet;

/// The digest of everything in the workspace that affects the packages' bytes: the functions'
/// sources, their parts of the workspace's manifest and lock file, the pinned build tools, the
/// architecture.
///
/// The compiler's version is omitted, since querying it takes longer than everything else. The
/// manifest's `rust-version` represents it.
pub(super) fn digest(
    workspace_root: &Path,
    architecture: Architecture,
) -> Result<String, FunctionsError> {
    let sources = workspace_root.join("lambda-src");
    let mut files = Vec::new();
    files::collect(&sources, &[], &mut files)?;
    let mut inputs = Digest::default();
    inputs.files(workspace_root, files)?;
    let (manifest, lock) = (
        read(&workspace_root.join("Cargo.toml"))?,
        read(&workspace_root.join("Cargo.lock"))?,
    );
    let packages = closure(&lock, crates(&sources)?);
    inputs.part(of_manifest(&manifest, &packages).as_bytes());
    inputs.part(of_lock(&lock, &packages).as_bytes());
    inputs.part(ToolSet::LOCAL.requirements().as_bytes());
    inputs.part(architecture.as_str().as_bytes());
    Ok(inputs.finish())
}

/// The functions' crates and their common library: each is named like its directory.
fn crates(sources: &Path) -> Result<Vec<String>, FunctionsError> {
    let entries = fs::read_dir(sources).map_err(failed("list", sources))?;
    Ok(entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect())
}

fn read(file: &Path) -> Result<String, FunctionsError> {
    Ok(fs::read_to_string(file).map_err(failed("read", file))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn workspace() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("lambda-src/one/src")).unwrap();
        for file in ["Cargo.toml", "Cargo.lock", "lambda-src/one/src/main.rs"] {
            fs::write(root.path().join(file), file).unwrap();
        }
        root
    }

    fn digest_of(root: &tempfile::TempDir) -> String {
        digest(root.path(), Architecture::X86_64).unwrap()
    }

    #[test]
    fn the_place_does_not_matter() {
        assert_eq!(digest_of(&workspace()), digest_of(&workspace()));
    }

    #[test]
    fn every_input_matters() {
        let root = workspace();
        let before = digest_of(&root);
        assert_ne!(before, digest(root.path(), Architecture::Arm64).unwrap());
        for file in [
            "Cargo.toml",
            "Cargo.lock",
            "lambda-src/one/src/main.rs",
            "lambda-src/new",
        ] {
            let root = workspace();
            fs::write(root.path().join(file), "changed").unwrap();
            assert_ne!(before, digest_of(&root), "{file}");
        }
    }

    #[test]
    fn an_editors_leavings_do_not() {
        let root = workspace();
        let before = digest_of(&root);
        fs::write(root.path().join("lambda-src/one/src/.main.rs.swp"), "").unwrap();
        assert_eq!(before, digest_of(&root));
    }
}
