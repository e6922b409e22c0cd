//! What a crate must not be built with, found in Cargo's own dependency tree.

use std::error::Error;

use toggle_contract::NAMES;

use crate::command::{CommandError, cargo, output};

/// What keeps the engine independent of AWS, of how a system is described and of how a plan is
/// shown, and quick to build.
const ENGINE: &[&str] = &["aws", "aws-*", "miette", "schemars", "toml"];

/// What keeps the library of the toggles' tables small: a function links it.
const TABLES: &[&str] = &[
    "aws",
    "engine",
    "miette",
    "model",
    "stacks",
    "tokio-tungstenite",
];

/// Only the tests of the functions' library may break its rules, as the line of a feature's tree.
const SIMULATION: &str = "toggle-runtime feature \"simulation\"";

/// Checks the engine's dependencies, and the features of what is deployed.
pub(crate) fn check() -> Result<(), Box<dyn Error>> {
    independent("engine", ENGINE)?;
    independent("toggle-table", TABLES)?;
    functions()
}

/// A crate builds without the crates that are not its business. Dependencies of its tests are free.
fn independent(package: &str, names: &[&str]) -> Result<(), Box<dyn Error>> {
    let tree = tree([package], "normal,build")?;
    let found = forbidden(&tree, names);
    let Some(first) = found.first() else {
        return Ok(());
    };
    Err(format!(
        "the crate {package} must not depend on {}: `cargo tree -p {package} -e normal,build -i {first}` shows through what it does",
        found.join(", ")
    )
    .into())
}

/// No function is built with the switches that only simulations may have.
fn functions() -> Result<(), Box<dyn Error>> {
    let tree = tree(NAMES, "normal,build,features")?;
    if tree.lines().any(|line| line.starts_with(SIMULATION)) {
        return Err(
            "a function is built with the feature `simulation` of toggle-runtime, which lets it break the rules that \
             keep clients from ending stale: take it out of the dependencies in lambda-src"
                .into(),
        );
    }
    Ok(())
}

/// Each package once a line, without indentation.
fn tree<'n>(
    packages: impl IntoIterator<Item = &'n str>,
    edges: &str,
) -> Result<String, CommandError> {
    let mut command = cargo(&["tree", "--locked", "--prefix", "none", "--edges", edges]);
    for package in packages {
        command.args(["--package", package]);
    }
    output(&mut command)
}

/// The packages of a tree that a list forbids, each once. A name in the list may end with `*`.
fn forbidden<'t>(tree: &'t str, names: &[&str]) -> Vec<&'t str> {
    let is_forbidden = |package: &&str| {
        names.iter().any(|name| match name.strip_suffix('*') {
            Some(prefix) => package.starts_with(prefix),
            None => package == name,
        })
    };
    // A line is a package with its version, and where it was already shown, `(*)`.
    let packages = tree.lines().filter_map(|line| line.split(' ').next());
    let mut found: Vec<&str> = packages.filter(is_forbidden).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_packages_are_found_at_any_depth_and_once() {
        let tree = "engine v0.1.0 (/frontage/crates/engine)\n\
                    toml v1.2.1\n\
                    model v0.1.0 (/frontage/crates/model)\n\
                    aws-types v1.7.0\n\
                    aws-types v1.7.0 (*)\n\
                    aws v0.1.0 (/frontage/crates/aws)\n";
        assert_eq!(forbidden(tree, ENGINE), ["aws", "aws-types", "toml"]);
    }

    #[test]
    fn a_package_whose_name_only_resembles_one_is_accepted() {
        let tree = "engine v0.1.0\ntoml_parser v1.0.0\nawscii v1.0.0\nserde v1.0.0\n";
        assert_eq!(forbidden(tree, ENGINE), Vec::<&str>::new());
    }
}
