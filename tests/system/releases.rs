//! Releases by the commands, of a real application to a real stack. `tests/release` covers the
//! contents of a release, and failures.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::cli::Project;
use crate::support::eventually;

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

/// A system with the stack of one team, which has released a build.
fn released() -> Project {
    let project = Project::described("[shell]\n[teams.billing]\n");
    project.ok(&["apply", "--yes", "--stack", "edge", "--stack", STACK]);
    let first = written(&project, "first");
    project.ok(&["release", "publish", "billing", "--dir", &first]);
    project
}

/// A build of its own, in a directory of that name.
fn written(project: &Project, name: &str) -> String {
    let directory = project.path().join(name);
    let entry = "assets/main-B7fx2Qab.js";
    std::fs::create_dir_all(directory.join("assets")).expect("a directory");
    std::fs::write(directory.join(entry), "export default {}").expect("written");
    let extras = format!(r#"{{"kind": "module", "name": "{name}"}}"#);
    let described = format!(r#"{{"entry": "{entry}", "version": "1.0.0", "extras": {extras}}}"#);
    std::fs::write(directory.join("frontage.json"), described).expect("written");
    directory.display().to_string()
}

/// Each release's version, and what it is now.
fn listed(project: &Project) -> Vec<(String, String)> {
    let listed = json(project, &["release", "list", "billing"]);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let releases = listed.as_array().expect("a list").iter();
    releases
        .map(|of| (text(&of["version"]), text(&of["standing"])))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_has_a_link_and_is_promoted_and_pruned() {
    let project = released();
    let (first, next) = (served(&project).await, written(&project, "next"));
    let preview = ["release", "publish", "billing", "--dir", &next, "--preview"];
    let told = project.ok(&[&preview[..], &["pr-12"]].concat());
    // The shell's stack is not deployed here.
    assert!(
        told.stdout.ends_with("\n/billing?mfe:billing=@pr-12\n"),
        "{told:#?}"
    );
    assert!(
        told.stderr
            .contains("the shell's address is not known here"),
        "{told:#?}"
    );
    assert_eq!(served(&project).await, first);
    let table = project.ok(&["release", "list", "billing"]).stdout;
    assert!(table.contains("preview pr-12"), "{table}");

    project.ok(&["release", "promote", "billing", "pr-12"]);
    assert_ne!(served(&project).await, first);
    project.ok(&[&preview[..], &["short", "--expires", "1s"]].concat());
    eventually("the preview expires", async || {
        let told = json(&project, &["release", "prune", "billing", "--dry-run"]);
        told["previews"] == serde_json::json!(["short"])
    })
    .await;
    let told = project.ok(&["release", "prune", "billing"]).stdout;
    assert!(
        told.contains("deleted: 1 objects") && told.contains("expired preview short"),
        "{told}"
    );
    let told = project.ok(&["release", "prune", "billing"]).stdout;
    assert_eq!(told, "billing: nothing to delete\n");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A command that is killed leaves the canary at its step, where another command finds it.
#[tokio::test(flavor = "multi_thread")]
async fn a_canary_in_steps_is_gone_on_with_after_its_command_was_killed() {
    let project = released();
    let (first, next) = (served(&project).await, written(&project, "next"));
    let publish = [
        "release", "publish", "billing", "--dir", &next, "--canary", "10,50",
    ];
    let mut killed = project.spawn(&[&publish[..], &["--every", "1h"]].concat());
    assert!(killed.until(1, |line| {
        line.contains("10 % of the clients have it for 1 h")
    }));
    killed.kill();
    assert_eq!(served(&project).await, first);
    let standing = |at: usize| listed(&project)[at].1.clone();
    assert_eq!([standing(0), standing(1)], ["current", "canary"]);

    let told = project.ok(&[&publish[..], &["--every", "1s"]].concat());
    assert!(
        told.stderr
            .contains("  50 % of the clients have it for 1 s"),
        "{told:#?}"
    );
    assert!(told.stdout.contains("is current; previously"), "{told:#?}");
    assert_ne!(served(&project).await, first);
    project.destroy();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_goes_back_by_itself_when_its_alarm_rings() {
    let project = released();
    let (first, next) = (served(&project).await, written(&project, "next"));
    let client = aws_sdk_cloudwatch::Client::new(&project.world.config());
    let put = client.put_metric_alarm().alarm_name("billing-errors");
    let put = put.namespace("Acme").metric_name("Errors").period(60);
    let put = put.statistic(aws_sdk_cloudwatch::types::Statistic::Sum);
    let put = put.evaluation_periods(1).threshold(1.0);
    let put = put.comparison_operator("GreaterThanThreshold".into());
    put.send().await.expect("an alarm");
    let ring = async |state: &str| {
        let set = client.set_alarm_state().alarm_name("billing-errors");
        let set = set.state_value(state.into()).state_reason("7 errors");
        set.send().await.expect("set");
    };
    ring("OK").await;
    let publish = [
        "release", "publish", "billing", "--dir", &next, "--canary", "10,50",
    ];
    let watched = [
        &publish[..],
        &["--every", "1h", "--watch", "billing-errors"],
    ]
    .concat();
    let mut running = project.spawn(&watched);
    assert!(running.until(1, |line| line.contains("watching an alarm")));
    ring("ALARM").await;
    let ended = running.end();
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(1), ""),
        "{ended:#?}"
    );
    let told = "the alarm billing-errors is ringing: 7 errors";
    assert!(ended.stderr.contains(told), "{ended:#?}");
    assert_eq!(served(&project).await, first);
    assert!(
        listed(&project)
            .iter()
            .all(|(_, standing)| standing != "canary")
    );
    // Nothing begins while it rings.
    let refused = project.fails(&watched).stderr;
    assert!(
        refused.contains("is ringing already: 7 errors"),
        "{refused}"
    );
    let deleted = client.delete_alarms().alarm_names("billing-errors").send();
    deleted.await.expect("deleted");
    project.destroy();
}
