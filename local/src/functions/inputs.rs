//! Whether packages are older than what they are made of, without starting a compiler.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Architecture, FunctionsError, failed};
use crate::tools::ToolSet;

/// The digest of everything in the workspace that decides the packages' bytes: the functions'
/// sources, the workspace's own manifest and lock file, the pinned build tools, the architecture.
///
/// The compiler's version is left out, for asking it takes longer than all the rest. The manifest's
/// `rust-version` stands for it.
pub(super) fn digest(workspace_root: &Path, architecture: Architecture) -> Result<String, FunctionsError> {
    let mut files = vec![workspace_root.join("Cargo.toml"), workspace_root.join("Cargo.lock")];
    collect(&workspace_root.join("lambda-src"), &mut files)?;
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        let name = file.strip_prefix(workspace_root).unwrap_or(&file);
        add(&mut digest, name.as_os_str().as_encoded_bytes());
        add(&mut digest, &fs::read(&file).map_err(failed("read", &file))?);
    }
    add(&mut digest, ToolSet::LOCAL.requirements().as_bytes());
    add(&mut digest, architecture.as_str().as_bytes());
    Ok(format!("{:x}", digest.finalize()))
}

/// With its length first, so that no bytes can pass from one part to the next unseen.
fn add(digest: &mut Sha256, part: &[u8]) {
    digest.update((part.len() as u64).to_le_bytes());
    digest.update(part);
}

/// What editors leave behind starts with a dot, and decides nothing.
fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), FunctionsError> {
    for entry in fs::read_dir(directory).map_err(failed("list", directory))? {
        let entry = entry.map_err(failed("list", directory))?;
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type().map_err(failed("look at", &path))?.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
        for file in ["Cargo.toml", "Cargo.lock", "lambda-src/one/src/main.rs", "lambda-src/new"] {
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
