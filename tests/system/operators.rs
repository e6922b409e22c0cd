//! Two operators of one system, whose programs contain the functions' zips of two compilers.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local::{Architecture, Functions, workspace_root};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use zip::ZipWriter;

use crate::support::cli::{Ended, Project};

/// A released program in a directory of its own, whose functions are built from the same sources as
/// those of this tree and have other bytes.
struct Other(TempDir);

impl Other {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let program = directory.path().join("frontage");
        fs::copy(env!("CARGO_BIN_EXE_frontage"), program).expect("copied");
        let functions = directory.path().join("functions");
        fs::create_dir(&functions).expect("created");
        compile_anew(&functions);
        Self(directory)
    }

    fn run(&self, project: &Project, arguments: &[&str]) -> Ended {
        let program = Command::new(self.0.path().join("frontage"));
        let mut command = project.prepared(program, arguments);
        command.output().expect("the program runs").into()
    }
}

/// Copies the packages of this tree, each with a comment that changes its hash.
fn compile_anew(to: &Path) {
    let root = workspace_root().expect("a source tree");
    let built = Functions::up_to_date(&root, Architecture::of_this_machine()).expect("built");
    let from = built.packages().connection_manager.path.parent();
    let manifest = from.expect("a directory").join("functions.json");
    let manifest = fs::read(manifest).expect("read");
    let mut manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    for function in &built {
        let path = to.join(format!("{}.zip", function.name));
        fs::copy(&function.path, &path).expect("copied");
        let file = File::options().read(true).write(true).open(&path);
        let mut zip = ZipWriter::new_append(file.expect("opened")).expect("a zip");
        zip.set_comment("made by another compiler").expect("short");
        zip.finish().expect("written");
        let bytes = fs::read(&path).expect("read");
        let package = &mut manifest["packages"][function.name];
        package["bytes"] = bytes.len().into();
        package["code_sha256"] = STANDARD.encode(Sha256::digest(&bytes)).into();
        assert_ne!(package["code_sha256"], function.code_sha256);
    }
    fs::write(to.join("functions.json"), manifest.to_string()).expect("written");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_sources_are_the_same_function_for_both() {
    let project = Project::new();
    project.apply();
    let other = Other::new();
    let plan = other.run(&project, &["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{plan:#?}");

    // Each goes on from what the other deployed.
    project.destroy();
    let applied = other.run(&project, &["apply", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied:#?}");
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
