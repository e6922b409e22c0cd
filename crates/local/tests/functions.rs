//! The functions' packages: built once, found again, rebuilt when they must be.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;

use local::functions::NAMES;
use local::{Architecture, Functions, FunctionsError, Tools, workspace_root};

const ARCHITECTURE: Architecture = Architecture::of_this_machine();

#[test]
fn a_build_is_found_again_and_stands_beside_a_binary() {
    let root = workspace_root().unwrap();
    let say = &mut |line: &str| eprintln!("{line}");
    let tools = Tools::install(say).unwrap();
    let built = Functions::build(&tools, &root, ARCHITECTURE, say).unwrap();
    assert_eq!(
        built
            .iter()
            .map(|function| function.name)
            .collect::<Vec<_>>(),
        NAMES
    );
    assert_eq!(
        Functions::up_to_date(&root, ARCHITECTURE).as_ref(),
        Some(&built)
    );

    let release = tempfile::tempdir().unwrap();
    copy(
        built.get(NAMES[0]).unwrap().path.parent().unwrap(),
        &release.path().join("functions"),
    );
    let beside = Functions::beside_binary(release.path()).unwrap();
    for (one, other) in built.iter().zip(&beside) {
        assert_eq!(one.code_sha256, other.code_sha256);
    }

    fs::write(&beside.get(NAMES[1]).unwrap().path, "something else").unwrap();
    let error = Functions::beside_binary(release.path()).unwrap_err();
    assert!(matches!(error, FunctionsError::Missing(_)), "{error}");
}

#[test]
fn an_unfinished_set_is_refused() {
    let release = tempfile::tempdir().unwrap();
    let error = Functions::beside_binary(release.path()).unwrap_err();
    assert!(matches!(error, FunctionsError::Missing(_)), "{error}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let files = NAMES.map(|name| format!("{name}.zip"));
    for file in files.iter().map(String::as_str).chain(["functions.json"]) {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
}
