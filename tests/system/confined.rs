//! The scripts of projects and packages, which do not see the keys of the person who publishes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use local::{Registry, Tools};
use serde_json::{Value, json};

use crate::support::cli::{Ended, Project};

/// The value of every variable with credentials.
const SECRET: &str = "TheSecretOfTheDeployer";

fn tools() -> Tools {
    Tools::install(&mut |line| eprintln!("{line}")).expect("the tools install")
}

/// A workspace with an application, a package to publish, and two dependencies that nobody here has
/// written. Each of their scripts writes its environment into a file.
struct Spied<'p> {
    project: &'p Project,
    workspace: PathBuf,
    seen: PathBuf,
}

impl<'p> Spied<'p> {
    fn new(project: &'p Project) -> Self {
        let spied = Self {
            project,
            workspace: project.path().join("work"),
            seen: project.path().join("seen"),
        };
        fs::create_dir_all(&spied.seen).expect("made");
        let on_install = ["preinstall", "install", "postinstall", "prepare"];
        let foreign = |name: &str| {
            let scripts = spied.scripts(name, &on_install);
            json!({"name": name, "version": "1.0.0", "scripts": scripts})
        };
        spied.package("linked", &foreign("linked"));
        spied.package("packed", &foreign("packed"));
        spied.npm(&["pack", "--ignore-scripts", "./packed"]);
        let builds = spied.scripts("app", &["prebuild", "build"]);
        spied.package(
            "app",
            &json!({"name": "app", "private": true, "scripts": builds}),
        );
        let all = [
            "build",
            "prepare",
            "prepack",
            "postpack",
            "prepublishOnly",
            "publish",
        ];
        let of_lib = spied.scripts("lib", &all);
        let lib = json!({"name": "@frontage/lib", "version": "1.0.0", "scripts": of_lib});
        spied.package("lib", &lib);
        spied.describe(&json!({}));
        spied.npm(&["install", "--package-lock-only", "--ignore-scripts"]);
        for (file, text) in [
            ("frontage.json", r#"{"entry": "assets/main-0a1b2c3d.js"}"#),
            ("assets/main-0a1b2c3d.js", "export default {}"),
        ] {
            let path = spied.workspace.join("app/dist").join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, text).expect("written");
        }
        // Of packing the package.
        fs::remove_file(spied.seen.join("packed prepare")).expect("removed");
        spied
    }

    /// The workspace's own description.
    fn describe(&self, allow: &Value) {
        let dependencies = json!({"packed": "file:packed-1.0.0.tgz", "linked": "file:linked"});
        let own = self.scripts("own", &["postinstall"]);
        let root = json!({"name": "all", "private": true, "workspaces": ["app", "lib"],
            "dependencies": dependencies, "scripts": own, "allowScripts": allow});
        self.package("", &root);
    }

    fn scripts(&self, package: &str, names: &[&str]) -> Value {
        let script = |name: &&str| {
            let file = self.seen.join(format!("{package} {name}"));
            (
                (*name).to_owned(),
                json!(format!("env >'{}'", file.display())),
            )
        };
        names
            .iter()
            .map(script)
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn package(&self, folder: &str, description: &Value) {
        let folder = self.workspace.join(folder);
        fs::create_dir_all(&folder).expect("made");
        fs::write(folder.join("package.json"), description.to_string()).expect("written");
    }

    fn npm(&self, arguments: &[&str]) {
        let mut npm = tools().npm();
        let npm = npm.args(arguments).current_dir(&self.workspace);
        let output = npm.stdin(Stdio::null()).output().expect("npm runs");
        assert!(output.status.success(), "npm {arguments:?}: {output:?}");
    }

    /// The program, run by a person with many credentials.
    fn frontage(&self, arguments: &[&str]) -> Ended {
        let mut command = self.project.command(arguments);
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "NODE_AUTH_TOKEN",
            "NPM_TOKEN",
            "GITHUB_TOKEN",
        ] {
            command.env(name, SECRET);
        }
        let ended: Ended = command.output().expect("the program runs").into();
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        ended
    }

    /// The scripts that ran, none of which saw a credential.
    fn ran(&self) -> BTreeSet<String> {
        let files = fs::read_dir(&self.seen).expect("listed");
        let ran = files.map(|file| {
            let path = file.expect("a file").path();
            let text = fs::read_to_string(&path).expect("read");
            for hidden in [SECRET, "AWS_", "_TOKEN"] {
                assert!(!text.contains(hidden), "{}: {text}", path.display());
            }
            assert!(text.contains("PATH="), "{text}");
            fs::remove_file(&path).expect("removed");
            name(&path)
        });
        ran.collect()
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().expect("a name");
    name.to_string_lossy().into_owned()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn no_script_sees_the_keys_of_a_release() {
    let project = Project::described("[shell]\n[teams.app]\nsource = \"work/app\"\n");
    project.ok(&["apply", "--yes", "--stack", "edge", "--stack", "team/app"]);
    let spied = Spied::new(&project);
    let ended = spied.frontage(&["release", "publish", "app"]);
    assert_eq!(
        spied.ran(),
        set([
            "app build",
            "app prebuild",
            "lib prepare",
            "own postinstall"
        ])
    );
    let advice = "the install scripts of these packages did not run: packed; if the build needs one, \
                  write \"allowScripts\": {\"packed\": true} into";
    assert!(ended.stderr.contains(advice), "{ended:#?}");

    spied.describe(&json!({"packed@1.0.0": true, "linked": false}));
    let ended = spied.frontage(&["release", "publish", "app"]);
    let ran = spied.ran();
    assert!(ran.contains("packed postinstall"), "{ran:?} {ended:#?}");
    assert!(
        !ran.iter().any(|script| script.starts_with("linked")),
        "{ran:?}"
    );
    assert!(!ended.stderr.contains("did not run"), "{ended:#?}");
}

#[test]
fn no_script_sees_the_token_of_a_registry() {
    let scopes = ["@frontage".to_owned()];
    let registry = Registry::start(&tools(), &scopes, "30d", &mut |line| eprintln!("{line}"));
    let registry = registry.expect("the registry starts");
    let project = Project::new();
    let spied = Spied::new(&project);
    let url = registry.url();
    let arguments = ["packages", "publish", "--dir", "work", "--registry", &url];
    let mut command = project.command(&arguments);
    let command = command.env("NODE_AUTH_TOKEN", registry.token());
    let ended: Ended = command
        .env("GITHUB_TOKEN", SECRET)
        .output()
        .expect("runs")
        .into();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(ended.stdout.contains("@frontage/lib@1.0.0"), "{ended:#?}");
    assert_eq!(
        spied.ran(),
        set(["lib build", "lib prepare", "own postinstall"])
    );
}
