//! A system of which a command knows the name alone, as in a team's own repository.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::World;
use crate::support::cli::{Ended, Project};

/// An empty directory, and what is run there.
pub(crate) struct Elsewhere<'p> {
    project: &'p Project,
    directory: TempDir,
}

impl<'p> Elsewhere<'p> {
    pub(crate) fn new(project: &'p Project) -> Self {
        Self {
            project,
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    fn run(&self, arguments: &[&str], variable: Option<&str>) -> Ended {
        let mut command = self.project.command(arguments);
        command
            .current_dir(self.path())
            .env("AWS_REGION", &self.project.world.region)
            .envs(variable.map(|name| ("FRONTAGE_SYSTEM", name)));
        command.output().expect("the program runs").into()
    }

    /// By the option; it must succeed.
    fn ok(&self, arguments: &[&str]) -> Ended {
        let named = ["--system", &self.project.world.system];
        let ended = self.run(&[arguments, &named].concat(), None);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        ended
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.ok(&[arguments, &["--format", "json"]].concat()).json()
    }

    /// The message of a failure, in one line.
    fn fails(&self, arguments: &[&str], variable: Option<&str>) -> String {
        let ended = self.run(arguments, variable);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(1), ""),
            "{arguments:?}: {ended:#?}"
        );
        ended
            .stderr
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A build of a team's application, with a text that tells it from others.
pub(crate) fn build(directory: &Path, text: &str) -> String {
    let main = format!("main-{:08x}.js", text.len());
    fs::create_dir_all(directory.join("assets")).expect("made");
    let write = |name: &str, text: &str| fs::write(directory.join(name), text).expect("written");
    write(
        &format!("assets/{main}"),
        &format!("export default class extends HTMLElement {{ static text = '{text}'; }}"),
    );
    let described = format!(
        r#"{{"entry": "assets/{main}", "version": "1.0.0", "extras": {{"kind": "element", "title": "Shipping", "contract": 1}}}}"#
    );
    write("frontage.json", &described);
    directory.display().to_string()
}

fn listed(project: &Project, arguments: &[&str]) -> Value {
    project
        .ok(&[arguments, &["--format", "json"]].concat())
        .json()
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_and_toggles_need_no_description() {
    let project = Project::described("[shell]\n[teams.shipping]\n");
    let stacks = [
        "--stack",
        "edge",
        "--stack",
        "team/shipping",
        "--stack",
        "toggles",
    ];
    project.ok(&[&["apply", "--yes"], &stacks[..]].concat());
    let there = Elsewhere::new(&project);
    let (one, two) = (
        build(&there.path().join("one"), "one"),
        build(&there.path().join("two"), "the other"),
    );

    there.ok(&["release", "publish", "shipping", "--dir", &one]);
    // The same by the description: nothing is new.
    project.ok(&["release", "publish", "shipping", "--dir", &one]);
    there.ok(&["release", "publish", "team/shipping", "--dir", &two]);
    let releases = there.json(&["release", "list", "shipping"]);
    assert_eq!(releases.as_array().map(Vec::len), Some(2), "{releases:#}");
    assert_eq!(releases, listed(&project, &["release", "list", "shipping"]));
    there.ok(&["release", "rollback", "shipping"]);
    let releases = there.json(&["release", "list", "shipping"]);
    assert_eq!(releases, listed(&project, &["release", "list", "shipping"]));

    there.ok(&["toggles", "set", "1", "on", "--name", "One"]);
    let toggles = there.json(&["toggles", "list"]);
    assert_eq!(toggles.as_array().map(Vec::len), Some(1), "{toggles:#}");
    assert_eq!(toggles, listed(&project, &["toggles", "list"]));
    let by_variable = there.run(&["toggles", "list", "--format", "json"], Some("acme"));
    assert_eq!(by_variable.json(), toggles);
    // The option wins over the variable, and a description that is named over the variable.
    let named = ["toggles", "list", "--format", "json", "--system", "acme"];
    assert_eq!(there.run(&named, Some("other")).json(), toggles);
    let config = project.path().join("frontage.toml").display().to_string();
    let described = ["toggles", "list", "--format", "json", "--config", &config];
    assert_eq!(there.run(&described, Some("other")).json(), toggles);
    // Its stacks are those that the account shows.
    let status = there.json(&["status"]);
    let shown = status["stacks"].as_array().expect("stacks").iter();
    let shown: Vec<_> = shown.filter_map(|of| of["name"].as_str()).collect();
    for stack in ["edge", "team/shipping", "toggles"] {
        assert!(shown.contains(&stack), "{stack}: {status:#}");
    }
    let runs = there.json(&["history"]);
    assert_eq!(runs["system"]["name"], "acme", "{runs:#}");

    // What was done by name is nothing that `apply` would change.
    project.ok(&[&["plan", "--detailed-exitcode"], &stacks[..]].concat());
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// In the folder of the application, whose build is made first.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_builds_and_publishes_in_its_own_folder() {
    let project = Project::described("[shell]\n[teams.billing]\n");
    project.apply_only(&["edge", "team/billing"]);
    let root = local::workspace_root().expect("the tests run in a source tree");
    let named = ["--system", "acme", "--region", "eu-west-1"];
    let arguments = [&["release", "publish", "billing"], &named[..]].concat();
    let mut publish = project.command(&arguments);
    publish.current_dir(root.join("assets/billing"));
    let published: Ended = publish.output().expect("the program runs").into();
    assert_eq!(published.code, Some(0), "{published:#?}");
    let releases = listed(&project, &["release", "list", "billing"]);
    assert_eq!(releases.as_array().map(Vec::len), Some(1), "{releases:#}");
    project.destroy();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_said() {
    let project = Project::described("[shell]\n[teams.shipping]\n");
    let there = Elsewhere::new(&project);
    let account = &project.world.account_id;
    let none = format!("there is no system `acme` in account {account}, eu-west-1");
    for command in [
        &["toggles", "list"][..],
        &["release", "list", "shipping"],
        &["packages", "login"],
        &["history"],
    ] {
        let by_variable = there.fails(command, Some("acme"));
        assert!(by_variable.contains(&none), "{by_variable}");
        let by_option = there.fails(&[command, &["--system", "acme"]].concat(), None);
        assert!(by_option.contains(&none), "{by_option}");
    }
    let neither = there.fails(&["toggles", "list"], Some(""));
    assert!(
        neither.contains("there is no frontage.toml here"),
        "{neither}"
    );

    project.ok(&["apply", "--yes", "--stack", "toggles"]);
    let absent = there.fails(&["release", "list", "shipping", "--system", "acme"], None);
    for part in [
        "the stack team/shipping is not deployed",
        "whoever has the description",
    ] {
        assert!(absent.contains(part), "{absent}");
    }
    let wrong = there.fails(&["release", "list", "Shipping", "--system", "acme"], None);
    assert!(
        wrong.contains("can have no stack `team/Shipping`"),
        "{wrong}"
    );
    let wrong = there.fails(&["toggles", "list", "--system", "Acme"], None);
    assert!(wrong.contains("there is no system `Acme`"), "{wrong}");
    project.destroy();
}

#[test]
fn what_needs_a_description_says_so() {
    let project = Project::new();
    let there = Elsewhere::new(&project);
    for command in [
        &["plan"][..],
        &["apply", "--yes"],
        &["destroy", "--yes"],
        &["validate"],
        &["outputs"],
        &["policy", "release"],
    ] {
        let refused = there.fails(command, Some("acme"));
        assert!(
            refused.contains("this command needs the description of acme")
                && refused.contains("FRONTAGE_SYSTEM"),
            "{refused}"
        );
    }
    let both = [
        "toggles",
        "list",
        "--system",
        "acme",
        "--config",
        "frontage.toml",
    ];
    let refused = there.fails(&both, None);
    assert!(refused.contains("leave out --config"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_are_listed_and_npm_is_let_in() {
    let Some(world) = World::with_developer_tools() else {
        return;
    };
    let project = Project::in_world(world, "[packages]\n");
    let write = |directory: &Path, path: &str, text: &str| {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    let there = Elsewhere::new(&project);
    for workspace in [&project.path().join("assets"), there.path()] {
        let own = r#"{"name": "@acme/one", "version": "1.0.0"}"#;
        write(workspace, "packages/one/package.json", own);
        let root = r#"{"private": true, "workspaces": ["packages/*"]}"#;
        write(workspace, "package.json", root);
    }
    project.ok(&["apply", "--yes", "--stack", "packages"]);
    assert_eq!(
        there.json(&["packages", "list"]),
        listed(&project, &["packages", "list"])
    );
    let outputs = listed(&project, &["outputs", "--stack", "packages"]);
    let url = outputs["packages"]["npm_registry"]
        .as_str()
        .expect("an address");
    let printed = there.ok(&["packages", "login"]).stdout;
    let lines: Vec<&str> = printed.lines().collect();
    let system = &project.world.system;
    assert_eq!(
        lines[..2],
        [
            format!("@{system}:registry={url}"),
            format!("@frontage:registry={url}")
        ]
    );
    assert!(lines[2].contains(":_authToken="), "{lines:?}");
    there.ok(&["packages", "login", "--write"]);
    assert!(there.path().join(".npmrc").is_file());
    project.destroy();
}
