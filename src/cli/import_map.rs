//! Finds the import map of the shell's page, from which the teams' modules import.

use std::path::Path;

use miette::{IntoDiagnostic as _, Report, WrapErr as _};

/// The map of the shell of this version.
const RELEASED: &str = include_str!("../../assets/shell/import-map.json");

/// The import map of the deployed shell. In a source tree it is the file there. For a released
/// program it is `import-map.json` next to the program, for a custom shell, or otherwise the map of
/// the same release.
///
/// # Errors
/// The file cannot be read, or is missing from a source tree.
pub(super) fn text() -> Result<String, Report> {
    let program = std::env::current_exe().into_diagnostic()?;
    find(local::workspace_root().as_deref(), &program)
}

fn find(workspace_root: Option<&Path>, program: &Path) -> Result<String, Report> {
    let file = match workspace_root {
        Some(root) => root.join("assets/shell/import-map.json"),
        None => program.with_file_name("import-map.json"),
    };
    if workspace_root.is_none() && !file.exists() {
        return Ok(RELEASED.to_owned());
    }
    std::fs::read_to_string(&file)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read the shell's import map {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const OTHER: &str = r#"{"imports":{"other":"/shared/other-1.js"}}"#;

    #[test]
    fn in_a_source_tree_it_is_the_shells() {
        let root = tempfile::tempdir().unwrap();
        let program = root.path().join("target/debug/frontage");
        let error = find(Some(root.path()), &program).unwrap_err();
        assert!(
            error.to_string().contains("assets/shell/import-map.json"),
            "{error}"
        );

        fs::create_dir_all(root.path().join("assets/shell")).unwrap();
        fs::write(root.path().join("assets/shell/import-map.json"), OTHER).unwrap();
        let found = find(Some(root.path()), &program).unwrap();
        assert_eq!(found, OTHER);
    }

    #[test]
    fn a_released_program_has_one_unless_another_is_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("frontage");
        assert_eq!(find(None, &program).unwrap(), RELEASED);

        fs::write(directory.path().join("import-map.json"), OTHER).unwrap();
        assert_eq!(find(None, &program).unwrap(), OTHER);
    }

    #[test]
    fn the_released_one_is_that_of_the_sources() {
        assert_eq!(text().unwrap(), RELEASED);
    }
}
