//! The functions' packages: built once, found again, rebuilt when they must be.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use local::{Architecture, Functions, FunctionsError, Tools, workspace_root};
use toggle_contract::NAMES;

const ARCHITECTURE: Architecture = Architecture::of_this_machine();

#[test]
fn a_build_is_found_again_and_stands_beside_a_binary() {
    let root = workspace_root().unwrap();
    let say = &mut |line: &str| eprintln!("{line}");
    let tools = Tools::install(say).unwrap();
    let built = Functions::build(&tools, &root, ARCHITECTURE, say).unwrap();
    assert_eq!(built.packages().as_ref().map(|package| package.name), NAMES);
    assert_eq!(
        Functions::up_to_date(&root, ARCHITECTURE).as_ref(),
        Some(&built)
    );

    let release = tempfile::tempdir().unwrap();
    copy(
        built.packages().connection_manager.path.parent().unwrap(),
        &release.path().join("functions"),
    );
    let beside = Functions::beside_binary(release.path(), ARCHITECTURE).unwrap();
    for (one, other) in built.iter().zip(&beside) {
        assert_eq!(one.code_sha256, other.code_sha256);
    }

    let other = match ARCHITECTURE {
        Architecture::X86_64 => Architecture::Arm64,
        Architecture::Arm64 => Architecture::X86_64,
    };
    let error = Functions::beside_binary(release.path(), other).unwrap_err();
    assert!(
        matches!(error, FunctionsError::WrongArchitecture { .. }),
        "{error}"
    );
    // Those of the other architecture have a folder of their own, if they are part of the release.
    let own = release.path().join("functions").join(other.as_str());
    copy(&release.path().join("functions"), &own);
    let manifest = own.join("functions.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let written = |of: Architecture| serde_json::to_string(&of).unwrap();
    let text = text.replace(&written(ARCHITECTURE), &written(other));
    fs::write(&manifest, text).unwrap();
    let found = Functions::beside_binary(release.path(), other).unwrap();
    assert_eq!(found.architecture(), other);

    fs::write(&beside.packages().new_connection.path, "something else").unwrap();
    let error = Functions::beside_binary(release.path(), ARCHITECTURE).unwrap_err();
    assert!(matches!(error, FunctionsError::Missing(_)), "{error}");
}

/// A function that is added to the sources, and not to those that are built, would not be deployed.
#[test]
fn the_functions_are_those_of_the_sources() {
    let sources = workspace_root().unwrap().join("lambda-src");
    let names: BTreeSet<String> = fs::read_dir(sources)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("src/main.rs").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, NAMES.into_iter().map(str::to_owned).collect());
}

#[test]
fn an_unfinished_set_is_refused() {
    let release = tempfile::tempdir().unwrap();
    let error = Functions::beside_binary(release.path(), ARCHITECTURE).unwrap_err();
    assert!(matches!(error, FunctionsError::Missing(_)), "{error}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let zips = NAMES.map(|name| format!("{name}.zip"));
    for file in zips.into_iter().chain(["functions.json".to_owned()]) {
        fs::copy(from.join(&file), to.join(&file)).unwrap();
    }
}
