//! `cargo xtask dist`: a release.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use dist::{Made, Sources};

use crate::command::{cargo, exists, program, root, run as run_command, target};
use crate::tools;

/// How the program is built, and where the release is put.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How the program is built
    #[arg(long, value_enum, default_value_t = Profile::Release)]
    profile: Profile,
    /// The directory of the release [default: dist, in Cargo's target directory]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A profile of Cargo's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// As the tests build it, for trying a release out
    Dev,
    /// As users get it
    Release,
}

/// Builds the program and makes the release.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| target().join("dist"));
    let made = make(&build(arguments.profile)?, &out)?;
    for file in [&made.archive].into_iter().chain(&made.packages) {
        let size = std::fs::metadata(file)?.len();
        eprintln!("    {} ({} kB)", file.display(), size / 1000);
    }
    eprintln!("    {}", made.checksums.display());
    Ok(())
}

/// Makes a release of the program under test for other tests, and returns its archive.
pub(crate) fn of_tests() -> Result<PathBuf, Box<dyn Error>> {
    let out = target().join("dist-of-tests");
    let program = stripped(&build(Profile::Dev)?, &out)?;
    Ok(make(&program, &out)?.archive)
}

fn make(program: &Path, out: &Path) -> Result<Made, Box<dyn Error>> {
    let tools = tools::local()?;
    let sources = Sources {
        root: &root(),
        program,
        tools: &tools,
    };
    Ok(dist::make(sources, out, &mut tools::say)?)
}

/// A copy of the program without debugging information, which takes a minute to pack. The program itself
/// if this machine has no `strip`.
fn stripped(built: &Path, out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    std::fs::create_dir_all(out)?;
    let copy = out.join("frontage");
    let mut strip = program("strip", &["-o"]);
    let is_stripped = exists(strip.arg(&copy).arg(built));
    Ok(if is_stripped { copy } else { built.to_owned() })
}

/// Builds the program and returns its path.
fn build(profile: Profile) -> Result<PathBuf, Box<dyn Error>> {
    let mut command = match profile {
        // With `cargo build` it would have other features of its libraries than in the tests.
        Profile::Dev => cargo(&[
            "test",
            "--locked",
            "--workspace",
            "--test",
            "system",
            "--no-run",
        ]),
        Profile::Release => cargo(&["build", "--locked", "--release", "--bin", "frontage"]),
    };
    if profile == Profile::Release {
        command.env("CARGO_ENCODED_RUSTFLAGS", local::remapped_paths(&root()));
    }
    run_command(&mut command)?;
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    Ok(target().join(folder).join("frontage"))
}
