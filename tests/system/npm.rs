//! Shared packages in a real npm registry, by the real npm: published, installed elsewhere, used in
//! a build, fixed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use local::{Registry, Tools};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::cli::{Ended, Project};

fn tools() -> Tools {
    Tools::install(&mut |line| eprintln!("{line}")).expect("the tools install")
}

fn registry(token_life: &str) -> Registry {
    Registry::start(
        &tools(),
        &["@frontage".to_owned()],
        token_life,
        &mut |line| eprintln!("{line}"),
    )
    .expect("the registry starts")
}

/// npm's downloads, shared by all of these tests.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm-cache")
}

/// `frontage packages …` against a registry.
fn packages(project: &Project, registry: &str, token: &str, arguments: &[&str]) -> Ended {
    let arguments: Vec<&str> = [&["packages"], arguments, &["--registry", registry]].concat();
    let mut command = project.command(&arguments);
    command
        .env("NODE_AUTH_TOKEN", token)
        .env("npm_config_cache", cache());
    command.output().expect("the program runs").into()
}

fn npm(directory: &Path, arguments: &[&str]) {
    let mut command: Command = tools().npm();
    command
        .args(arguments)
        .args(["--no-audit", "--no-fund"])
        .current_dir(directory)
        .stdin(Stdio::null());
    command
        .env("npm_config_cache", cache())
        .env("npm_config_prefer_offline", "true")
        .env_remove("NODE_ENV");
    let output = command.output().expect("npm runs");
    assert!(
        output.status.success(),
        "npm {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from)
        .expect("listed")
        .map(|entry| entry.expect("an entry"))
    {
        let name = entry.file_name();
        if ["node_modules", "dist", ".frontage"]
            .iter()
            .any(|left_out| name == *left_out)
        {
            continue;
        }
        let (from, to) = (entry.path(), to.join(&name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).map(drop).expect("copied");
        }
    }
}

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets")
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("read");
    assert!(text.contains(from), "{from} in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

fn standings(ended: &Ended) -> Vec<String> {
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let listed = ended.json();
    let listed = listed.as_array().expect("a list").iter();
    let mut listed: Vec<_> = listed
        .map(|of| {
            format!(
                "{} {} {}",
                text(of, "name"),
                text(of, "version"),
                text(of, "standing")
            )
        })
        .collect();
    listed.sort();
    listed
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or("?")
}

/// A child of a team's own repository: no part of the workspace is around it.
fn child(registry: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    copy(&assets().join("shipping"), folder.path());
    let npmrc = format!("@frontage:registry={registry}\nregistry={registry}\n");
    fs::write(folder.path().join(".npmrc"), npmrc).expect("written");
    folder
}

/// Builds it, and returns its only module.
fn build(child: &Path) -> String {
    npm(child, &["run", "build", "--silent"]);
    let assets = child.join("dist/assets");
    let modules: Vec<PathBuf> = fs::read_dir(assets)
        .expect("built")
        .map(|entry| entry.expect("a file").path())
        .collect();
    assert_eq!(modules.len(), 1, "{modules:?}");
    fs::read_to_string(&modules[0]).expect("read")
}

#[test]
fn published_installed_elsewhere_built_with_and_mended() {
    let registry = registry("30d");
    let (url, token) = (registry.url(), registry.token().to_owned());
    let project = Project::new();
    let workspace = project.path().join("assets");
    copy(&assets(), &workspace);
    let first = packages(&project, &url, &token, &["publish", "--format", "json"]);
    let expected = ["api", "child-build", "contract", "session", "toggles", "ui"];
    let all = |standing: &str| {
        expected
            .map(|name| format!("@frontage/{name} 1.0.0 {standing}"))
            .to_vec()
    };
    assert_eq!(standings(&first), all("new"));
    let again = packages(&project, &url, &token, &["publish", "--format", "json"]);
    assert_eq!(
        standings(&again),
        all("published"),
        "the same contents are skipped"
    );

    // A child outside the workspace: all packages are from the registry.
    let child = child(&url);
    npm(child.path(), &["install"]);
    npm(child.path(), &["ci"]);
    assert!(
        child
            .path()
            .join("node_modules/@frontage/contract/index.d.ts")
            .is_file()
    );
    assert!(!build(child.path()).contains("mended"));
    assert!(child.path().join("dist/frontage.json").is_file());

    // A fix, which the child's next build contains.
    let contract = workspace.join("packages/contract");
    edit(
        &contract.join("src/child.ts"),
        "detail: { error }",
        "detail: { error, mended: true }",
    );
    let refused = packages(&project, &url, &token, &["publish"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    assert!(
        refused
            .stderr
            .contains("@frontage/contract@1.0.0 is already published with different contents"),
        "{refused:#?}"
    );
    assert!(refused.stderr.contains("raise `version`"), "{refused:#?}");
    edit(
        &contract.join("package.json"),
        "\"version\": \"1.0.0\"",
        "\"version\": \"1.0.1\"",
    );
    edit(
        &workspace.join("packages/ui/src/base.ts"),
        "export ",
        "/* other contents */ export ",
    );
    edit(
        &workspace.join("packages/session/package.json"),
        "\"description\"",
        "\"keywords\": [\"x\"], \"description\"",
    );
    let refused = packages(&project, &url, &token, &["publish"]);
    assert!(
        refused.stderr.contains("@frontage/session@1.0.0"),
        "{refused:#?}"
    );
    let listed = packages(&project, &url, &token, &["list", "--format", "json"]);
    assert!(
        standings(&listed).contains(&"@frontage/contract 1.0.1 new".to_owned()),
        "nothing was published: {listed:#?}"
    );
    let fixed = packages(
        &project,
        &url,
        &token,
        &["publish", "contract", "--format", "json"],
    );
    assert_eq!(standings(&fixed), ["@frontage/contract 1.0.1 new"]);
    npm(child.path(), &["update", "@frontage/contract"]);
    assert!(build(child.path()).contains("mended"));
    let listed = packages(&project, &url, &token, &["list"]);
    assert!(
        listed.stdout.contains("@frontage/contract@1.0.1"),
        "{listed:#?}"
    );
    assert!(listed.stdout.contains("(also 1.0.0)"), "{listed:#?}");
}

/// A workspace with two packages that need no build.
fn small() -> Project {
    let project = Project::new();
    let write = |path: &str, value: Value| {
        let path = project.path().join("assets").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, value.to_string()).expect("written");
    };
    write(
        "package.json",
        json!({"private": true, "workspaces": ["packages/*"]}),
    );
    write(
        "packages/one/package.json",
        json!({"name": "@frontage/one", "version": "1.0.0"}),
    );
    write(
        "packages/two/package.json",
        json!({"name": "@frontage/two", "version": "1.0.0"}),
    );
    project
}

fn fails(project: &Project, registry: &str, token: &str, words: &[&str]) {
    let ended = packages(project, registry, token, &["publish"]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(1), ""),
        "{ended:#?}"
    );
    for word in words.iter().chain(&["@frontage/one", registry]) {
        assert!(ended.stderr.contains(word), "{word} in {ended:#?}");
    }
    assert!(
        !ended.stderr.contains(token),
        "the token is told: {ended:#?}"
    );
}

#[test]
fn what_a_registry_refuses_leaves_nothing_half_published() {
    let registry = registry("2s");
    let (url, token) = (registry.url(), registry.token().to_owned());
    let project = small();
    fails(
        &project,
        &url,
        "not-a-token",
        &["rejects the token", "NODE_AUTH_TOKEN"],
    );
    // Until it has expired, by its own clock.
    std::thread::sleep(Duration::from_millis(3_100));
    fails(
        &project,
        &url,
        &token,
        &["rejects the token", "NODE_AUTH_TOKEN"],
    );
    fails(
        &project,
        "http://127.0.0.1:9/",
        &token,
        &["cannot be reached", "check the network"],
    );
    let lists = packages(&project, &url, "", &["list", "--format", "json"]);
    assert_eq!(
        standings(&lists),
        ["@frontage/one 1.0.0 new", "@frontage/two 1.0.0 new"],
        "anybody may read"
    );
    let unknown = packages(&project, &url, &token, &["publish", "three"]);
    assert!(
        unknown.stderr.contains("no package `three`"),
        "{unknown:#?}"
    );
}

#[test]
fn a_token_is_in_no_file_and_npm_gets_in_with_what_login_writes() {
    let registry = registry("30d");
    let (url, token) = (registry.url(), registry.token().to_owned());
    let project = small();
    let published = packages(&project, &url, &token, &["publish"]);
    assert_eq!(
        published.stdout, "@frontage/one@1.0.0: published\n@frontage/two@1.0.0: published\n",
        "{published:#?}"
    );
    assert!(!published.stderr.contains(&token));
    assert_eq!(files_with(project.path(), &token), Vec::<PathBuf>::new());
    assert_eq!(
        files_with(&cache().join("_logs"), &token),
        Vec::<PathBuf>::new()
    );

    let printed = packages(&project, &url, &token, &["login"]);
    assert!(
        printed
            .stdout
            .contains(&format!("@frontage:registry={url}")),
        "{printed:#?}"
    );
    let npmrc = project.path().join("assets/.npmrc");
    fs::write(&npmrc, "fund=false\n").expect("written");
    let written = packages(&project, &url, &token, &["login", "--write"]);
    assert_eq!(
        (written.code, written.stdout.as_str()),
        (Some(0), ""),
        "{written:#?}"
    );
    assert!(
        fs::read_to_string(&npmrc)
            .expect("read")
            .starts_with("fund=false\n@frontage:registry=")
    );
    assert_eq!(files_with(project.path(), &token), [npmrc]);
    let output = tools()
        .npm()
        .arg("whoami")
        .args(["--registry", &url])
        .current_dir(project.path().join("assets"))
        .output();
    let output = output.expect("npm runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "publisher");
}

/// The files below a directory that contain a text.
fn files_with(directory: &Path, text: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
        {
            found.push(path);
        }
    }
    found
}

/// What `npm install` gets is the newest release, whatever was published last.
#[test]
fn a_pre_release_or_an_older_line_is_published_under_a_tag_of_its_own() {
    let registry = registry("30d");
    let (url, token) = (registry.url(), registry.token().to_owned());
    let project = Project::new();
    let write = |path: &str, value: Value| {
        let path = project.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, value.to_string()).expect("written");
    };
    write(
        "assets/package.json",
        json!({"private": true, "workspaces": ["words"]}),
    );
    let publish = |version: &str, more: &[&str]| {
        write(
            "assets/words/package.json",
            json!({"name": "@frontage/words", "version": version}),
        );
        npm(&project.path().join("assets"), &["install"]);
        packages(&project, &url, &token, &[&["publish"], more].concat())
    };
    assert_eq!(publish("2.0.0", &[]).code, Some(0));
    for (version, why) in [
        ("3.0.0-beta.1", "a pre-release"),
        ("1.4.1", "older than 2.0.0"),
    ] {
        let refused = publish(version, &[]);
        assert_eq!(refused.code, Some(1), "{refused:#?}");
        let words = refused
            .stderr
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let told = format!("@frontage/words@{version} ({why}) would become `latest`");
        assert!(
            words.contains(&told) && words.contains("--tag next"),
            "{words}"
        );
        let tagged = publish(version, &["--tag", "next"]);
        assert_eq!(tagged.code, Some(0), "{tagged:#?}");
    }
    let folder = tempfile::tempdir().expect("a directory");
    let npmrc = format!("@frontage:registry={url}\n");
    fs::write(folder.path().join(".npmrc"), npmrc).expect("written");
    npm(folder.path(), &["install", "@frontage/words"]);
    let installed = folder
        .path()
        .join("node_modules/@frontage/words/package.json");
    let installed = fs::read_to_string(installed).expect("installed");
    let installed: Value = serde_json::from_str(&installed).expect("JSON");
    assert_eq!(installed["version"], "2.0.0");
}
