//! Empty environment variables, which AWS's own tools take for unset and the SDK for values.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Starts the program again without the empty variables of AWS's, if there are any: an empty
/// `AWS_ENDPOINT_URL`, as a CI job may have it, would end the SDK with a panic.
///
/// A process cannot take a variable out of its own environment safely. It is replaced before it did
/// anything, and keeps its id, arguments and files.
///
/// # Errors
/// If the program cannot be started again. Otherwise this returns only if nothing is to be done.
pub(crate) fn start_again_without_empty_ones() -> io::Result<()> {
    let empty: Vec<OsString> = env::vars_os()
        .filter(|(name, value)| value.is_empty() && name.to_string_lossy().starts_with("AWS_"))
        .map(|(name, _)| name)
        .collect();
    if empty.is_empty() {
        return Ok(());
    }
    let mut arguments = env::args_os();
    let mut command = Command::new(env::current_exe()?);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    command.args(arguments);
    for name in empty {
        command.env_remove(name);
    }
    Err(command.exec())
}
