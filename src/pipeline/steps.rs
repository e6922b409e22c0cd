//! The script of the steps, run step by step.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use stacks::pipeline::{STEPS, Step};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::checkout::Checkout;
use super::error::{Ended, PipelineError};

/// The script's variables that a caller's environment may have, but that do not concern this run.
const OTHERS: [&str; 8] = [
    "FRONTAGE_CANARY",
    "FRONTAGE_DOMAIN",
    "FRONTAGE_EVERY",
    "FRONTAGE_FOLDER",
    "FRONTAGE_HOLD",
    "FRONTAGE_PREVIEW",
    "FRONTAGE_REGISTRY",
    "FRONTAGE_WATCH",
];

/// The script, and the program that it publishes with, in a directory of their own, which is deleted
/// when this is dropped.
#[derive(Debug)]
pub struct Steps {
    directory: TempDir,
    variables: Vec<(&'static str, OsString)>,
}

impl Steps {
    /// Prepares the steps of a team.
    ///
    /// `program` is the path of the program that publishes, with its first arguments.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub fn prepare(team: &str, program: &[OsString]) -> Result<Self, PipelineError> {
        let directory = tempfile::Builder::new().prefix("frontage-steps-").tempdir();
        let directory = directory.map_err(PipelineError::io(
            "create a directory in",
            std::env::temp_dir(),
        ))?;
        let mut steps = Self {
            variables: Vec::new(),
            directory,
        };
        write(&steps.script(), STEPS.as_bytes(), 0o600)?;
        let path = steps.directory.path().join("frontage");
        write(&path, &command_line(program), 0o700)?;
        steps.set("FRONTAGE", path);
        steps.set("FRONTAGE_TEAM", team);
        Ok(steps)
    }

    /// Sets a variable of the script. The last value counts.
    pub fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.variables.push((name, value.into()));
    }

    /// Runs a step in a checkout, with its output on this program's own. Dropped before the step has
    /// ended, it ends everything that the step has started.
    ///
    /// # Errors
    /// [`PipelineError::Step`] if it fails.
    pub async fn run(&self, step: Step, checkout: &Checkout) -> Result<(), PipelineError> {
        let mut command = Command::new("sh");
        for name in OTHERS {
            command.env_remove(name);
        }
        command
            .arg(self.script())
            .arg(step.name())
            .current_dir(checkout.directory())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .process_group(0);
        let mut child = command.spawn().map_err(PipelineError::io("run", "sh"))?;
        let mut group = Group::of(&child);
        let status = child.wait().await;
        group.0 = None;
        let status = status.map_err(PipelineError::io("wait for", "sh"))?;
        if status.success() {
            return Ok(());
        }
        let status = Ended(status);
        Err(PipelineError::Step { step, status })
    }

    fn script(&self) -> PathBuf {
        self.directory.path().join("steps.sh")
    }
}

/// The programs of a step, which are ended when this is dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // It may have ended by itself.
            let _ = kill_process_group(leader, Signal::TERM);
        }
    }
}

/// A script that runs a program with these arguments, followed by its own.
fn command_line(words: &[OsString]) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    let mut text = b"#!/bin/sh\nexec".to_vec();
    for word in words {
        text.extend_from_slice(b" '");
        for byte in word.as_bytes() {
            match byte {
                b'\'' => text.extend_from_slice(br"'\''"),
                other => text.push(*other),
            }
        }
        text.push(b'\'');
    }
    text.extend_from_slice(b" \"$@\"\n");
    text
}

fn write(path: &Path, text: &[u8], mode: u32) -> Result<(), PipelineError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    let written = options.open(path).and_then(|mut file| {
        use std::io::Write as _;
        file.write_all(text)
    });
    written.map_err(PipelineError::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        let words = ["printf", "%s|", "it's", "a  b", "$HOME", "*"].map(OsString::from);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("script");
        write(&path, &command_line(&words), 0o700).unwrap();
        let output = std::process::Command::new("sh")
            .arg(&path)
            .arg("more\" of it")
            .output()
            .unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output, "it's|a  b|$HOME|*|more\" of it|");
    }
}
