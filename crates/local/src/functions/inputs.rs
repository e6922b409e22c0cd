//! What each package is built from, without starting a compiler.

use std::fs;
use std::path::Path;

use toggle_contract::{NAMES, PerFunction};
use toml::Table;

use super::dependencies::{closure, of_lock, of_manifest};
use super::{Architecture, FunctionsError};
use crate::files::{self, Digest, failed};
use crate::tools::ToolSet;

/// The digests of everything in the workspace that affects each package's behaviour: the sources of
/// the function and of the crates of ours that it depends on, the function's parts of the
/// workspace's manifest and lock file, the pinned build tools, the architecture.
///
/// The compiler's version is omitted: two people who have different ones deploy the same function.
/// The manifest's `rust-version` represents it.
pub(super) fn digests(
    workspace_root: &Path,
    architecture: Architecture,
) -> Result<PerFunction<String>, FunctionsError> {
    let lock = read(&workspace_root.join("Cargo.lock"))?;
    let workspace = Workspace {
        root: workspace_root,
        manifest: read(&workspace_root.join("Cargo.toml"))?,
        // Cargo reports one that cannot be read.
        lock: lock.parse().unwrap_or_default(),
        architecture,
    };
    let [
        connection_manager,
        new_connection,
        toggle_message,
        toggle_slice,
        toggle_snapshot,
        toggle_history,
        toggle_clock,
        toggle_api,
    ] = [
        NAMES.connection_manager,
        NAMES.new_connection,
        NAMES.toggle_message,
        NAMES.toggle_slice,
        NAMES.toggle_snapshot,
        NAMES.toggle_history,
        NAMES.toggle_clock,
        NAMES.toggle_api,
    ]
    .map(|name| workspace.digest(name));
    Ok(PerFunction {
        connection_manager: connection_manager?,
        new_connection: new_connection?,
        toggle_message: toggle_message?,
        toggle_slice: toggle_slice?,
        toggle_snapshot: toggle_snapshot?,
        toggle_history: toggle_history?,
        toggle_clock: toggle_clock?,
        toggle_api: toggle_api?,
    })
}

struct Workspace<'w> {
    root: &'w Path,
    manifest: String,
    lock: Table,
    architecture: Architecture,
}

impl Workspace<'_> {
    fn digest(&self, function: &str) -> Result<String, FunctionsError> {
        let packages = closure(&self.lock, function);
        let mut sources = Vec::new();
        for package in &packages {
            let directory = self.root.join("lambda-src").join(package);
            if directory.is_dir() {
                files::collect(&directory, &["tests"], &mut sources)?;
            }
        }
        let mut inputs = Digest::default();
        inputs.files(self.root, sources)?;
        inputs.part(of_manifest(&self.manifest, &packages).as_bytes());
        inputs.part(of_lock(&self.lock, &packages).as_bytes());
        inputs.part(ToolSet::LOCAL.requirements().as_bytes());
        inputs.part(self.architecture.as_str().as_bytes());
        Ok(inputs.finish())
    }
}

fn read(file: &Path) -> Result<String, FunctionsError> {
    Ok(fs::read_to_string(file).map_err(failed("read", file))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    const LOCK: &str = r#"
        [[package]]
        name = "toggle-message"
        dependencies = ["shared"]
        [[package]]
        name = "shared"
        [[package]]
        name = "new-connection"
        [[package]]
        name = "connection-manager"
        [[package]]
        name = "toggle-slice"
        [[package]]
        name = "toggle-snapshot"
    "#;

    fn workspace() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for name in [
            "shared",
            "toggle-message",
            "new-connection",
            "connection-manager",
            "toggle-slice",
            "toggle-snapshot",
        ] {
            write(&format!("lambda-src/{name}/src/lib.rs"), name);
        }
        write("lambda-src/shared/tests/it.rs", "");
        write("Cargo.toml", "");
        write("Cargo.lock", LOCK);
        root
    }

    fn digests_of(root: &tempfile::TempDir) -> PerFunction<String> {
        digests(root.path(), Architecture::X86_64).unwrap()
    }

    /// The functions that a changed file affects.
    fn affected(file: &str, text: &str) -> Vec<&'static str> {
        let root = workspace();
        let before = digests_of(&root);
        fs::write(root.path().join(file), text).unwrap();
        let pairs = before.into_iter().zip(digests_of(&root)).zip(NAMES);
        pairs
            .filter(|((before, after), _)| before != after)
            .map(|(_, name)| name)
            .collect()
    }

    #[test]
    fn the_place_does_not_matter_and_the_architecture_does() {
        let root = workspace();
        assert_eq!(digests_of(&workspace()), digests_of(&root));
        let arm = digests(root.path(), Architecture::Arm64).unwrap();
        assert!(
            digests_of(&root)
                .into_iter()
                .zip(arm)
                .all(|(x86, arm)| x86 != arm)
        );
    }

    #[test]
    fn a_file_matters_to_the_functions_that_are_built_from_it() {
        let newer = LOCK.replace("name = \"shared\"", "name = \"shared\"\nversion = \"2\"");
        for (file, text, expected) in [
            (
                "lambda-src/new-connection/src/lib.rs",
                "",
                vec!["new-connection"],
            ),
            (
                "lambda-src/new-connection/build.rs",
                "",
                vec!["new-connection"],
            ),
            ("lambda-src/shared/src/lib.rs", "", vec!["toggle-message"]),
            ("Cargo.lock", &newer, vec!["toggle-message"]),
            (
                "Cargo.toml",
                "[profile.lambda]\nlto = true",
                NAMES.into_iter().collect(),
            ),
        ] {
            assert_eq!(affected(file, text), expected, "{file}");
        }
    }

    #[test]
    fn tests_notes_and_an_editors_leavings_do_not() {
        for file in [
            "lambda-src/shared/tests/it.rs",
            "lambda-src/README.md",
            "lambda-src/shared/src/.lib.rs.swp",
        ] {
            assert!(affected(file, "changed").is_empty(), "{file}");
        }
    }
}
