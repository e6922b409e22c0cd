//! The program as npm packages, in the way that esbuild and Biome ship theirs: `@frontage/cli` has a
//! launcher in JavaScript, and one optional dependency per platform, which has the program. npm installs
//! the one whose `os`, `cpu` and `libc` are the machine's.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::files::{FileError, failed};

/// The scope of the packages.
pub const CLI_SCOPE: &str = "@frontage";

const LAUNCHER: &str = include_str!("frontage.js");

/// The files and folders of a release that belong to the program; the others, such as the pages of the
/// manual, have no place in an npm package.
const PARTS: [&str; 7] = [
    "frontage",
    "functions",
    "shell",
    "licences",
    "sbom.cdx.json",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];

/// The platform of this program, as npm's packages name it: `linux-x64`.
#[must_use]
pub fn platform() -> String {
    format!("{}-{}", os(), cpu())
}

/// Node's name of the operating system: `process.platform`.
const fn os() -> &'static str {
    if cfg!(target_os = "macos") {
        "darwin"
    } else {
        std::env::consts::OS
    }
}

/// Node's name of the processor: `process.arch`.
const fn cpu() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "arm64"
    } else if cfg!(target_arch = "x86_64") {
        "x64"
    } else {
        std::env::consts::ARCH
    }
}

/// Lays the packages out as an npm workspace in a new directory: `packages/cli` and
/// `packages/cli-PLATFORM`, with what is in the directory of a released program. The same program gives
/// the same packages.
///
/// # Errors
/// If a file cannot be read or written, or the program has no functions beside it.
pub fn lay_out(release: &Path, version: &str, into: &Path) -> Result<(), FileError> {
    let root = json!({"private": true, "workspaces": ["packages/*"]});
    let packages = into.join("packages");
    let launcher = packages.join("cli");
    let program = packages.join(format!("cli-{}", platform()));
    for folder in [&launcher.join("bin"), &program] {
        fs::create_dir_all(folder).map_err(failed("create", folder))?;
    }
    write_json(&into.join("package.json"), &root)?;
    write_json(&launcher.join("package.json"), &launcher_json(version))?;
    write_json(&program.join("package.json"), &program_json(version))?;
    let script = launcher.join("bin/frontage.js");
    fs::write(&script, LAUNCHER).map_err(failed("write", &script))?;
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&script, executable).map_err(failed("change", &script))?;
    for part in PARTS {
        copy(&release.join(part), &program.join(part))?;
        if part.starts_with("LICENSE") {
            copy(&release.join(part), &launcher.join(part))?;
        }
    }
    Ok(())
}

fn launcher_json(version: &str) -> Value {
    let program = format!("{CLI_SCOPE}/cli-{}", platform());
    json!({
        "name": format!("{CLI_SCOPE}/cli"),
        "version": version,
        "description": "Creates, maintains and tears down a front-end platform on AWS",
        "license": "MIT OR Apache-2.0",
        "bin": {"frontage": "bin/frontage.js"},
        "engines": {"node": ">=18"},
        "optionalDependencies": {program: version},
    })
}

fn program_json(version: &str) -> Value {
    let mut described = json!({
        "name": format!("{CLI_SCOPE}/cli-{}", platform()),
        "version": version,
        "description": format!("The program of {CLI_SCOPE}/cli for {}", platform()),
        "license": "MIT OR Apache-2.0",
        "os": [os()],
        "cpu": [cpu()],
        // A program cannot be run from within an archive.
        "preferUnplugged": true,
    });
    if cfg!(target_env = "gnu") {
        described["libc"] = json!(["glibc"]);
    }
    described
}

fn write_json(path: &Path, value: &Value) -> Result<(), FileError> {
    fs::write(path, format!("{value:#}\n")).map_err(failed("write", path))
}

/// Copies a file or a folder.
fn copy(from: &Path, to: &Path) -> Result<(), FileError> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).map_err(failed("copy", from));
    }
    fs::create_dir_all(to).map_err(failed("create", to))?;
    for entry in fs::read_dir(from).map_err(failed("list", from))? {
        let name = entry.map_err(failed("list", from))?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}
