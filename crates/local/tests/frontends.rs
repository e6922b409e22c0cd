//! The front-ends' builds: done once, found again, and repeated when they must be. The workspace
//! has no dependencies, so its installation needs no network.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;
use std::thread;

use local::{Frontend, FrontendsError, Tools};

fn tools() -> Tools {
    Tools::install(&mut |line| eprintln!("{line}")).unwrap()
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A workspace with the application `one`, which copies a shared text into `dist` and counts its
/// builds.
fn workspace() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let write = |name, text| write(root.path(), name, text);
    write(
        "package.json",
        r#"{"name": "all", "private": true, "workspaces": ["one"]}"#,
    );
    write(
        "package-lock.json",
        r#"{"name": "all", "lockfileVersion": 3, "requires": true, "packages": {
            "": {"name": "all", "workspaces": ["one"]},
            "node_modules/one": {"resolved": "one", "link": true},
            "one": {"version": "1.0.0"}}}"#,
    );
    write("packages/text.txt", "first");
    write(
        "one/package.json",
        r#"{"name": "one", "version": "1.0.0", "scripts": {"build": "node build.mjs"}}"#,
    );
    write(
        "one/build.mjs",
        "import fs from 'node:fs';\n\
         fs.mkdirSync('dist', {recursive: true});\n\
         fs.copyFileSync('../packages/text.txt', 'dist/text.txt');\n\
         fs.appendFileSync('../.builds', 'x');\n",
    );
    root
}

fn one(root: &Path) -> Frontend {
    Frontend::in_folder(&root.join("one")).unwrap()
}

fn build(root: &Path) -> Vec<String> {
    let mut said = Vec::new();
    let dist = one(root)
        .build(&tools(), &mut |line| said.push(line.to_owned()))
        .unwrap();
    assert!(dist.join("text.txt").is_file());
    said
}

fn builds(root: &Path) -> usize {
    fs::read_to_string(root.join(".builds")).unwrap().len()
}

#[test]
fn a_build_is_done_when_it_must_be() {
    let root = workspace();
    let root = root.path();
    let said = build(root);
    assert_eq!(
        said.first().map(String::as_str),
        Some("installing the front-ends' packages"),
        "{said:?}"
    );
    assert!(said.contains(&"building one".to_owned()), "{said:?}");
    assert!(build(root).is_empty());
    assert_eq!(builds(root), 1);

    write(root, "packages/text.txt", "second");
    assert_eq!(build(root), ["building one"]);
    assert_eq!(
        fs::read_to_string(root.join("one/dist/text.txt")).unwrap(),
        "second"
    );

    write(root, "one/dist/text.txt", "touched");
    build(root);
    assert_eq!(
        fs::read_to_string(root.join("one/dist/text.txt")).unwrap(),
        "second"
    );

    fs::remove_dir_all(root.join("node_modules")).unwrap();
    fs::remove_dir_all(root.join("one/dist")).unwrap();
    assert_eq!(
        build(root).first().map(String::as_str),
        Some("installing the front-ends' packages")
    );
    assert_eq!(builds(root), 4);
}

#[test]
fn of_two_at_once_one_builds() {
    let root = workspace();
    thread::scope(|scope| {
        let builds = [(); 2].map(|()| scope.spawn(|| build(root.path())));
        for build in builds {
            build.join().unwrap();
        }
    });
    assert_eq!(builds(root.path()), 1);
}

#[test]
fn a_failed_build_shows_why_and_is_tried_again() {
    let root = workspace();
    let script = fs::read_to_string(root.path().join("one/build.mjs")).unwrap();
    write(
        root.path(),
        "one/build.mjs",
        "throw new Error('no such thing')",
    );
    for _ in 0..2 {
        let error = one(root.path()).build(&tools(), &mut |_| {}).unwrap_err();
        assert!(matches!(error, FrontendsError::Build { .. }), "{error}");
        assert!(error.to_string().contains("no such thing"), "{error}");
    }
    write(root.path(), "one/build.mjs", &script);
    build(root.path());
}

#[test]
fn what_is_no_application_is_named() {
    let root = workspace();
    let error = Frontend::in_folder(&root.path().join("packages")).unwrap_err();
    assert!(matches!(error, FrontendsError::NoPackage(_)), "{error}");
    fs::remove_file(root.path().join("package-lock.json")).unwrap();
    let error = Frontend::in_folder(&root.path().join("one")).unwrap_err();
    assert!(matches!(error, FrontendsError::NoWorkspace(_)), "{error}");
}
