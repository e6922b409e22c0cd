//! The program's output, for people and for machines.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use crate::pipeline::{Repository, lay_out, spied};
use crate::support::cli::{Ended, Project, Running};
use crate::support::schema::differences;

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plan.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the schema"))
        .expect("the schema is JSON")
}

fn assert_is_a_plan(plan: &Value) {
    assert_eq!(
        differences(&schema(), plan),
        Vec::<String>::new(),
        "{plan:#}"
    );
}

#[test]
fn help() {
    let project = Project::new();
    let commands = [
        "init",
        "validate",
        "build",
        "plan",
        "apply",
        "destroy",
        "adopt",
        "outputs",
        "status",
        "policy",
        "toggles",
        "toggles list",
        "toggles get",
        "toggles set",
        "toggles unset",
        "toggles delete",
        "toggles resend",
        "toggles diff",
        "toggles copy",
        "toggles stale",
        "toggles watch",
        "release",
        "release publish",
        "release promote",
        "release list",
        "release rollback",
        "release prune",
        "packages",
        "packages publish",
        "packages list",
        "packages login",
        "pipeline",
        "pipeline run",
        "pipeline export",
        "pipeline list",
        "pipeline start",
        "pipeline logs",
        "pipeline approve",
        "dev",
        "completions",
    ];
    let global = |help: &str| {
        help.split_once("Global options:")
            .expect("global options")
            .1
            .to_owned()
    };
    let whole = project.ok(&["--help"]).stdout;
    project.assert_snapshot("help", &whole);
    for command in commands {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = project.ok(&arguments).stdout;
        assert_eq!(
            global(&help),
            global(&whole),
            "every command takes the same"
        );
        let own = help.split("Global options:").next().unwrap_or_default();
        project.assert_snapshot(&format!("help-{}", command.replace(' ', "-")), own);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_and_runs() {
    let project = Project::new();
    project.assert_snapshot("plan-of-everything", &project.ok(&["plan"]).whole());
    assert_is_a_plan(&project.plan());
    assert_eq!(
        project.ok(&["plan"]).stdout,
        project.ok(&["plan"]).stdout,
        "the same input, the same bytes"
    );

    let applied = project.ok(&["apply", "--yes"]);
    let (plan, rest) = applied
        .stderr
        .split_once("unchanged.\n")
        .expect("the plan comes first");
    assert!(project.ok(&["plan"]).stdout.contains("Nothing to do"));
    assert!(plan.contains("+ toggles-table"));
    let mut progress: Vec<&str> = rest.lines().filter(|line| line.starts_with("  ")).collect();
    progress.sort_unstable();
    project.assert_snapshot("apply-progress", &progress.join("\n"));
    project.assert_snapshot(
        "apply-ending",
        &format!("{}\n--- stdout ---\n{}", applied.ending(), applied.stdout),
    );
    project.assert_snapshot("plan-of-nothing", &project.ok(&["plan"]).whole());
    assert_is_a_plan(&project.plan());
    project.assert_snapshot("outputs", &project.ok(&["outputs"]).whole());
    project.assert_snapshot(
        "outputs-json",
        &project.ok(&["outputs", "--format", "json"]).whole(),
    );

    let more = "[tags]\nteam = \"web\"\n[functions]\nmemory_mb = 512\nlog_retention_days = 7\n";
    project.describe(more);
    project.assert_snapshot("plan-of-changes", &project.ok(&["plan"]).whole());
    assert_is_a_plan(&project.plan());
    project.apply();
    project.describe(&format!("{more}[toggles]\nstage = \"beta\"\n"));
    project.assert_snapshot("plan-of-another-stage", &project.ok(&["plan"]).whole());
    assert_is_a_plan(&project.plan());
    let applied = project.ok(&["apply", "--yes", "--format", "json"]);
    assert_eq!(applied.json()["complete"], true);
    assert!(
        applied.json()["outputs"]["toggles"]["websocket_url"]
            .as_str()
            .is_some_and(|url| url.ends_with("/beta"))
    );
    project.assert_nothing_to_do();
    project.describe("");
    project.apply();

    let plan = project
        .frontage(&["destroy", "--yes", "--format", "json"])
        .json();
    assert_eq!(plan["complete"], true);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[test]
fn toggles() {
    let project = Project::new();
    project.apply();
    project.assert_snapshot("toggles-none", &project.ok(&["toggles", "list"]).whole());
    project.ok(&["toggles", "set", "1", "off", "--name", "Feature toggle 1"]);
    project.ok(&["toggles", "set", "checkout", "on"]);

    let mut watch = project.spawn(&["toggles", "watch"]);
    assert!(watch.until(1, |line| line.contains("watching")));
    let mut state = [watch.line(), watch.line()];
    state.sort();
    assert_eq!(
        state,
        ["1  off  Feature toggle 1", "checkout  on   checkout"]
    );
    // Lines may arrive more than once; the last one about a toggle is its state.
    let until = |watch: &mut Running, wanted: &str| while watch.line() != wanted {};
    project.ok(&["toggles", "set", "1", "on"]);
    until(&mut watch, "1  on   Feature toggle 1");
    project.ok(&[
        "toggles",
        "set",
        "2",
        "on",
        "--name",
        "Two",
        "--attribute",
        "owner=web",
    ]);
    until(&mut watch, "2  on   Two");
    project.assert_snapshot("toggles-list", &project.ok(&["toggles", "list"]).whole());
    let listed = project.ok(&["toggles", "list", "--format", "json"]).json();
    let revision = listed[1]["revision"].as_u64().expect("a revision");
    assert_eq!(
        listed[1],
        json!({"featureId": "2", "featureName": "Two", "isActive": true, "owner": "web", "revision": revision})
    );
    let set = |expected: u64| {
        let expected = expected.to_string();
        project.frontage(&["toggles", "set", "2", "off", "--if-revision", &expected])
    };
    let refused = set(revision - 1);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    let told = format!("toggle `2` is at revision {revision}, not {}", revision - 1);
    assert!(refused.stderr.contains(&told), "{refused:#?}");
    assert_eq!(set(revision).code, Some(0));
    until(&mut watch, "2  off  Two");
    assert_eq!(set(revision).code, Some(1), "it has risen");
    project.ok(&["toggles", "delete", "2"]);
    until(&mut watch, "2  removed");
    watch.interrupt();
    assert_eq!(watch.end().code, Some(0));
    project.destroy();
}

#[test]
fn validate_counts_what_is_described() {
    let project = Project::new();
    let valid = project.ok(&["validate", "--format", "json"]).json();
    assert_eq!(valid["valid"], true);
    assert_eq!(valid["stacks"], json!(["toggles"]));
    assert_eq!(valid["resources"], project.plan()["summary"]["create"]);
}

/// Limits of AWS that the description alone exceeds are all in one report, before any request.
#[test]
fn validate_refuses_what_aws_would_refuse() {
    let project = Project::new();
    let offline = ["validate", "--endpoint-url", "http://127.0.0.1:1"];
    let numbered = |one: &dyn Fn(String) -> String| {
        let teams = (1..=60).map(|number| one(format!("team-{number:02}")));
        teams.collect::<String>()
    };
    let site = |name: String, domain: &str| {
        format!(
            "[teams.{name}]\ndomain = \"{domain}.{domain}.example.com\"\nzone_id = \"Z0123456789ABCDEFGHIJ\"\n"
        )
    };
    let teams = numbered(&|name| site(name.clone(), &name));
    let twin = site("twin".to_owned(), "team-01");
    let groups: Vec<_> = (1..=60).map(|number| format!("group-{number}")).collect();
    let identity = format!("[identity]\ngroups = {groups:?}\n");
    project.describe(&format!("[shell]\n{identity}{teams}{twin}"));
    project.assert_snapshot("over-the-limits", &project.fails(&offline).whole());

    let teams = numbered(&|name| format!("[teams.{name}]\n"));
    project.describe(&format!("[shell]\n{teams}"));
    project.assert_snapshot("sixty-teams", &project.fails(&offline).whole());
    let raised = "[quotas]\ncontent_security_policy_length = 3000\n";
    project.describe(&format!("[shell]\n{teams}{raised}"));
    project.ok(&offline);
    let many = (1..=101).map(|number| format!("[teams.team-{number:03}]\n"));
    let many: String = many.collect();
    project.describe(&format!(
        "[shell]\n{many}{}",
        raised.replace("3000", "20000")
    ));
    project.assert_snapshot("a-hundred-teams", &project.fails(&offline).whole());
}

/// Not every service is in every Region.
#[test]
fn validate_names_the_stacks_that_cannot_stand_in_a_region() {
    let project = Project::new();
    let all = "[shell]\n[packages]\n[teams.shipping]\n";
    for (region, stacks) in [
        ("ca-west-1", Some("packages")),
        (
            "us-gov-west-1",
            Some("edge, packages, shell, team/shipping"),
        ),
        (
            "cn-north-1",
            Some("edge, identity, packages, shell, team/shipping"),
        ),
        ("eu-west-1", None),
    ] {
        project.describe(all);
        let arguments = ["validate", "--region", region];
        let Some(stacks) = stacks else {
            project.ok(&arguments);
            continue;
        };
        let ended = project.fails(&arguments);
        let first = format!("{region} has no ");
        assert!(ended.stderr.contains(&first), "{ended:#?}");
        let plain = ended
            .stderr
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(
            plain
                .replace("│ ", "")
                .contains(&format!("needed for: {stacks}")),
            "{ended:#?}"
        );
        project.describe("");
        project.ok(&arguments);
    }
    project.describe(all);
    let ended = project.fails(&["validate", "--region", "us-gov-west-1"]);
    project.assert_snapshot("out-of-place", &ended.whole());
}

/// The examples that `dev` prints work as printed, and with no other keys; changes are shown; Ctrl-C
/// takes everything down.
#[test]
fn dev_shows_changes_until_it_is_interrupted() {
    let project = Project::new();
    let free = std::net::TcpListener::bind(("127.0.0.1", 0))
        .expect("a port")
        .local_addr()
        .expect("its address");
    let mut dev = project.spawn(&["dev", "--port", &free.port().to_string()]);
    let mut next = |wanted: &str| loop {
        let line = dev.line();
        if line.contains(wanted) {
            break line;
        }
    };
    assert!(next("The toggles are live at ws://127.0.0.1:").contains(&free.port().to_string()));
    let export = next("  export AWS_ENDPOINT_URL=");
    next("Feature toggle 3");

    let variables = export
        .trim_start_matches("  export ")
        .split(' ')
        .filter_map(|pair| pair.split_once('='));
    let set = project
        .command(&["toggles", "set", "1", "on"])
        .envs(variables)
        .output()
        .expect("the program runs");
    assert!(set.status.success(), "{set:?}");
    next("1  on   Feature toggle 1");

    let endpoint = format!("http://{free}");
    for key in ["test", "000000000000"] {
        let set = project
            .command(&["toggles", "set", "1", "off"])
            .env("AWS_ENDPOINT_URL", &endpoint)
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .output()
            .expect("the program runs");
        assert_eq!(set.status.code(), Some(1), "{key}: {set:?}");
    }

    dev.interrupt();
    let ended = dev.end();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(ended.stderr.contains("everything is down"), "{ended:#?}");
    assert!(
        std::net::TcpStream::connect(free).is_err(),
        "the emulator is gone"
    );
}

/// Like `frontage dev | head`.
#[test]
fn dev_takes_everything_down_once_its_output_is_read_no_more() {
    let project = Project::new();
    let free = std::net::TcpListener::bind(("127.0.0.1", 0))
        .expect("a port")
        .local_addr()
        .expect("its address");
    let mut dev = project
        .command(&["dev", "--port", &free.port().to_string()])
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(dev.stdout.take().expect("its standard output")).lines();
    let mut next = |wanted: &str| loop {
        let line = lines.next().expect("a line").expect("text");
        if line.contains(wanted) {
            break line;
        }
    };
    let export = next("  export AWS_ENDPOINT_URL=");
    next("Changes are shown here");
    drop(lines);
    // The first line that nobody reads is the state, or a change that is made for that.
    let variables = export
        .trim_start_matches("  export ")
        .split(' ')
        .filter_map(|pair| pair.split_once('='));
    let mut set = project.command(&["toggles", "set", "1", "on"]);
    let _ = set.envs(variables).output().expect("the program runs");
    let ended: Ended = dev.wait_with_output().expect("its end").into();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(ended.stderr.contains("everything is down"), "{ended:#?}");
}

#[test]
fn dev_shows_in_one_run_that_all_of_it_works() {
    let project = Project::new();
    let ended = project.ok(&["dev", "--once"]);
    project.assert_snapshot("dev-once", &ended.stdout);
    assert!(ended.stderr.contains("everything is down"), "{ended:#?}");
}

/// It signs its own user in.
#[test]
fn dev_shows_that_a_system_whose_toggles_require_a_token_works() {
    let project = Project::described("[shell]\n[toggles]\nconnect = \"required\"\n");
    let ended = project.ok(&["dev", "--once"]);
    let told = "a client got the state and then a change";
    assert!(ended.stdout.contains(told), "{ended:#?}");
}

/// A team whose repository the system creates in AWS.
const WITH_REPOSITORY: &str = "[shell]\n[teams.stock.pipeline]\nsource = \"codecommit\"\n";

/// A push becomes the team's release; a build that fails is reported and changes nothing.
#[test]
fn dev_builds_and_publishes_what_is_pushed_to_a_teams_repository() {
    let project = Project::described(WITH_REPOSITORY);
    let free = std::net::TcpListener::bind(("127.0.0.1", 0))
        .expect("a port")
        .local_addr()
        .expect("its address");
    let mut dev = project.spawn(&["dev", "--port", &free.port().to_string()]);
    let mut next = |wanted: &str| loop {
        let line = dev.line();
        if line.contains(wanted) {
            break line;
        }
    };
    let export = next("  export AWS_ENDPOINT_URL=");
    next("The team stock has a Git repository; a push to main is built and published:");
    let clone = next("  git clone ");
    let url = |stack: &str| {
        let variables = export.trim_start_matches("  export ").split(' ');
        let mut outputs = project.command(&["outputs", "--stack", stack, "--format", "json"]);
        outputs.envs(variables.filter_map(|pair| pair.split_once('=')));
        let ended: Ended = outputs.output().expect("the program runs").into();
        let url = &ended.json()[stack]["url"];
        url.as_str().expect("a URL").to_owned()
    };
    let site = url("team/stock");
    assert!(served(free, &url("shell"), "config.json").contains(&site));
    let manifest = || served(free, &site, "manifest.json");
    assert!(!manifest().contains("main-"), "nothing is released yet");

    let seen = tempfile::tempdir().expect("a directory");
    let repository = Repository::clone_of(clone.trim_start_matches("  git clone "));
    lay_out(&repository.work(), seen.path());
    let commit = repository.push("main");
    let told = |commit: &str, what: &str| format!("stock: commit {} {what}", &commit[..12]);
    next(&told(
        &commit,
        "was pushed: running install, check, test, build, publish",
    ));
    next(&told(&commit, "is released"));
    let first = manifest();
    assert!(first.contains("assets/main-0a1b2c3d.js"), "{first}");
    for name in ["build", "postinstall"] {
        let environment = fs::read_to_string(seen.path().join(name)).expect("read");
        assert!(!environment.contains("AWS_"), "{name}: {environment}");
    }

    let failing = spied(seen.path(), &json!({"build": "exit 5"}));
    repository.write("package.json", &failing);
    repository.write("built/assets/main-4e5f6a7b.js", "export default {next: 1}");
    let entry = r#"{"entry": "assets/main-4e5f6a7b.js"}"#;
    repository.write("built/frontage.json", entry);
    let broken = repository.push("main");
    let reason = "is not released: the step `build` failed with exit code 5; nothing was published";
    next(&told(&broken, reason));
    assert_eq!(manifest(), first, "the release before stays");

    repository.write("package.json", &spied(seen.path(), &json!({})));
    let fixed = repository.push("main");
    next(&told(&fixed, "is released"));
    assert!(manifest().contains("assets/main-4e5f6a7b.js"));

    dev.interrupt();
    let ended = dev.end();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(ended.stderr.contains("everything is down"), "{ended:#?}");
    assert!(!Path::new(&repository.bare()).exists());
}

/// The answer to a request to a site, whose name only browsers resolve.
fn served(proxy: SocketAddr, url: &str, path: &str) -> String {
    let host = url.split_once("://").expect("a URL").1;
    let mut stream = TcpStream::connect(proxy).expect("connected");
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let body = answer.split_once("\r\n\r\n").expect("a body").1;
    body.to_owned()
}

/// A folder with the team's application is its first commit.
#[test]
fn dev_shows_in_one_run_that_a_commit_becomes_a_release() {
    let project = Project::described(WITH_REPOSITORY);
    let seen = tempfile::tempdir().expect("a directory");
    lay_out(&project.path().join("assets/stock"), seen.path());
    let ended = project.ok(&["dev", "--once"]);
    for wanted in [
        " was pushed: running install, check, test, build, publish",
        " is released",
        "stock is served, from its repository",
    ] {
        assert!(ended.stdout.contains(wanted), "{wanted}: {ended:#?}");
    }
    assert!(ended.stderr.contains("everything is down"), "{ended:#?}");
}

/// Without Git the team has no repository, and is published as all others are.
#[test]
fn dev_goes_on_without_git() {
    let project = Project::described(WITH_REPOSITORY);
    let seen = tempfile::tempdir().expect("a directory");
    lay_out(&project.path().join("assets/stock"), seen.path());
    let programs = tempfile::tempdir().expect("a directory");
    link_programs(programs.path(), "git");
    let mut dev = project.command(&["dev", "--once"]);
    dev.env("PATH", programs.path());
    let ended: Ended = dev.output().expect("the program runs").into();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let told = "no Git repository for stock: cannot run git: ";
    assert!(ended.stderr.contains(told), "{ended:#?}");
    assert!(ended.stderr.contains("(install Git)"), "{ended:#?}");
    assert!(ended.stdout.contains("stock is served"), "{ended:#?}");
    assert!(!ended.stdout.contains("commit"), "{ended:#?}");
}

/// Links all programs but one into a directory.
fn link_programs(into: &Path, without: &str) {
    let path = std::env::var_os("PATH").expect("a path");
    let mut programs = BTreeMap::new();
    for directory in std::env::split_paths(&path) {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            programs.entry(entry.file_name()).or_insert(entry.path());
        }
    }
    programs.remove(std::ffi::OsStr::new(without));
    for (name, program) in programs {
        symlink(program, into.join(name)).expect("linked");
    }
}

/// Whatever is printed is either written or an error.
#[cfg(target_os = "linux")]
#[test]
fn no_command_loses_its_output_on_a_full_disk() {
    let project = Project::new();
    project.apply();
    project.ok(&["toggles", "set", "1", "on"]);
    let json = ["--format", "json"];
    for arguments in [
        &["--help"][..],
        &["plan", "--help"],
        &["--version"],
        &["validate"],
        &["build"],
        &["plan"],
        &["apply", "--yes"],
        &["outputs"],
        &["toggles", "list"],
        &["toggles", "get", "1"],
        &["toggles", "resend"],
    ] {
        let as_json = [arguments, &json].concat();
        assert_ne!(project.ok(&as_json).stdout, "", "{arguments:?}");
        for arguments in [arguments, &as_json] {
            // Some commands say on standard error what they did, and print data as JSON alone.
            if project.ok(arguments).stdout.is_empty() {
                continue;
            }
            let full = std::fs::File::create("/dev/full").expect("opened");
            let mut command = project.command(arguments);
            let ended: Ended = command.stdout(full).output().expect("runs").into();
            assert_eq!(ended.code, Some(1), "{arguments:?}: {ended:#?}");
            let words: Vec<_> = ended.stderr.split_whitespace().collect();
            let wanted = "standard output cannot be written: No space left on device";
            assert!(
                words.join(" ").contains(wanted),
                "{arguments:?}: {ended:#?}"
            );
        }
    }
    project.destroy();
}
