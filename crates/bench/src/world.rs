//! A system on its own emulator.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use local::{Architecture, Functions, MiniStack, MiniStackOptions, Tools};
use serde_json::Value;
use tempfile::TempDir;

use crate::aws::{ACCESS_KEY, REGION};
use crate::outcome::Outcome;

/// An emulator, the program, and a description.
#[derive(Debug)]
pub(crate) struct World {
    emulator: MiniStack,
    directory: TempDir,
    program: PathBuf,
}

impl World {
    /// Starts an emulator and applies a system to it.
    pub(crate) fn start() -> Outcome<Self> {
        let tools = Tools::install(&mut progress)?;
        functions(&tools)?;
        let emulator = MiniStack::start(&tools, &MiniStackOptions::default())?;
        let directory = tempfile::tempdir()?;
        std::fs::write(
            directory.path().join("frontage.toml"),
            format!("name = \"acme\"\nregion = \"{REGION}\"\n"),
        )?;
        let world = Self {
            emulator,
            directory,
            program: beside_this_program("frontage")?,
        };
        world.run(&["apply", "--yes"])?;
        Ok(world)
    }

    /// The emulator's endpoint.
    pub(crate) fn endpoint(&self) -> String {
        self.emulator.endpoint()
    }

    /// The program, against an endpoint.
    pub(crate) fn frontage(&self, endpoint: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("HOME", self.directory.path())
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_ENDPOINT_URL", endpoint)
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end, and requires success.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome<Output> {
        let output = self.frontage(&self.endpoint(), arguments).output()?;
        if output.status.success() {
            return Ok(output);
        }
        Err(format!(
            "frontage {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        )
        .into())
    }

    /// An output of the toggle stack.
    pub(crate) fn output(&self, name: &str) -> Outcome<String> {
        let outputs: Value =
            serde_json::from_slice(&self.run(&["outputs", "--format", "json"])?.stdout)?;
        Ok(outputs["toggles"][name]
            .as_str()
            .ok_or_else(|| format!("no output {name}"))?
            .to_owned())
    }
}

/// The functions' packages, built if they are missing.
pub(crate) fn functions(tools: &Tools) -> Outcome<Functions> {
    let root = local::workspace_root().ok_or("not in a source tree")?;
    Ok(Functions::build(
        tools,
        &root,
        Architecture::of_this_machine(),
        &mut progress,
    )?)
}

/// Prints a line of progress.
pub(crate) fn progress(line: &str) {
    eprintln!("    {line}");
}

/// A program that was built together with this one.
pub(crate) fn beside_this_program(name: &str) -> Outcome<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("{} is missing: run cargo xtask bench", path.display()).into())
    }
}
