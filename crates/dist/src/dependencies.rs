//! What a release contains of others: the crates of the program and the functions, from Cargo, and the
//! npm packages in the shell's build, from npm's lock file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::error::{DistError, io, unexpected};
use crate::program::run;

/// The packages whose dependencies are in a release, besides the functions.
const PROGRAM: &str = "frontage";
/// The folder of the functions' packages.
const FUNCTIONS: &str = "lambda-src";

/// A package of somebody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dependency {
    /// `cargo` or `npm`: the type of its package URL.
    pub(crate) kind: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its licence, as an SPDX expression, if it states one.
    pub(crate) licence: Option<String>,
    /// The digest of its archive in hexadecimal digits, by `CycloneDX`'s name of the algorithm.
    pub(crate) hash: Option<(&'static str, String)>,
    /// The folder of its sources.
    pub(crate) folder: PathBuf,
    /// The package URLs of its own dependencies.
    pub(crate) needs: BTreeSet<String>,
}

impl Dependency {
    /// Its package URL: `pkg:cargo/tar@0.4.46`, `pkg:npm/%40openfeature/core@1.12.0`.
    pub(crate) fn url(&self) -> String {
        url(self.kind, &self.name, &self.version)
    }
}

fn url(kind: &str, name: &str, version: &str) -> String {
    format!("pkg:{kind}/{}@{version}", name.replace('@', "%40"))
}

/// All dependencies, sorted.
pub(crate) fn all(root: &Path, target: &str) -> Result<Vec<Dependency>, DistError> {
    let mut all = crates(root, target)?;
    all.extend(npm(&root.join("assets"))?);
    all.sort();
    Ok(all)
}

fn crates(root: &Path, target: &str) -> Result<Vec<Dependency>, DistError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", target])
        .current_dir(root);
    local::forget_outer_cargo(&mut command);
    let metadata: Value = serde_json::from_slice(&run(&mut command)?)
        .map_err(|error| unexpected("cargo metadata", &error))?;
    let packages = by_id(&metadata["packages"]);
    let nodes = by_id(&metadata["resolve"]["nodes"]);
    let hashes = hashes(&root.join("Cargo.lock"))?;
    let reached = reached(&packages, &nodes);
    let others = reached.iter().filter_map(|id| packages.get(id).copied());
    let others = others.filter(|package| package["source"].is_string());
    Ok(others
        .map(|package| {
            let (name, version) = (text(package, "name"), text(package, "version"));
            let node = nodes.get(text(package, "id").as_str()).copied();
            let needs = node.into_iter().flat_map(needed);
            let needs = needs.filter_map(|id| packages.get(id).copied());
            let manifest = PathBuf::from(text(package, "manifest_path"));
            Dependency {
                kind: "cargo",
                licence: package["license"].as_str().map(as_expression),
                hash: hashes
                    .get(&format!("{name} {version}"))
                    .map(|hash| ("SHA-256", hash.clone())),
                folder: manifest.parent().map(Path::to_path_buf).unwrap_or_default(),
                needs: needs
                    .map(|of| url("cargo", &text(of, "name"), &text(of, "version")))
                    .collect(),
                name,
                version,
            }
        })
        .collect())
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}

/// An expression of SPDX: crates may still write `/` for `OR`.
fn as_expression(licence: &str) -> String {
    let parts: Vec<&str> = licence.split('/').map(str::trim).collect();
    parts.join(" OR ")
}

fn by_id(list: &Value) -> BTreeMap<&str, &Value> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|of| Some((of["id"].as_str()?, of)))
        .collect()
}

/// The packages that a package is compiled with; those of its build script and its tests are not in the
/// result.
fn needed(node: &Value) -> impl Iterator<Item = &str> {
    let normal = |of: &&Value| {
        let kinds = of["dep_kinds"].as_array().into_iter().flatten();
        kinds.into_iter().any(|kind| kind["kind"].is_null())
    };
    let needed = node["deps"].as_array().into_iter().flatten();
    needed.filter(normal).filter_map(|of| of["pkg"].as_str())
}

/// Everything that the program and the functions consist of.
fn reached<'m>(
    packages: &BTreeMap<&'m str, &'m Value>,
    nodes: &BTreeMap<&'m str, &'m Value>,
) -> BTreeSet<&'m str> {
    let is_root = |package: &Value| {
        let manifest = text(package, "manifest_path");
        let of_function = manifest.contains(&format!("/{FUNCTIONS}/"));
        package["source"].is_null() && (of_function || package["name"] == PROGRAM)
    };
    let roots = packages.iter().filter(|(_, package)| is_root(package));
    let mut left: Vec<&str> = roots.map(|(id, _)| *id).collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = left.pop() {
        if reached.insert(id) {
            left.extend(nodes.get(id).into_iter().flat_map(|node| needed(node)));
        }
    }
    reached
}

/// The digests of the crates' archives, by `NAME VERSION`.
fn hashes(lock: &Path) -> Result<BTreeMap<String, String>, DistError> {
    let text = fs::read_to_string(lock).map_err(io("read", lock))?;
    let value = |entry: &str, key: &str| {
        let start = format!("{key} = \"");
        let line = entry.lines().find_map(|line| line.strip_prefix(&start))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let entries = text.split("[[package]]");
    let hashes = entries.filter_map(|entry| {
        let spec = format!("{} {}", value(entry, "name")?, value(entry, "version")?);
        Some((spec, value(entry, "checksum")?))
    });
    Ok(hashes.collect())
}

/// The npm packages of the shell, whose code its build contains.
fn npm(assets: &Path) -> Result<Vec<Dependency>, DistError> {
    let lock = assets.join("package-lock.json");
    let bytes = fs::read(&lock).map_err(io("read", &lock))?;
    let read: Value = serde_json::from_slice(&bytes)
        .map_err(|error| unexpected(lock.display().to_string(), &error))?;
    let packages = &read["packages"];
    let (mut left, mut reached) = (vec!["shell".to_owned()], BTreeSet::new());
    while let Some(place) = left.pop() {
        // A link leads to a package of the workspace.
        let place = packages[&place]["resolved"]
            .as_str()
            .filter(|_| packages[&place]["link"] == true)
            .map_or(place.clone(), str::to_owned);
        if reached.insert(place.clone()) {
            left.extend(places(packages, &place));
        }
    }
    let others = reached.iter().filter_map(|place| {
        let (_, name) = place.rsplit_once("node_modules/")?;
        let package = &packages[place];
        let needs = places(packages, place);
        let needs = needs.filter_map(|place| {
            let (_, name) = place.rsplit_once("node_modules/")?;
            Some(url("npm", name, packages[&place]["version"].as_str()?))
        });
        Some(Dependency {
            kind: "npm",
            name: name.to_owned(),
            version: text(package, "version"),
            licence: package["license"].as_str().map(as_expression),
            hash: None,
            folder: assets.join(place),
            needs: needs.collect(),
        })
    });
    Ok(others.collect())
}

/// Where the packages are that a package needs when it runs.
fn places<'p>(packages: &'p Value, place: &'p str) -> impl Iterator<Item = String> + 'p {
    let kinds = ["dependencies", "peerDependencies"];
    let names = kinds
        .into_iter()
        .filter_map(move |kind| packages[place][kind].as_object());
    names
        .flat_map(serde_json::Map::keys)
        .filter_map(move |name| {
            let beside = format!("{place}/node_modules/{name}");
            let shared = format!("node_modules/{name}");
            let found = [beside, shared].into_iter();
            found.into_iter().find(|place| packages[place].is_object())
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_crates_of_the_program_and_the_packages_of_the_shell_are_found() {
        let root = local::workspace_root().unwrap();
        let all = all(&root, &crate::target()).unwrap();
        let find = |name: &str| all.iter().find(|of| of.name == name);
        let tokio = find("tokio").unwrap();
        assert_eq!(tokio.licence.as_deref(), Some("MIT"));
        assert_eq!(tokio.hash.as_ref().unwrap().1.len(), 64);
        assert!(
            tokio
                .needs
                .iter()
                .any(|of| of.starts_with("pkg:cargo/mio@"))
        );
        // A function's own.
        assert!(find("lambda_runtime").is_some());
        let core = find("@openfeature/core").unwrap();
        assert!(core.url().starts_with("pkg:npm/%40openfeature/core@"));
        // Of the tests, the builds, and the workspace.
        for other in ["insta", "vite", "model", "@frontage/ui"] {
            assert_eq!(find(other), None, "{other}");
        }
    }
}
