//! The tools of the checks, and a package that Debian omits.

use std::error::Error;
use std::path::{Path, PathBuf};

use local::{ToolSet, Tools, ToolsError};

use crate::command;

/// The tools that only the checks need.
const LINTERS: ToolSet = ToolSet::new("linter", include_str!("../../tools/linters.txt"));

/// moto, and the checker of requests.
const CONFORMANCE: ToolSet =
    ToolSet::new("conformance", include_str!("../../tools/conformance.txt"));

/// moto, and the checker of requests.
pub(crate) fn conformance() -> Result<Tools, ToolsError> {
    install(&CONFORMANCE)
}

/// typos, taplo and shellcheck.
pub(crate) fn linters() -> Result<Tools, ToolsError> {
    install(&LINTERS)
}

/// The emulator and the functions' compiler.
pub(crate) fn local() -> Result<Tools, ToolsError> {
    install(&ToolSet::LOCAL)
}

/// Prints a line of progress.
pub(crate) fn say(line: &str) {
    eprintln!("    {line}");
}

/// The path of Debian's Chromium; `CHROMIUM` names another.
pub(crate) fn chromium() -> Result<PathBuf, Box<dyn Error>> {
    let path = std::env::var_os("CHROMIUM")
        .map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    if path.is_file() || apt_install(&["chromium", "fonts-dejavu-core"]) && path.is_file() {
        return Ok(path);
    }
    Err(format!(
        "there is no Chromium at {}: install it, or set CHROMIUM to its path",
        path.display()
    )
    .into())
}

/// As root on a fresh Debian, the one missing package is installed too.
fn install(set: &ToolSet) -> Result<Tools, ToolsError> {
    match Tools::install_set(set, &mut say) {
        Err(ToolsError::NoVenv) if apt_install(&["python3-venv"]) => {
            Tools::install_set(set, &mut say)
        }
        installed => installed,
    }
}

fn apt_install(packages: &[&str]) -> bool {
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        return false;
    }
    let apt = |arguments: &[&str]| {
        let mut command = command::program("apt-get", arguments);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command::run(&mut command).is_ok()
    };
    apt(&["update", "--quiet"])
        && apt(&[
            &["install", "--yes", "--quiet", "--no-install-recommends"],
            packages,
        ]
        .concat())
}

fn is_root() -> bool {
    let asked = command::program("id", &["-u"]).output();
    asked.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
