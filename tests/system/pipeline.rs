//! A team's pipeline on this machine: from a commit in a repository of the team's own to a release.
//! The packages are in a real npm registry, the account is an emulator.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use local::{Registry, Tools};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::buildspec::LINTERS;
use crate::support::World;
use crate::support::cli::{Ended, Project, actions};
use crate::support::proxy::{Fate, Proxy};

const SYSTEM: &str = "[shell]\n[teams.shipping]\n";
/// The value of every variable with credentials.
const SECRET: &str = "TheSecretOfThePublisher";

fn tools() -> Tools {
    Tools::install(&mut |line| eprintln!("{line}")).expect("the tools install")
}

/// A bare repository, as a team's host has it, and a clone in which the team works.
pub(super) struct Repository {
    directory: TempDir,
    bare: String,
}

impl Repository {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let bare = directory.path().join("shipping.git").display().to_string();
        git(
            directory.path(),
            &["init", "--quiet", "--bare", "-b", "main", &bare],
        );
        Self::in_directory(directory, bare)
    }

    /// A clone of a bare repository.
    pub(super) fn clone_of(bare: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        Self::in_directory(directory, bare.to_owned())
    }

    fn in_directory(directory: TempDir, bare: String) -> Self {
        git(directory.path(), &["clone", "--quiet", &bare, "work"]);
        Self { directory, bare }
    }

    pub(super) fn bare(&self) -> String {
        self.bare.clone()
    }

    pub(super) fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        write(&self.work(), path, text);
    }

    /// Commits everything and pushes it. Returns the id of the commit.
    pub(super) fn push(&self, branch: &str) -> String {
        let work = self.work();
        git(&work, &["checkout", "--quiet", "-B", branch]);
        git(&work, &["add", "--all"]);
        git(&work, &["commit", "--quiet", "--message", "A change"]);
        git(&work, &["push", "--quiet", "origin", branch]);
        git(&work, &["rev-parse", "HEAD"])
    }
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, text).expect("written");
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Team", "-c", "user.email=team@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "advice.detachedHead=false",
        ])
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A package whose scripts write their environments down. Each of `scripts` replaces one.
pub(super) fn spied(seen: &Path, scripts: &Value) -> String {
    let spy = |name: &str| format!("env >{}", seen.join(name).display());
    let build = format!("{} && cp -R built dist", spy("build"));
    let mut package = json!({"name": "shipping", "private": true, "scripts": {
        "postinstall": spy("postinstall"), "check": spy("check"), "test": spy("test"), "build": build,
    }});
    for (name, script) in scripts.as_object().into_iter().flatten() {
        package["scripts"][name] = script.clone();
    }
    package.to_string()
}

/// A repository with such a package, which builds quickly, and its lock file.
pub(super) fn quick(seen: &Path) -> Repository {
    let repository = Repository::new();
    lay_out(&repository.work(), seen);
    repository
}

/// Writes such a package to a folder.
pub(super) fn lay_out(folder: &Path, seen: &Path) {
    let lock = json!({"name": "shipping", "lockfileVersion": 3, "requires": true,
        "packages": {"": {"name": "shipping", "hasInstallScript": true}}});
    for (path, text) in [
        ("package.json", &*spied(seen, &json!({}))),
        ("package-lock.json", &*lock.to_string()),
        ("built/assets/main-0a1b2c3d.js", "export default {}"),
        (
            "built/frontage.json",
            r#"{"entry": "assets/main-0a1b2c3d.js"}"#,
        ),
    ] {
        write(folder, path, text);
    }
}

/// `frontage pipeline run shipping …`, by a person with credentials in many variables.
fn run(project: &Project, arguments: &[&str]) -> Ended {
    let arguments = [&["pipeline", "run", "shipping"], arguments].concat();
    let mut command = project.command(&arguments);
    command
        .env("NODE_AUTH_TOKEN", SECRET)
        .env("GITHUB_TOKEN", SECRET)
        .env("npm_config__password", SECRET)
        .env("FRONTAGE_CANARY", "10");
    command.output().expect("the program runs").into()
}

fn releases(project: &Project) -> Vec<Value> {
    let listed = project.ok(&["release", "list", "shipping", "--format", "json"]);
    listed.json().as_array().cloned().expect("a list")
}

fn project() -> Project {
    let project = Project::described(SYSTEM);
    let stacks = ["--stack", "edge", "--stack", "team/shipping"];
    project.ok(&[&["apply", "--yes"], &stacks[..]].concat());
    project
}

/// What the scripts have seen.
fn environments(seen: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(seen).expect("listed");
    let mut all: Vec<_> = entries
        .map(|entry| entry.expect("an entry"))
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).expect("read");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_commit_becomes_a_release_and_a_build_that_fails_publishes_nothing() {
    let project = project();
    let seen = tempfile::tempdir().expect("a directory");
    let repository = quick(seen.path());
    let commit = repository.push("main");
    // What is not committed is no part of it.
    repository.write("package.json", "{}");
    let source = repository.bare();
    let ended = run(&project, &["--source", &source]);
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(
        ended.stderr.contains(&format!("commit {commit}")),
        "{ended:#?}"
    );
    assert_eq!(releases(&project).len(), 1);
    // Standard output is what `release publish` prints.
    assert!(ended.stdout.contains("shipping"), "{ended:#?}");
    assert!(!ended.stdout.contains("==>"), "{ended:#?}");

    // No script of the team has seen credentials, nor where they are.
    let environments = environments(seen.path());
    let names: Vec<_> = environments.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["build", "check", "postinstall", "test"]);
    for (name, text) in &environments {
        for key in [SECRET, "AWS_", "FRONTAGE"] {
            assert!(!text.contains(key), "{key} in {name}: {text}");
        }
        assert!(text.contains("PATH="), "{text}");
    }

    for (step, code) in [("check", 3), ("test", 4), ("build", 5)] {
        let failing = json!({ step: format!("exit {code}") });
        repository.write("package.json", &spied(seen.path(), &failing));
        repository.write("built/assets/main-0a1b2c3d.js", &format!("/* {step} */"));
        repository.push(step);
        let ended = run(&project, &["--source", &source, "--ref", step]);
        assert_eq!((ended.code, &*ended.stdout), (Some(1), ""), "{ended:#?}");
        let told = format!("the step `{step}` failed with exit code {code}; nothing was published");
        assert!(ended.stderr.contains(&told), "{ended:#?}");
        assert_eq!(releases(&project).len(), 1, "{step}");
    }
    // A commit and a directory are named as well as a branch and a bare repository are.
    let work = repository.work().display().to_string();
    let again = run(
        &project,
        &["--source", &work, "--ref", &commit, "--format", "json"],
    );
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert!(again.json().is_object(), "{again:#?}");
    assert_eq!(releases(&project).len(), 1, "the same release");
}

/// The canary is the description's, and its alarm ends it while the steps run. The first release has no
/// others to go to first.
#[tokio::test(flavor = "multi_thread")]
async fn a_canary_of_a_pipeline_is_ended_by_its_alarm() {
    let pipeline = "[teams.shipping.pipeline]\nsource = \"codecommit\"\n";
    let canary = "canary = 50\nevery = \"1h\"\nwatch = [\"shipping errors\"]\n";
    let project = project();
    project.describe(&format!("{SYSTEM}{pipeline}{canary}"));
    let client = aws_sdk_cloudwatch::Client::new(&project.world.config());
    let alarm = client.put_metric_alarm().alarm_name("shipping errors");
    let alarm = alarm.namespace("Acme").metric_name("Errors").period(60);
    let alarm = alarm.statistic(aws_sdk_cloudwatch::types::Statistic::Sum);
    let alarm = alarm.evaluation_periods(1).threshold(1.0);
    let alarm = alarm.comparison_operator("GreaterThanThreshold".into());
    alarm.send().await.expect("an alarm");
    let ring = async |state: &str| {
        let set = client.set_alarm_state().alarm_name("shipping errors");
        let set = set.state_value(state.into()).state_reason("7 errors");
        set.send().await.expect("set");
    };
    ring("OK").await;
    let seen = tempfile::tempdir().expect("a directory");
    let repository = quick(seen.path());
    repository.push("main");
    let source = repository.bare();
    let first = run(&project, &["--source", &source]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let standings = || {
        let releases = releases(&project);
        let standing = |of: &Value| of["standing"].as_str().unwrap_or("?").to_owned();
        releases.iter().map(standing).collect::<Vec<_>>()
    };
    assert_eq!(standings(), ["current"]);

    repository.write(
        "built/assets/main-0a1b2c3d.js",
        "export default { next: true }",
    );
    repository.write(
        "built/frontage.json",
        r#"{"entry": "assets/main-1a1b2c3d.js"}"#,
    );
    let next = repository.work().join("built/assets");
    fs::rename(next.join("main-0a1b2c3d.js"), next.join("main-1a1b2c3d.js")).expect("renamed");
    repository.push("main");
    let mut running = project.spawn(&["pipeline", "run", "shipping", "--source", &source]);
    assert!(running.until(1, |line| line.contains("watching an alarm")));
    assert!(standings().contains(&"canary".to_owned()));
    ring("ALARM").await;
    let ended = running.end();
    assert_eq!((ended.code, &*ended.stdout), (Some(1), ""), "{ended:#?}");
    for told in ["is ringing: 7 errors", "the step `publish` failed"] {
        assert!(ended.stderr.contains(told), "{told}: {ended:#?}");
    }
    assert!(!standings().contains(&"canary".to_owned()));
    let deleted = client.delete_alarms().alarm_names("shipping errors").send();
    deleted.await.expect("deleted");
}

#[test]
fn what_cannot_be_run() {
    let project = Project::described(SYSTEM);
    let words = |ended: Ended| {
        assert_eq!((ended.code, &*ended.stdout), (Some(1), ""), "{ended:#?}");
        ended.stderr
    };
    let unknown = words(project.frontage(&["pipeline", "run", "biling"]));
    assert!(unknown.contains("there is no team `biling`"), "{unknown}");
    assert!(unknown.contains("the teams are: shipping"), "{unknown}");
    let steps = words(run(
        &project,
        &["--source", "/nowhere", "--canary", "10,50"],
    ));
    assert!(steps.contains("needs the time of a step"), "{steps}");
    let repository = Repository::new();
    repository.write("README.md", "Nothing to build\n");
    repository.push("main");
    let source = repository.bare();
    for (arguments, told) in [
        (
            ["--source", "/nowhere", "--ref", "main"],
            "`main` of /nowhere cannot be checked out",
        ),
        (
            ["--source", &source, "--ref", "other"],
            "git failed with exit code 128",
        ),
        (
            ["--source", &source, "--ref=-c", "--format=human"],
            "`-c` begins with `-`",
        ),
        (
            ["--source", &source, "--ref", "main"],
            "the step `install` failed",
        ),
    ] {
        let text = words(run(&project, &arguments));
        assert!(text.contains(told), "{told} in {text}");
    }
}

/// A child of the source tree as a team's own repository, with the system's packages from a registry.
#[test]
fn a_real_child_is_built_outside_the_workspace_with_packages_of_the_registry() {
    let registry = Registry::start(&tools(), &["@frontage".to_owned()], "30d", &mut |line| {
        eprintln!("{line}");
    });
    let registry = registry.expect("the registry starts");
    let (url, token) = (registry.url(), registry.token().to_owned());
    let project = project();
    let root = local::workspace_root().expect("the tests run in a source tree");
    let assets = root.join("assets");
    let mut publish = project.command(&["packages", "publish", "--registry", &url, "--dir"]);
    publish
        .arg(&assets)
        .env("NODE_AUTH_TOKEN", &token)
        .env("npm_config_cache", cache());
    let published: Ended = publish.output().expect("the program runs").into();
    assert_eq!(published.code, Some(0), "{published:#?}");

    let repository = Repository::new();
    copy(&assets.join("shipping"), &repository.work());
    let lock = tools()
        .npm()
        .args(["install", "--package-lock-only", "--registry", &url])
        .env("npm_config_cache", cache())
        .current_dir(repository.work())
        .output()
        .expect("npm runs");
    assert!(lock.status.success(), "{lock:?}");
    repository.push("main");
    let source = format!("file://{}", repository.bare());
    let mut command = project.command(&["pipeline", "run", "shipping", "--source", &source]);
    command
        .args(["--registry", &url])
        .env("NODE_AUTH_TOKEN", &token)
        .env("npm_config_cache", cache());
    let ended: Ended = command.output().expect("the program runs").into();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(!ended.stderr.contains(&token), "{ended:#?}");
    let releases = releases(&project);
    assert_eq!(releases.len(), 1, "{releases:#?}");
    project.ok(&["plan", "--detailed-exitcode", "--stack", "team/shipping"]);
}

/// A repository whose package is in a folder, and needs a package of the system's registry, which its lock
/// file does not name.
fn with_a_folder(seen: &Path) -> Repository {
    let repository = Repository::new();
    let folder = repository.work().join("apps/shipping");
    lay_out(&folder, seen);
    let path = folder.join("package.json");
    let text = fs::read_to_string(&path).expect("read");
    let mut package: Value = serde_json::from_str(&text).expect("JSON");
    package["dependencies"] = json!({"@labs/one": "1.0.0"});
    package["scripts"]["test"] = json!("node -e 'require(\"@labs/one\")'");
    fs::write(path, package.to_string()).expect("written");
    let lock = json!({"name": "shipping", "lockfileVersion": 3, "requires": true, "packages": {
        "": {"name": "shipping", "hasInstallScript": true, "dependencies": {"@labs/one": "1.0.0"}},
        "node_modules/@labs/one": {"version": "1.0.0"}}});
    write(&folder, "package-lock.json", &lock.to_string());
    repository.write(".gitignore", "node_modules\ndist\n");
    repository
}

/// A workspace with the package that such a repository needs.
fn shared_package() -> TempDir {
    let workspace = tempfile::tempdir().expect("a directory");
    let root = r#"{"private": true, "workspaces": ["packages/*"]}"#;
    write(workspace.path(), "package.json", root);
    let one = r#"{"name": "@labs/one", "version": "1.0.0", "main": "one.js"}"#;
    write(workspace.path(), "packages/one/package.json", one);
    write(
        workspace.path(),
        "packages/one/one.js",
        "module.exports = 1",
    );
    workspace
}

/// CodeArtifact, which answers with another registry and its token: fakecloud has no packages for npm.
fn packages_in(registry: &Registry, project: &Project) -> Proxy {
    let world = World {
        emulator: project.world.elsewhere.clone().expect("fakecloud"),
        ..project.world.clone()
    };
    let endpoint = json!({"repositoryEndpoint": registry.url()}).to_string();
    let token = json!({"authorizationToken": registry.token()}).to_string();
    Proxy::unrecorded(&world, move |call| {
        if call.operation.starts_with("GET /v1/repository/endpoint") {
            Fate::Replaced(endpoint.clone())
        } else if call.operation.starts_with("POST /v1/authorization-token") {
            Fate::Replaced(token.clone())
        } else {
            Fate::Pass
        }
    })
}

/// In a team's own repository: the folder is the one of its pipeline in AWS, and npm gets the packages of the
/// system.
#[tokio::test(flavor = "multi_thread")]
async fn by_the_name_of_the_system_a_folder_is_built_with_the_systems_packages() {
    let Some(world) = World::with_developer_tools() else {
        return;
    };
    // CodeBuild's ARNs have fakecloud's only account.
    let world = World {
        account_id: "123456789012".to_owned(),
        ..world
    };
    let pipeline =
        "[teams.shipping.pipeline]\nsource = \"codecommit\"\nfolder = \"apps/shipping\"\n";
    let project = Project::in_world(world, &format!("[packages]\n{SYSTEM}{pipeline}"));
    let stacks = ["edge", "packages", "team/shipping", "ci/shipping"];
    let stacks: Vec<_> = stacks.iter().flat_map(|of| ["--stack", of]).collect();
    project.ok(&[&["apply", "--yes"], &stacks[..]].concat());
    let registry = Registry::start(&tools(), &["@labs".to_owned()], "30d", &mut |line| {
        eprintln!("{line}");
    });
    let registry = registry.expect("the registry starts");
    let proxy = packages_in(&registry, &project);
    let frontage = |directory: &Path, arguments: &[&str]| -> Ended {
        let system = ["--system", &project.world.system];
        let mut command = project.command(&[arguments, &system].concat());
        command
            .current_dir(directory)
            .env("AWS_REGION", &project.world.region)
            .env("AWS_ENDPOINT_URL_CODEARTIFACT", proxy.endpoint())
            .env("npm_config_cache", cache());
        command.output().expect("the program runs").into()
    };
    let published = frontage(shared_package().path(), &["packages", "publish"]);
    assert_eq!(published.code, Some(0), "{published:#?}");

    let seen = tempfile::tempdir().expect("a directory");
    let repository = with_a_folder(seen.path());
    repository.push("main");
    let ended = frontage(&repository.work(), &["pipeline", "run", "shipping"]);
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(!ended.stderr.contains(registry.token()), "{ended:#?}");
    assert_eq!(releases(&project).len(), 1);
    // The command line wins.
    let other = ["pipeline", "run", "shipping", "--folder", "apps/other"];
    let other = frontage(&repository.work(), &other);
    assert_eq!(other.code, Some(1), "{other:#?}");
    assert!(
        other.stderr.contains("apps/other") && other.stderr.contains("the step `install` failed"),
        "{other:#?}"
    );
    project.destroy();
}

/// A team without a pipeline in AWS, of a system without packages.
#[test]
fn by_the_name_of_the_system_the_folder_is_the_repository_or_the_command_lines() {
    let project = project();
    let seen = tempfile::tempdir().expect("a directory");
    let repository = Repository::new();
    lay_out(&repository.work().join("apps/shipping"), seen.path());
    repository.push("main");
    let named = |arguments: &[&str]| {
        let region = ["--region", &project.world.region];
        let system = ["--system", &project.world.system];
        let bare = repository.bare();
        let source = ["--source", &*bare];
        run(
            &project,
            &[&system[..], &region, &source, arguments].concat(),
        )
    };
    let at_root = named(&[]);
    assert_eq!(at_root.code, Some(1), "{at_root:#?}");
    assert!(
        at_root.stderr.contains("the step `install` failed"),
        "{at_root:#?}"
    );
    let in_folder = named(&["--folder", "apps/shipping"]);
    assert_eq!(in_folder.code, Some(0), "{in_folder:#?}");
    assert_eq!(releases(&project).len(), 1);
    for folder in ["../shipping", "/apps", "a//b"] {
        let refused = named(&["--folder", folder]);
        assert_eq!(refused.code, Some(1), "{refused:#?}");
        assert!(
            refused.stderr.contains("from the repository's root"),
            "{refused:#?}"
        );
    }
}

/// npm's downloads, shared by the tests.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm-cache")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if name == "node_modules" || name == "dist" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).map(drop).expect("copied");
        }
    }
}

/// CodeBuild shows them. There is always one, since it may refuse a build that leaves none.
#[test]
fn the_steps_and_the_teams_tests_report_their_results() {
    let seen = tempfile::tempdir().expect("a directory");
    let repository = quick(seen.path());
    let tests = r#"echo '<testsuite/>' >"$FRONTAGE_REPORTS/tests.xml""#;
    let reported = |scripts: &Value| {
        repository.write("package.json", &spied(seen.path(), scripts));
        let script = seen.path().join("steps.sh");
        fs::write(&script, stacks::pipeline::STEPS).expect("written");
        let ended = Command::new("sh")
            .arg(script)
            .args(["install", "check", "test"])
            .current_dir(repository.work())
            .env("PATH", tools().path_variable())
            .env("FRONTAGE", "frontage")
            .env("FRONTAGE_REPORTS", "reports of builds")
            .output()
            .expect("it runs");
        let reports = repository.work().join("reports of builds");
        let steps = fs::read_to_string(reports.join("steps.xml")).expect("read");
        let tests = reports.join("tests.xml").is_file();
        fs::remove_dir_all(reports).expect("removed");
        (ended.status.code(), steps, tests)
    };
    let case = |step: &str| format!("<testcase classname=\"steps\" name=\"{step}\"");
    let (code, steps, has_tests) = reported(&json!({ "test": tests }));
    assert_eq!((code, has_tests), (Some(0), true), "{steps}");
    let passed: String = ["install", "check", "test"]
        .map(|step| format!("{}/>\n", case(step)))
        .concat();
    let suite = format!("<testsuite name=\"steps\">\n{passed}</testsuite>\n");
    assert_eq!(steps, suite);

    let (code, steps, _) = reported(&json!({ "test": "exit 4" }));
    assert_eq!(code, Some(4), "{steps}");
    let failed = format!(
        "{}><failure message=\"exit code 4\"/></testcase>",
        case("test")
    );
    assert!(steps.contains(&failed), "{steps}");
    assert!(steps.contains(&format!("{}/>", case("check"))), "{steps}");
}

/// The names of the variables that builds get are the same in the script and in Frontage's own builds.
#[test]
fn the_steps_get_the_variables_of_builds() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/local/src/confined.rs");
    let source = fs::read_to_string(path).expect("read");
    let list = |name: &str| {
        let begun = source
            .split_once(&format!("const {name}: "))
            .expect("the list")
            .1;
        let list = begun.split_once("];").expect("its end").0;
        let quoted = list.split('"').skip(1).step_by(2).map(str::to_owned);
        quoted.collect::<Vec<_>>()
    };
    let words: Vec<_> = stacks::pipeline::STEPS
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .collect();
    for name in ["ALLOWED", "PREFIXES", "SECRET"].into_iter().flat_map(list) {
        assert!(words.contains(&name.as_str()), "{name}");
    }
    assert_eq!(list("ALLOWED").len(), 46);
}

#[test]
fn the_files_for_ci_services_are_valid() {
    let more = "account = \"111122223333\"\n[packages]\n[shell]\n[teams.plain]\n\
                [teams.shipping.pipeline]\nsource = \"github-actions\"\nrepository = \"acme/apps\"\n\
                paths = [\"shipping/**\"]\nfolder = \"shipping\"\ncanary = 10\n\
                every = \"10m\"\nwatch = [\"errors (5xx)\"]\npreviews = true\n";
    let project = Project::described(more);
    let linters = Tools::install_set(&LINTERS, &mut |line| eprintln!("{line}"));
    let check = linters
        .expect("the linters install")
        .bin("check-jsonschema");
    for team in ["plain", "shipping"] {
        for (service, schema) in [
            ("github", "vendor.github-workflows"),
            ("gitlab", "vendor.gitlab-ci"),
        ] {
            let exported = project.ok(&["pipeline", "export", team, "--for", service]);
            let told = exported
                .stderr
                .contains("the role that it assumes does not exist");
            assert_eq!(
                told,
                (team, service) != ("shipping", "github"),
                "{exported:#?}"
            );
            let file = project.path().join(format!("{team}-{service}.yml"));
            fs::write(&file, &exported.stdout).expect("written");
            let output = Command::new(&check)
                .args(["--builtin-schema", schema])
                .arg(&file)
                .output()
                .expect("it runs");
            assert!(output.status.success(), "{output:?}\n{}", exported.stdout);
        }
        let spec = project.ok(&["pipeline", "export", team, "--for", "codebuild"]);
        assert!(spec.stdout.starts_with("version: 0.2\n"), "{spec:#?}");
    }
    project.describe("[shell]\n[teams.plain]\n");
    let refused = project.fails(&["pipeline", "export", "plain", "--for", "github"]);
    assert!(
        refused.stderr.contains("states no `account`"),
        "{refused:#?}"
    );
}

/// A pipeline as its stack has it, made by hand.
async fn pipeline_in_aws(project: &Project) {
    use aws_sdk_codepipeline::types::{
        ActionCategory, ActionDeclaration, ActionOwner, ActionTypeId, ArtifactStore,
        ArtifactStoreType, OutputArtifact, PipelineDeclaration, PipelineType, StageDeclaration,
    };
    let action = |name: &str, category, provider: &str| {
        let kind = ActionTypeId::builder()
            .category(category)
            .provider(provider);
        let kind = kind.owner(ActionOwner::Aws).version("1").build();
        ActionDeclaration::builder()
            .name(name)
            .action_type_id(kind.expect("complete"))
    };
    let stage = |name: &str, action: ActionDeclaration| {
        let stage = StageDeclaration::builder().name(name).actions(action);
        stage.build().expect("complete")
    };
    let artifact = OutputArtifact::builder().name("source").build();
    let source = action("source", ActionCategory::Source, "S3")
        .configuration("S3Bucket", "acme-sources")
        .configuration("S3ObjectKey", "shipping.zip")
        .output_artifacts(artifact.expect("complete"));
    let approval = action("approval", ActionCategory::Approval, "Manual");
    let store = ArtifactStore::builder()
        .r#type(ArtifactStoreType::S3)
        .location("acme-artifacts")
        .build();
    let name = format!("{}-ci-shipping-pipeline", project.world.system);
    let pipeline = PipelineDeclaration::builder()
        .name(name)
        .role_arn("arn:aws:iam::123456789012:role/pipeline")
        .pipeline_type(PipelineType::V2)
        .artifact_store(store.expect("complete"))
        .stages(stage("source", source.build().expect("complete")))
        .stages(stage("approval", approval.build().expect("complete")));
    aws_sdk_codepipeline::Client::new(&project.world.config_of("codepipeline"))
        .create_pipeline()
        .pipeline(pipeline.build().expect("complete"))
        .send()
        .await
        .expect("the pipeline");
}

/// The pipelines as `frontage status` shows them.
fn pipelines_in_status(project: &Project, options: &[&str]) -> Value {
    let arguments = [&["status", "--format", "json"], options].concat();
    project.ok(&arguments).json()["pipelines"].clone()
}

/// fakecloud's runs succeed at once, and wait for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn runs_in_aws_are_started_and_listed() {
    let Some(world) = World::with_developer_tools() else {
        return;
    };
    let described = "[shell]\n[teams.plain]\n[teams.shipping.pipeline]\nsource = \"s3\"\n\
                     object = \"acme-sources/shipping.zip\"\n[teams.orders.pipeline]\n\
                     source = \"github-actions\"\nrepository = \"acme/orders\"\n";
    let project = Project::in_world(world, described);
    for (team, told) in [
        ("plain", "the team plain has no pipeline"),
        ("orders", "github-actions runs the pipeline of orders"),
        ("shipping", "there is no pipeline"),
    ] {
        let refused = project.fails(&["pipeline", "start", team]);
        assert!(refused.stderr.contains(told), "{refused:#?}");
    }
    pipeline_in_aws(&project).await;
    let none = project.ok(&["pipeline", "list", "shipping"]);
    assert!(none.stderr.contains("has not run yet"), "{none:#?}");
    assert_eq!(
        pipelines_in_status(&project, &[]),
        json!([{"team": "shipping", "latest": {"read": {"run": null, "waits": null}}}])
    );
    let never = project.fails(&["pipeline", "logs", "shipping"]);
    assert!(never.stderr.contains("has not run yet"), "{never:#?}");
    let started = project.ok(&["pipeline", "start", "shipping", "--format", "json"]);
    let id = started.json()["id"].as_str().expect("an id").to_owned();
    let listed = project.ok(&["pipeline", "list", "shipping", "--format", "json"]);
    let runs = listed.json();
    assert_eq!(
        (&runs[0]["id"], runs.as_array().map(Vec::len)),
        (&Value::from(&*id), Some(1))
    );
    let lines = project.ok(&["pipeline", "list", "shipping"]).stdout;
    assert!(
        lines.contains(&id) && lines.contains("StartPipelineExecution"),
        "{lines}"
    );
    let shown = pipelines_in_status(&project, &[]);
    let latest = &shown[0]["latest"]["read"];
    assert_eq!((&latest["run"], &latest["waits"]), (&runs[0], &Value::Null));
    let other = pipelines_in_status(&project, &["--stack", "team/plain"]);
    assert_eq!(other, json!([]));
    let screen = project.ok(&["status"]).stdout;
    let line = screen.lines().find(|line| line.starts_with("Pipelines "));
    let words = "Pipelines shipping  Succeeded";
    assert!(line.is_some_and(|line| line.starts_with(words)), "{screen}");
    let mut watch = project.spawn(&["status", "--watch", "--format", "json"]);
    let seen: Value = serde_json::from_str(&watch.line()).expect("JSON");
    assert_eq!(seen["pipelines"], shown);
    watch.interrupt();
    watch.end();
    let logs = project.ok(&["pipeline", "logs", "shipping"]);
    assert!(logs.stderr.contains("no build has started"), "{logs:#?}");
    let nobody = project.fails(&["pipeline", "approve", "shipping"]);
    assert!(
        nobody.stderr.contains("waits for an approval"),
        "{nobody:#?}"
    );
}

const PIPELINES: &str = "[shell]\n\
    [pipelines]\nconnection = \"arn:aws:codeconnections:eu-west-1:123456789012:connection/c\"\n\
    [teams.billing.pipeline]\nsource = \"codecommit\"\napproval = true\n\
    [teams.orders.pipeline]\nsource = \"github-actions\"\nrepository = \"acme/orders\"\n\
    [teams.profile.pipeline]\nrepository = \"acme/profile\"\npreviews = true\n\
    [teams.shipping.pipeline]\nsource = \"s3\"\nobject = \"acme-sources/shipping.zip\"\n";

/// `CodePipeline`, CodeBuild and CodeCommit are fakecloud's, everything else is `MiniStack`'s.
#[tokio::test(flavor = "multi_thread")]
async fn the_stacks_are_made_changed_repaired_and_taken_away() {
    let Some(world) = World::with_developer_tools() else {
        return;
    };
    // Their ARNs have fakecloud's only account.
    let world = World {
        account_id: "123456789012".to_owned(),
        ..world
    };
    let project = Project::in_world(world, PIPELINES);
    project.apply();
    let made = project.world.listing().await;
    let is_own = |line: &&String| line.contains(&format!("{}-ci-", project.world.system));
    let of_pipelines = made.iter().filter(is_own);
    let kinds: Vec<_> = of_pipelines
        .map(|line| line.replace(&project.world.system, "SYSTEM"))
        .collect();
    project.assert_snapshot("pipelines", &kinds.join("\n"));
    let client = aws_sdk_codepipeline::Client::new(&project.world.config_of("codepipeline"));
    let name = format!("{}-ci-billing-pipeline", project.world.system);
    let stages = async || {
        let found = client.get_pipeline().name(&name).send().await;
        let pipeline = found.expect("read").pipeline.expect("a pipeline");
        let names = pipeline.stages().iter().map(|of| of.name().to_owned());
        (pipeline.version(), names.collect::<Vec<_>>())
    };
    let (version, with_approval) = stages().await;
    assert!(
        with_approval.contains(&"approval".to_owned()),
        "{with_approval:?}"
    );

    // The status knows of them from the description, and from the account alone.
    let shown = project.ok(&["status", "--format", "json"]).json();
    let teams: Vec<_> = shown["pipelines"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let teams: Vec<_> = teams.into_iter().map(|of| of["team"].clone()).collect();
    assert_eq!(teams, ["billing", "profile", "shipping"]);
    let name_of_system = project.world.system.clone();
    let by_name = [
        "--system",
        &name_of_system,
        "--region",
        &project.world.region,
    ];
    assert_eq!(pipelines_in_status(&project, &by_name), shown["pipelines"]);

    // Changed in place, once.
    project.describe(&PIPELINES.replace("approval = true\n", ""));
    project.apply();
    let (changed, without) = stages().await;
    assert_eq!(changed, version.map(|version| version + 1));
    assert!(!without.contains(&"approval".to_owned()), "{without:?}");

    // Drift of a setting is repaired, and what was deleted is made again.
    let builds = aws_sdk_codebuild::Client::new(&project.world.config_of("codebuild"));
    let project_name = format!("{}-ci-shipping-build", project.world.system);
    let update = builds
        .update_project()
        .name(&project_name)
        .timeout_in_minutes(7);
    update.send().await.expect("updated");
    client
        .delete_pipeline()
        .name(&name)
        .send()
        .await
        .expect("deleted");
    let differing = actions(&project.plan());
    assert!(
        differing.contains(&"create ci/billing/pipeline".to_owned()),
        "{differing:?}"
    );
    assert!(
        differing.contains(&"update ci/shipping/project".to_owned()),
        "{differing:?}"
    );
    project.apply();

    // A team's plan reads its own: the pipelines' service is not asked for it.
    let other = project.ok(&["plan", "--stack", "team/billing", "--detailed-exitcode"]);
    assert!(
        other.stderr.contains("Nothing to do") || other.stdout.contains("Nothing to do"),
        "{other:#?}"
    );

    // What the description drops goes. MiniStack's index of tags shows neither pipelines nor projects,
    // so they are found again only by the description; data stay.
    project
        .describe("[shell]\n[teams.billing]\n[teams.orders]\n[teams.profile]\n[teams.shipping]\n");
    project.ok(&["apply", "--yes"]);
    let left = project.world.listing().await;
    let rights = left.iter().filter(|line| {
        line.contains("-ci-") && (line.starts_with("role ") || line.starts_with("rule "))
    });
    assert_eq!(rights.count(), 0, "{left:#?}");

    project.describe(PIPELINES);
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
