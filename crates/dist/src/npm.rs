//! The npm packages, packed by npm, which gives the same files the same bytes.

use std::path::{Path, PathBuf};

use local::Tools;
use serde_json::Value;

use crate::VERSION;
use crate::error::{DistError, io, unexpected};
use crate::program::run;

/// Packs the packages of a staged release into a directory: the launcher, then the program.
pub(crate) fn pack(tools: &Tools, release: &Path, out: &Path) -> Result<Vec<PathBuf>, DistError> {
    let workspace = tempfile::tempdir().map_err(io("create", Path::new("a directory")))?;
    local::lay_out_npm(release, VERSION, workspace.path())?;
    let packages = workspace.path().join("packages");
    let names = ["cli".to_owned(), format!("cli-{}", local::npm_platform())];
    let packed = names
        .iter()
        .map(|name| pack_one(tools, &packages.join(name), out));
    packed.collect()
}

fn pack_one(tools: &Tools, package: &Path, out: &Path) -> Result<PathBuf, DistError> {
    let out = std::path::absolute(out).map_err(io("find", out))?;
    let mut command = tools.npm();
    command
        .args(["pack", "--json", "--ignore-scripts", "--pack-destination"])
        .arg(&out)
        .current_dir(package)
        .env("npm_config_update_notifier", "false")
        .env("npm_config_logs_max", "0");
    let printed = run(&mut command)?;
    let printed: Value =
        serde_json::from_slice(&printed).map_err(|error| unexpected("npm pack", &error))?;
    // A list or, since npm 12, an object keyed by name.
    let first = printed
        .get(0)
        .or_else(|| printed.as_object()?.values().next());
    let name = first.and_then(|of| of["filename"].as_str());
    let name = name.ok_or_else(|| unexpected("npm pack", &"it names no file"))?;
    Ok(out.join(name))
}
