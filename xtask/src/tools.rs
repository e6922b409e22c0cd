//! The tools of the checks, and what Debian leaves out.

use std::path::Path;

use local::{ToolSet, Tools, ToolsError};

use crate::command;

/// What only the checks need.
const LINTERS: ToolSet = ToolSet::new("linter", include_str!("../../tools/linters.txt"));

/// typos, taplo and shellcheck.
pub(crate) fn linters() -> Result<Tools, ToolsError> {
    install(&LINTERS)
}

/// The emulator and what builds the functions.
pub(crate) fn local() -> Result<Tools, ToolsError> {
    install(&ToolSet::LOCAL)
}

/// Prints a line of progress.
pub(crate) fn say(line: &str) {
    eprintln!("    {line}");
}

/// On a fresh Debian with root's rights, the one missing package is installed too.
fn install(set: &ToolSet) -> Result<Tools, ToolsError> {
    match Tools::install_set(set, &mut say) {
        Err(ToolsError::NoVenv) if install_venv() => Tools::install_set(set, &mut say),
        installed => installed,
    }
}

fn install_venv() -> bool {
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        return false;
    }
    let apt = |arguments: &[&str]| {
        let mut command = command::program("apt-get", arguments);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command::run(&mut command).is_ok()
    };
    apt(&["update", "--quiet"]) && apt(&["install", "--yes", "--quiet", "python3-venv"])
}

fn is_root() -> bool {
    let asked = command::program("id", &["-u"]).output();
    asked.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
