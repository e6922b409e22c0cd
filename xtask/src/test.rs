//! `cargo xtask test`: every check, from the quickest to the slowest.

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::ValueEnum;
use local::{Architecture, Frontend, Functions, Tools};

use crate::command::{cargo, exists, program, root, run as run_command, target};
use crate::{boundaries, conformance, dist, tools};

type Checked = Result<(), Box<dyn Error>>;

/// Which checks to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The checks to run [default: all]
    #[arg(value_name = "CHECK")]
    checks: Vec<Check>,
}

/// The checks, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Check {
    /// Rust is formatted (cargo fmt)
    Format,
    /// Spelling is correct (typos)
    Spelling,
    /// TOML is formatted (taplo)
    Toml,
    /// Shell scripts are sound (shellcheck)
    Shell,
    /// Crates depend on no more than they may; nothing for the compiler or Clippy to warn about
    Lints,
    /// Dependencies have accepted licences and sources (cargo deny, if it is installed)
    Licences,
    /// The front-ends' types, lint, format, unit tests and sizes (npm)
    FrontEnds,
    /// The Lambda functions build for deployment
    Functions,
    /// The tests pass, and every request matches its service's model (cargo test)
    Tests,
    /// The drivers on a second emulator, with every request checked (moto)
    Moto,
    /// The whole system in a real browser (Playwright, Chromium)
    Browser,
}

/// Runs the checks, and stops at the first that fails.
pub(crate) fn run(arguments: &Arguments) -> Checked {
    let started = Instant::now();
    let all = Check::value_variants();
    let wanted = |check: &&Check| arguments.checks.is_empty() || arguments.checks.contains(check);
    for check in all.iter().filter(wanted) {
        eprintln!("==> {}", check.title());
        let begun = Instant::now();
        check.run()?;
        eprintln!("    ok ({:.1} s)", begun.elapsed().as_secs_f64());
    }
    eprintln!(
        "==> all checks passed in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

impl Check {
    fn title(self) -> String {
        let value = self.to_possible_value();
        let help = value.as_ref().and_then(|value| value.get_help());
        help.map_or_else(|| format!("{self:?}"), ToString::to_string)
    }

    fn run(self) -> Checked {
        match self {
            Self::Format => Ok(run_command(&mut cargo(&["fmt", "--all", "--check"]))?),
            Self::Spelling => linter("typos", &[]),
            Self::Toml => linter("taplo", &["fmt", "--check"]),
            Self::Shell => linter(
                "shellcheck",
                &[
                    ".ci/run",
                    "crates/local/src/server/supervise.sh",
                    "stacks/src/pipeline/steps.sh",
                ],
            ),
            Self::Lints => lints(),
            Self::Licences => licences(),
            Self::FrontEnds => front_ends(),
            Self::Functions => functions(),
            Self::Tests => tests(),
            Self::Moto => {
                conformance::run(&conformance::Arguments::only(conformance::Emulator::Moto))
            }
            Self::Browser => browser(),
        }
    }
}

fn linter(name: &str, arguments: &[&str]) -> Checked {
    let path = tools::linters()?.bin(name);
    // Otherwise taplo reports every file.
    Ok(run_command(
        program(path, arguments).env("RUST_LOG", "warn"),
    )?)
}

fn lints() -> Checked {
    boundaries::check()?;
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    Ok(run_command(&mut cargo(&clippy))?)
}

fn licences() -> Checked {
    if !exists(&mut cargo(&["deny", "--version"])) {
        eprintln!("    skipped: cargo-deny is not installed");
        return Ok(());
    }
    Ok(run_command(&mut cargo(&[
        "deny", "check", "licenses", "bans", "sources",
    ]))?)
}

/// The tests on an emulator wait more than they compute, so even a few cores run many of them at
/// once.
fn tests() -> Checked {
    let threads = std::thread::available_parallelism()
        .map_or(8, |cores| cores.get().max(8))
        .to_string();
    let mut command = cargo(&["test", "--workspace", "--locked"]);
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        command.env("RUST_TEST_THREADS", threads);
    }
    let requests = conformance::Requests::new("tests")?;
    run_command(requests.of(&mut command))?;
    requests.check().map(drop)
}

fn front_ends() -> Checked {
    let shell = Frontend::in_folder(&root().join("assets/shell"))?;
    let tools = tools::local()?;
    for script in ["check", "test"] {
        run_command(&mut npm(&tools, &shell, &["run", script])?)?;
    }
    shell.build(&tools, &mut tools::say)?;
    Ok(run_command(&mut npm(
        &tools,
        &shell,
        &["run", "size", "--workspace", "shell"],
    )?)?)
}

/// The program under test is the one that the tests have built: `cargo build` would choose other
/// features of its libraries. The pipelines' tests have it from the archive of a release.
fn browser() -> Checked {
    let chromium = tools::chromium()?;
    let archive = dist::of_tests()?;
    let tools = tools::local()?;
    let shell = Frontend::in_folder(&root().join("assets/shell"))?;
    // The operators' page alone first: it needs the built shell, and no system.
    shell.build(&tools, &mut tools::say)?;
    let mut operators = npm(&tools, &shell, &["run", "operators", "--workspace", "e2e"])?;
    run_command(operators.env("CHROMIUM", &chromium))?;
    let mut command = npm(&tools, &shell, &["run", "e2e", "--workspace", "e2e"])?;
    Ok(run_command(
        command
            .env("CHROMIUM", chromium)
            .env("FRONTAGE", target().join("debug/frontage"))
            .env("FRONTAGE_ARCHIVE", archive),
    )?)
}

/// npm in a front-end's workspace, whose dependencies are installed.
fn npm(tools: &Tools, front_end: &Frontend, arguments: &[&str]) -> Result<Command, Box<dyn Error>> {
    let workspace = front_end.install_packages(tools, &mut tools::say)?;
    let mut command = tools.npm();
    // These are the project's own tests, and some read variables.
    let variables = std::env::vars_os().filter(|(name, _)| name != "PATH");
    command
        .envs(variables)
        .args(arguments)
        .arg("--silent")
        .current_dir(workspace)
        .stdin(Stdio::null());
    Ok(command)
}

fn functions() -> Checked {
    let tools = tools::local()?;
    let architecture = Architecture::of_this_machine();
    for function in &Functions::build(&tools, &root(), architecture, &mut tools::say)? {
        let size = std::fs::metadata(&function.path)?.len();
        eprintln!(
            "    {}: {} kB, SHA-256 {}",
            function.name,
            size / 1000,
            function.code_sha256
        );
    }
    Ok(())
}
