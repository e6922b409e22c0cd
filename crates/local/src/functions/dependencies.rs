//! The parts of the workspace's manifest and lock file that affect the functions' bytes.
//!
//! The other parts of both change often, and compiling the functions takes minutes.

use std::collections::BTreeSet;

use toml::{Table, Value};

/// The manifest without the parts that concern only other crates: their dependencies, the lints,
/// the development profiles.
pub(super) fn of_manifest(text: &str, packages: &BTreeSet<String>) -> String {
    let Ok(mut manifest) = text.parse::<Table>() else {
        return text.to_owned();
    };
    manifest.retain(|key, _| ["workspace", "profile"].contains(&key));
    if let Some(Value::Table(workspace)) = manifest.get_mut("workspace") {
        workspace.retain(|key, _| ["package", "resolver", "dependencies"].contains(&key));
        if let Some(Value::Table(dependencies)) = workspace.get_mut("dependencies") {
            dependencies.retain(|name, _| packages.contains(name));
        }
    }
    if let Some(Value::Table(profiles)) = manifest.get_mut("profile") {
        profiles.remove("dev");
    }
    manifest.to_string()
}

/// The lock file's entries of these packages.
pub(super) fn of_lock(lock: &Table, packages: &BTreeSet<String>) -> String {
    let entries =
        entries(lock).filter(|entry| name(entry).is_some_and(|name| packages.contains(name)));
    entries.map(ToString::to_string).collect()
}

/// The lock file's package names for a package and its dependencies, whatever their versions.
pub(super) fn closure(lock: &Table, root: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = vec![root.to_owned()];
    while let Some(next) = rest.pop() {
        let of_name = entries(lock).filter(|entry| name(entry) == Some(&next));
        rest.extend(
            of_name
                .flat_map(dependencies)
                .filter(|dependency| !found.contains(dependency)),
        );
        found.insert(next);
    }
    found
}

fn entries(lock: &Table) -> impl Iterator<Item = &Table> {
    let packages = lock.get("package").and_then(Value::as_array);
    packages.into_iter().flatten().filter_map(Value::as_table)
}

fn name(entry: &Table) -> Option<&str> {
    entry.get("name").and_then(Value::as_str)
}

/// Their names: an entry is `NAME`, or `NAME VERSION` if there are several.
fn dependencies(entry: &Table) -> impl Iterator<Item = String> {
    let listed = entry.get("dependencies").and_then(Value::as_array);
    let names = listed
        .into_iter()
        .flatten()
        .filter_map(|dependency| dependency.as_str()?.split(' ').next());
    names.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LOCK: &str = r#"
        [[package]]
        name = "one"
        version = "0.1.0"
        dependencies = ["shared 1.0.0"]
        [[package]]
        name = "shared"
        version = "1.0.0"
        [[package]]
        name = "other"
        version = "2.0.0"
        dependencies = ["shared"]
    "#;

    const MANIFEST: &str = r#"
        [workspace.dependencies]
        shared = "1"
        other = "2"
        [dependencies]
        other.workspace = true
        [profile.lambda]
        lto = "fat"
    "#;

    fn lock(text: &str) -> Table {
        text.parse().unwrap()
    }

    fn packages() -> BTreeSet<String> {
        closure(&lock(LOCK), "one")
    }

    #[test]
    fn a_dependency_matters() {
        assert_eq!(
            packages(),
            BTreeSet::from(["one".to_owned(), "shared".to_owned()])
        );
        let newer = LOCK.replace(
            "1.0.0\"\n        [[package]]\n        name = \"other\"",
            "1.0.1\"\n        [[package]]\n        name = \"other\"",
        );
        assert_ne!(
            of_lock(&lock(LOCK), &packages()),
            of_lock(&lock(&newer), &packages())
        );
        let wider = MANIFEST.replace(
            "shared = \"1\"",
            "shared = { version = \"1\", features = [\"more\"] }",
        );
        assert_ne!(
            of_manifest(MANIFEST, &packages()),
            of_manifest(&wider, &packages())
        );
        let thinner = MANIFEST.replace("fat", "thin");
        assert_ne!(
            of_manifest(MANIFEST, &packages()),
            of_manifest(&thinner, &packages())
        );
    }

    #[test]
    fn what_others_depend_on_does_not() {
        assert_eq!(
            of_lock(&lock(LOCK), &packages()),
            of_lock(&lock(&LOCK.replace("2.0.0", "2.0.1")), &packages())
        );
        assert_eq!(
            of_manifest(MANIFEST, &packages()),
            of_manifest(&MANIFEST.replace("other = \"2\"", ""), &packages())
        );
    }
}
