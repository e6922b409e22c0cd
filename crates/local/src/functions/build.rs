//! Compiles the functions with `cargo-lambda`.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use toggle_contract::NAMES;

use super::{Architecture, FunctionsError};
use crate::confined;
use crate::files::failed;
use crate::process;
use crate::source::target_directory;
use crate::tools::Tools;

/// The C library of Lambda's `provided.al2023`. Zig links against exactly this version, whatever
/// this machine's own is.
const GLIBC: &str = "2.34";

/// The separator of flags in `CARGO_ENCODED_RUSTFLAGS`, so that a path may contain a space.
const FLAG_SEPARATOR: &str = "\u{1f}";

/// Writes `NAME/bootstrap` for each function into a directory.
pub(super) fn compile(
    tools: &Tools,
    workspace_root: &Path,
    compiled: &Path,
    architecture: Architecture,
    progress: &mut dyn FnMut(&str),
) -> Result<(), FunctionsError> {
    progress(&format!("building the functions for {architecture}"));
    let program = tools.bin("cargo-lambda");
    let target = format!("{}.{GLIBC}", architecture.target());
    let mut command = confined::command(&program);
    command
        .args([
            "lambda",
            "build",
            "--locked",
            "--profile",
            "lambda",
            "--target",
            &target,
        ])
        // Its own check would install a missing target without asking.
        .arg("--skip-target-check")
        .arg("--lambda-dir")
        .arg(compiled)
        .args(NAMES.into_iter().flat_map(|name| ["--package", name]))
        .current_dir(workspace_root)
        // cargo-lambda finds Zig as a module of the first python3 on the path.
        .env("PATH", tools.path_variable())
        .env("CARGO_ENCODED_RUSTFLAGS", remapped_paths(workspace_root))
        .stdin(Stdio::null());
    process::forget_outer_cargo(&mut command);
    let ended = process::run(&mut command, &mut |line| progress(line.trim_start()))
        .map_err(failed("run", &program))?;
    if ended.status.success() {
        return Ok(());
    }
    if ended.tail.mentions("target may not be installed") {
        return Err(FunctionsError::NoTarget { architecture });
    }
    Err(FunctionsError::Compile {
        architecture,
        tail: ended.tail,
    })
}

/// The flags of Rust's compiler, for `CARGO_ENCODED_RUSTFLAGS`, that remove this machine's directories
/// from messages of a panic: the same sources give the same bytes everywhere.
#[must_use]
pub fn remapped_paths(workspace_root: &Path) -> OsString {
    let target = target_directory(workspace_root);
    let mut flags = OsString::new();
    for (from, to) in [
        (cargo_home(), "/cargo"),
        (Some(workspace_root.to_path_buf()), "/frontage"),
        // Last, because the last match takes effect.
        (Some(target), "/frontage/target"),
    ] {
        let Some(from) = from else { continue };
        if !flags.is_empty() {
            flags.push(FLAG_SEPARATOR);
        }
        flags.push("--remap-path-prefix=");
        flags.push(from);
        flags.push("=");
        flags.push(to);
    }
    flags
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}
