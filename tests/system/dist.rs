//! A release as users get it: unpacked or installed where there is nothing but it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use dist::{Made, Sources};
use local::{Registry, Tools};
use serde_json::Value;
use tempfile::TempDir;

use crate::buildspec::LINTERS;
use crate::by_name::build;
use crate::support::cli::{Ended, Project};

fn tools() -> Tools {
    Tools::install(&mut |line| eprintln!("{line}")).expect("the tools install")
}

/// The program under test, without its debugging information where there is a `strip`: a release has none
/// either, and packing it takes a minute.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = Path::new(env!("CARGO_BIN_EXE_frontage"));
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stripped");
        fs::create_dir_all(&directory).expect("made");
        let stripped = directory.join("frontage");
        let strip = Command::new("strip")
            .arg("-o")
            .args([&stripped, program])
            .status();
        match strip {
            Ok(ended) if ended.success() => stripped,
            _ => program.to_owned(),
        }
    })
}

/// Makes a release of the program under test, in a directory of this name.
fn make(name: &str) -> Made {
    let sources = Sources {
        root: Path::new(env!("CARGO_MANIFEST_DIR")),
        program: program(),
        tools: &tools(),
    };
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    dist::make(sources, &out, &mut |line| eprintln!("{line}")).expect("a release")
}

/// The release that all of these tests use.
fn release() -> &'static Made {
    static RELEASE: OnceLock<Made> = OnceLock::new();
    RELEASE.get_or_init(|| {
        // The functions are built.
        drop(Project::new());
        make("dist")
    })
}

/// A release in a directory, with nothing else: no Cargo, no source tree, no program on the path.
struct Unpacked {
    project: Project,
    directory: TempDir,
}

impl Unpacked {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        dist::unpack(&release().archive, directory.path()).expect("unpacked");
        for name in ["empty", "work", "team"] {
            fs::create_dir(directory.path().join(name)).expect("made");
        }
        let project = Project::new();
        Self { project, directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The directory that the archive contains.
    fn release(&self) -> PathBuf {
        self.path(&format!("frontage-{}-{}", dist::VERSION, dist::target()))
    }

    /// The program with these arguments, in a directory.
    fn command(&self, directory: &str, arguments: &[&str]) -> Command {
        let command = Command::new(self.release().join("frontage"));
        let mut command = self.project.prepared(command, arguments);
        let of_cargo = |name: &str| name.starts_with("CARGO") || name.starts_with("RUST");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_cargo))
        {
            command.env_remove(name);
        }
        command
            .current_dir(self.path(directory))
            .env("PATH", self.path("empty"))
            .env("AWS_REGION", &self.project.world.region);
        command
    }

    fn run(&self, directory: &str, arguments: &[&str]) -> Ended {
        let output = self.command(directory, arguments).output();
        output.expect("the program runs").into()
    }

    fn ok(&self, directory: &str, arguments: &[&str]) -> Ended {
        let ended = self.run(directory, arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        ended
    }
}

/// Checks a bill of materials against `CycloneDX`'s own schema, which is in its library for Python.
fn checked_bill(bill: &Value) -> Output {
    let linters = Tools::install_set(&LINTERS, &mut |line| eprintln!("{line}"));
    let linters = linters.expect("the linters install");
    let place = "import cyclonedx.schema._res as schemas; print(schemas.__path__[0], end='')";
    let place = Command::new(linters.bin("python3"))
        .args(["-c", place])
        .output()
        .expect("it runs");
    assert!(place.status.success(), "{place:?}");
    let place = String::from_utf8(place.stdout).expect("UTF-8");
    let version = bill["specVersion"].as_str().expect("a version");
    let schema = format!("{place}/bom-{version}.SNAPSHOT.schema.json");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("sbom.cdx.json");
    fs::write(&file, bill.to_string()).expect("written");
    // It refers to schemas beside it, of licences and of signatures.
    Command::new(linters.bin("check-jsonschema"))
        .args(["--schemafile", &schema])
        .args(["--base-uri", &format!("file://{schema}")])
        .arg(file)
        .output()
        .expect("it runs")
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let sums = |made: &Made| fs::read_to_string(&made.checksums).expect("checksums");
    let one = sums(release());
    let again = make("dist-again");
    assert_eq!(one, sums(&again));
    for file in [&again.archive, &again.checksums]
        .into_iter()
        .chain(&again.packages)
    {
        fs::remove_file(file).expect("removed");
    }
    let names: Vec<_> = one
        .lines()
        .filter_map(|line| line.split_once("  "))
        .collect();
    let names: Vec<_> = names.iter().map(|(_, name)| *name).collect();
    let (version, target) = (dist::VERSION, dist::target());
    let platform = local::npm_platform();
    assert_eq!(
        names,
        [
            format!("frontage-{version}-{target}.tar.gz"),
            format!("frontage-cli-{version}.tgz"),
            format!("frontage-cli-{platform}-{version}.tgz"),
        ]
    );
}

#[test]
fn an_archive_is_complete() {
    let unpacked = Unpacked::new();
    let release = unpacked.release();
    for path in [
        "LICENSE-MIT",
        "completions/_frontage",
        "completions/frontage.bash",
        "completions/frontage.fish",
        "functions/functions.json",
        "functions/toggle-message.zip",
        "licences/index.txt",
        "man/man1/frontage.1",
        "man/man1/frontage-release-publish.1",
        "shell/index.html",
        "templates/stock/.gitignore",
        "templates/stock/src/main.ts",
    ] {
        assert!(release.join(path).is_file(), "{path}");
    }
    let bill = fs::read(release.join("sbom.cdx.json")).expect("a bill of materials");
    let mut bill: Value = serde_json::from_slice(&bill).expect("JSON");
    let checked = checked_bill(&bill);
    assert!(checked.status.success(), "{checked:?}");
    let components = bill["components"].as_array().expect("components");
    let names: Vec<_> = components
        .iter()
        .map(|of| of["name"].as_str().unwrap_or_default())
        .collect();
    for name in ["tokio", "lambda_runtime", "oidc-client-ts"] {
        assert!(names.contains(&name), "{name}");
    }
    bill["components"][0]["licence"] = "MIT".into();
    let refused = checked_bill(&bill);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    // As users check it.
    let checked = Command::new("sha256sum")
        .args(["--check", "--strict", "--quiet", "SHA256SUMS"])
        .current_dir(&release)
        .output()
        .expect("sha256sum runs");
    assert!(checked.status.success(), "{checked:?}");
}

/// A copy of a template is an application in a repository of its own.
#[test]
fn a_template_names_nothing_outside_of_its_folder() {
    let unpacked = Unpacked::new();
    let templates = unpacked.release().join("templates");
    let mut names = Vec::new();
    for entry in fs::read_dir(&templates).expect("listed") {
        let template = entry.expect("an entry").path();
        let name = template.file_name().expect("a name").to_string_lossy();
        names.push(name.into_owned());
        let read = |file: &str| -> Value {
            let text = fs::read(template.join(file)).expect("a file of the template");
            serde_json::from_slice(&text).expect("JSON")
        };
        let configuration = read("tsconfig.json");
        assert_eq!(configuration["extends"], Value::Null, "{names:?}");
        let package = read("package.json");
        for step in ["check", "test", "build"] {
            assert!(package["scripts"][step].is_string(), "{names:?}: {step}");
        }
        for kind in ["dependencies", "devDependencies"] {
            for (of, version) in package[kind].as_object().expect("dependencies") {
                let version = version.as_str().expect("a version");
                let version = version.trim_start_matches('^');
                assert_eq!(version.split('.').count(), 3, "{names:?}: {of} {version}");
            }
        }
        let ignored = fs::read_to_string(template.join(".gitignore")).expect("a file");
        for path in ["node_modules/", "dist/", ".npmrc"] {
            assert!(
                ignored.lines().any(|line| line == path),
                "{names:?}: {path}"
            );
        }
        for absent in ["node_modules", "dist", "package-lock.json"] {
            assert!(!template.join(absent).exists(), "{names:?}: {absent}");
        }
    }
    names.sort();
    assert_eq!(names, ["billing", "profile", "shipping", "stock"]);
}

/// The whole life of a system, by the program from the archive.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_of_an_archive_needs_nothing_else() {
    let unpacked = Unpacked::new();
    let version = unpacked.ok("empty", &["--version"]).stdout;
    assert_eq!(version.trim(), format!("frontage {}", dist::VERSION));
    unpacked.ok("work", &["init", "acme"]);
    let description = unpacked.path("work/frontage.toml");
    let text = fs::read_to_string(&description).expect("written by init");
    fs::write(&description, text + "\n[shell]\n[teams.shipping]\n").expect("written");
    unpacked.ok("work", &["validate"]);
    let plan = unpacked.run("work", &["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(2), "{plan:#?}");
    unpacked.ok("work", &["apply", "--yes"]);
    unpacked.ok("work", &["plan", "--detailed-exitcode"]);

    // In the team's own repository.
    let dist = build(&unpacked.path("team/dist"), "from an archive");
    let named = ["--system", "acme"];
    let publish =
        |of: &[&str]| unpacked.ok("team", &[&["release", "publish"], of, &named].concat());
    publish(&["shipping", "--dir", &dist]);
    // The one beside the program.
    publish(&["shell"]);
    for application in ["shipping", "shell"] {
        let list = ["release", "list", application, "--format", "json"];
        let listed = unpacked.ok("team", &[&list, &named[..]].concat()).json();
        assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed:#}");
    }
    unpacked.ok(
        "team",
        &[&["toggles", "set", "1", "on"], &named[..]].concat(),
    );
    unpacked.ok("work", &["plan", "--detailed-exitcode"]);
    unpacked.ok("work", &["destroy", "--yes", "--delete-data"]);
    let world = &unpacked.project.world;
    assert_eq!(world.listing().await, Vec::<String>::new());
    let left = fs::read_dir(unpacked.path("empty")).expect("listed");
    assert_eq!(left.count(), 0, "nothing is written where it runs");
}

/// npm without a cache of its own, in a directory.
fn npm(program: &str, directory: &Path, arguments: &[&str]) -> Ended {
    let tools = tools();
    let mut command = Command::new(tools.bin(program));
    command
        .args(arguments)
        .current_dir(directory)
        .env("PATH", tools.path_variable())
        .env("HOME", directory)
        .env("npm_config_update_notifier", "false");
    let ended: Ended = command.output().expect("it runs").into();
    assert_eq!(ended.code, Some(0), "{program} {arguments:?}: {ended:#?}");
    ended
}

#[test]
fn npm_installs_the_program() {
    let directory = tempfile::tempdir().expect("a directory");
    let packages = release().packages.iter();
    let packages: Vec<_> = packages.map(|path| path.display().to_string()).collect();
    fs::write(directory.path().join("package.json"), "{}").expect("written");
    let install = ["install", "--offline", "--no-audit", "--no-fund"];
    let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
    npm("npm", directory.path(), &[&install, &packages[..]].concat());
    let version = npm("npx", directory.path(), &["frontage", "--version"]);
    assert_eq!(version.stdout.trim(), format!("frontage {}", dist::VERSION));
}

/// The launcher ends as the program does, and says what is missing.
#[test]
fn a_launcher_ends_as_the_program_does() {
    let directory = tempfile::tempdir().expect("a directory");
    let launcher = directory.path().join("node_modules/@frontage/cli/bin");
    fs::create_dir_all(&launcher).expect("made");
    let script = launcher.join("frontage.js");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/local/src/npm/frontage.js");
    fs::copy(source, &script).expect("copied");
    let run = |arguments: &[&str]| -> Ended {
        let mut command = tools().node();
        command.arg(&script).args(arguments);
        command.output().expect("node runs").into()
    };
    let absent = run(&["--version"]);
    assert_eq!(absent.code, Some(1), "{absent:#?}");
    let package = format!("@frontage/cli-{}", local::npm_platform());
    assert!(absent.stderr.contains(&package), "{absent:#?}");

    let program = directory.path().join("node_modules").join(package);
    fs::create_dir_all(&program).expect("made");
    std::os::unix::fs::symlink("/bin/sh", program.join("frontage")).expect("linked");
    assert_eq!(run(&["-c", "exit 3"]).code, Some(3));
    assert_eq!(run(&["-c", "kill -TERM $$"]).code, Some(128 + 15));
}

#[test]
fn the_program_is_published_for_the_teams() {
    let unpacked = Unpacked::new();
    let scopes = [local::CLI_SCOPE.to_owned()];
    let registry = Registry::start(&tools(), &scopes, "30d", &mut |line| eprintln!("{line}"));
    let registry = registry.expect("the registry starts");
    // npm is one of the program's tools, which are here already.
    let cache = unpacked.path("cache");
    fs::create_dir(&cache).expect("made");
    let bin = tools().bin_dir();
    let installed = bin
        .parent()
        .and_then(Path::parent)
        .expect("the tools' directory");
    std::os::unix::fs::symlink(installed, cache.join("frontage")).expect("linked");
    let url = registry.url();
    let publish = || -> Ended {
        let arguments = ["packages", "publish", "--cli", "--registry", &url];
        let mut command = unpacked.command("empty", &arguments);
        command
            .env("NODE_AUTH_TOKEN", registry.token())
            .env("XDG_CACHE_HOME", &cache)
            .env("npm_config_cache", unpacked.path("npm"));
        command.output().expect("the program runs").into()
    };
    let (version, platform) = (dist::VERSION, local::npm_platform());
    let first = publish();
    assert_eq!(
        first.stdout,
        format!(
            "@frontage/cli-{platform}@{version}: published\n@frontage/cli@{version}: published\n"
        ),
        "{first:#?}"
    );
    let again = publish();
    assert!(
        again.stdout.contains("already"),
        "the same is not published again: {again:#?}"
    );

    // As a team gets it.
    let team = unpacked.path("team");
    fs::write(team.join(".npmrc"), format!("@frontage:registry={url}\n")).expect("written");
    let run = npm("npx", &team, &["--yes", "@frontage/cli", "--version"]);
    assert_eq!(run.stdout.trim(), format!("frontage {version}"));

    let unreleased = Project::new();
    let refused = unreleased.fails(&["packages", "publish", "--cli", "--registry", &url]);
    assert!(
        refused.stderr.contains("not the program of a release"),
        "{refused:#?}"
    );
}
