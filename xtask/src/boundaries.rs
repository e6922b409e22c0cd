//! What a crate must not depend on, found in Cargo's own dependency tree.

use std::error::Error;

use crate::command::{cargo, output};

/// What keeps the engine independent of AWS, of how a system is described and of how a plan is
/// shown, and quick to build.
const ENGINE: &[&str] = &["aws", "aws-*", "miette", "schemars", "toml"];

/// Checks that the engine builds without the crates that are not its business. Dependencies of its
/// tests are free.
pub(crate) fn check() -> Result<(), Box<dyn Error>> {
    let tree = output(&mut cargo(&[
        "tree",
        "--locked",
        "--package",
        "engine",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let found = forbidden(&tree, ENGINE);
    let Some(first) = found.first() else {
        return Ok(());
    };
    Err(format!(
        "the crate engine must not depend on {}: `cargo tree -p engine -e normal,build -i {first}` shows through what it does",
        found.join(", ")
    )
    .into())
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
