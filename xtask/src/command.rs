//! Runs programs for a task: their output is the task's output, their failure the task's failure.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

/// Why a program failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// It ran and failed. Its output has already been shown.
    #[error("`{line}` failed ({status})")]
    Failed { line: String, status: ExitStatus },
    /// It could not be started.
    #[error("`{line}` could not be started")]
    Start { line: String, source: io::Error },
}

/// A program with the repository's root as its directory, and no standard input.
pub(crate) fn program(name: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null());
    command
}

/// The Cargo that runs this task, as if it were called by hand, so all tasks share compiled code.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = program(
        std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        arguments,
    );
    local::forget_outer_cargo(&mut command);
    command
}

/// Prints the command and runs it.
pub(crate) fn run(command: &mut Command) -> Result<(), CommandError> {
    let line = line(command);
    eprintln!("    {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(CommandError::Failed { line, status }),
        Err(source) => Err(CommandError::Start { line, source }),
    }
}

/// Says what runs, runs it, and returns what it wrote. Its errors go to the screen.
pub(crate) fn output(command: &mut Command) -> Result<String, CommandError> {
    let line = line(command);
    eprintln!("    {line}");
    match command.stderr(Stdio::inherit()).output() {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => Err(CommandError::Failed {
            line,
            status: output.status,
        }),
        Err(source) => Err(CommandError::Start { line, source }),
    }
}

/// Whether a program can be run.
pub(crate) fn exists(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    local::workspace_root().unwrap_or_else(|| ".".into())
}

/// Cargo's target directory.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |path| root().join(path))
}

fn line(command: &Command) -> String {
    let name = PathBuf::from(command.get_program());
    let name = name.file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let command = program("/somewhere/cargo", &["fmt", "--check"]);
        assert_eq!(line(&command), "cargo fmt --check");
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = run(&mut program("sh", &["-c", "exit 3"])).map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("`sh -c exit 3` failed (exit status: 3)".to_owned())
        );
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("lambda-src").is_dir());
    }
}
