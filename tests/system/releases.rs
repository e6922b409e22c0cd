//! Releases by the commands, of a real application to a real stack. `tests/release` covers the
//! contents of a release, and failures.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::cli::Project;

const STACK: &str = "team/billing";

/// A project with the source tree's applications next to its description, and the stack of one of
/// them.
fn project() -> Project {
    let project = Project::described("[shell]\n[teams.billing]\n");
    let root = local::workspace_root().expect("the tests run in a source tree");
    symlink(root.join("assets"), project.path().join("assets")).expect("linked");
    project.ok(&["apply", "--yes", "--stack", "edge", "--stack", STACK]);
    project
}

fn json(project: &Project, arguments: &[&str]) -> Value {
    project
        .ok(&[arguments, &["--format", "json"]].concat())
        .json()
}

/// The version that browsers receive.
async fn served(project: &Project) -> String {
    let bucket = json(project, &["outputs", "--stack", STACK])[STACK]["bucket"]
        .as_str()
        .expect("a bucket")
        .to_owned();
    let manifest = object(project, &bucket, "manifest.json").await;
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    let entries = &manifest["microFrontends"]["@acme/billing"];
    entries[0]["metadata"]["version"]
        .as_str()
        .unwrap_or_else(|| panic!("{manifest:#}"))
        .to_owned()
}

async fn object(project: &Project, bucket: &str, key: &str) -> Vec<u8> {
    let config = aws_sdk_s3::config::Builder::from(&project.world.config())
        .force_path_style(true)
        .build();
    let request = aws_sdk_s3::Client::from_conf(config).get_object();
    let object = request.bucket(bucket).key(key).send().await;
    let object = object.unwrap_or_else(|error| panic!("{key}: {error:?}"));
    object.body.collect().await.expect("its body").to_vec()
}

/// A build that differs from the application's in one byte of its description.
fn next_build(project: &Project) -> PathBuf {
    let (dist, next) = (
        project.path().join("assets/billing/dist"),
        project.path().join("next"),
    );
    copy(&dist, &next);
    let description = next.join("frontage.json");
    let text = std::fs::read_to_string(&description).expect("read");
    std::fs::write(&description, text + "\n").expect("written");
    next
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a directory");
    for entry in std::fs::read_dir(from)
        .expect("listed")
        .map(|entry| entry.expect("an entry").path())
    {
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            std::fs::copy(&entry, &target).expect("copied");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_built_and_published_and_rolled_back() {
    let project = project();
    project.ok(&["release", "publish", "billing"]);
    let first = served(&project).await;
    project.ok(&["release", "publish", "billing"]);
    assert_eq!(
        json(&project, &["release", "list", "billing"])
            .as_array()
            .map(Vec::len),
        Some(1)
    );

    let next = next_build(&project).display().to_string();
    project.ok(&["release", "publish", "billing", "--dir", &next]);
    assert_ne!(served(&project).await, first);
    project.ok(&["release", "rollback", "billing"]);
    assert_eq!(served(&project).await, first);
    // A release is the team's own: the resources that `apply` maintains are unchanged.
    project.ok(&["plan", "--detailed-exitcode", "--stack", STACK]);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[test]
fn a_stack_that_does_not_stand_yet() {
    let project = Project::described("[shell]\n[teams.billing]\n");
    project.assert_snapshot(
        "no-stack-for-releases",
        &project.fails(&["release", "list", "billing"]).whole(),
    );
    project.assert_snapshot(
        "no-such-application",
        &project.fails(&["release", "list", "biling"]).whole(),
    );
    project.assert_snapshot(
        "no-source-to-build",
        &project.fails(&["release", "publish", "billing"]).whole(),
    );
}

/// The module that a manifest names, relative to the manifest's own URL.
async fn modules(project: &Project) -> Vec<u8> {
    let outputs = json(project, &["outputs", "--stack", STACK]);
    let bucket = outputs[STACK]["bucket"].as_str().expect("a bucket");
    let manifest: Value =
        serde_json::from_slice(&object(project, bucket, "manifest.json").await).expect("JSON");
    let entry = &manifest["microFrontends"]["@acme/billing"][0];
    let (url, fallback) = (entry["url"].as_str(), entry["fallbackUrl"].as_str());
    let module = object(project, bucket, url.expect("a URL")).await;
    let copy = object(project, bucket, fallback.expect("a URL")).await;
    assert_eq!(module, copy);
    module
}

/// The distribution has another domain then, and the bucket is the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_served_again_without_a_publication() {
    let project = project();
    project.ok(&["release", "publish", "billing"]);
    let address = || json(&project, &["outputs", "--stack", STACK])[STACK]["url"].clone();
    let (before, module) = (address(), modules(&project).await);
    let stacks = ["--stack", STACK, "--stack", "edge"];
    project.ok(&[&["destroy", "--yes"], &stacks[..]].concat());
    project.ok(&[&["apply", "--yes"], &stacks[..]].concat());
    assert_ne!(before, address());
    assert_eq!(modules(&project).await, module);
}
