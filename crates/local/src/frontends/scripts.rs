//! Which packages of a workspace may run scripts while they are installed.
//!
//! None but the workspace's own, and those that `allowScripts` in the workspace's own `package.json` names, as npm does
//! since version 12 (<https://docs.npmjs.com/cli/v12/commands/npm-approve-scripts>):
//! `{"allowScripts": {"esbuild": true, "sharp@0.34.1": true}}`. The pinned npm is older and does not
//! know the member.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// The scripts of an installation that the workspace's own packages may have, in npm's order
/// (<https://docs.npmjs.com/cli/v10/using-npm/scripts#npm-ci>).
pub(super) const OWN: [&str; 4] = ["preinstall", "install", "postinstall", "prepare"];

/// The part of `package.json` that concerns scripts.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Scripts {
    allow_scripts: BTreeMap<String, bool>,
    workspaces: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LockFile {
    packages: BTreeMap<String, Locked>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Locked {
    has_install_script: bool,
}

impl Scripts {
    /// Those of a workspace. npm itself reports files that it cannot read.
    pub(super) fn of(workspace: &Path) -> Self {
        read(&workspace.join("package.json"))
    }

    /// The packages whose scripts run, as `npm rebuild` takes them.
    pub(super) fn allowed(&self) -> impl Iterator<Item = &str> {
        let allowed = self.allow_scripts.iter().filter(|(_, allowed)| **allowed);
        allowed.map(|(package, _)| package.as_str())
    }

    /// The options with which `npm run` runs a script of each of the workspace's own packages.
    pub(super) fn everywhere(&self) -> &'static [&'static str] {
        if self.workspaces.is_some() {
            &["--if-present", "--workspaces", "--include-workspace-root"]
        } else {
            &["--if-present"]
        }
    }

    /// The installed packages whose scripts did not run and about which `package.json` says nothing.
    pub(super) fn skipped(&self, workspace: &Path) -> Vec<String> {
        let lock: LockFile = read(&workspace.join("package-lock.json"));
        let with_scripts = lock.packages.iter().filter(|(path, locked)| {
            // One for another operating system is not installed.
            locked.has_install_script && workspace.join(path).is_dir()
        });
        let names = with_scripts.filter_map(|(path, _)| Some(path.rsplit_once("node_modules/")?.1));
        let mut names: Vec<_> = names
            .filter(|name| !self.mentions(name))
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn mentions(&self, name: &str) -> bool {
        let mut keys = self.allow_scripts.keys();
        keys.any(|key| {
            key.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
        })
    }
}

fn read<T: DeserializeOwned + Default>(path: &Path) -> T {
    let text = fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}
