//! An npm workspace's packages that can be published: those that are not private.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use local::Tools;
use serde::Deserialize;

use super::error::PackagesError;

/// An npm workspace.
#[derive(Clone, Debug)]
pub struct Workspace {
    directory: PathBuf,
    packages: Vec<Package>,
}

/// A package of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name, such as `@acme/ui`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether it has a script `build`.
    pub builds: bool,
    /// The published folder: the one that `publishConfig.directory` names, or its own.
    pub published: PathBuf,
    /// The npm tag that its package.json publishes it under: `publishConfig.tag`.
    pub tag: Option<String>,
    needs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    name: Option<String>,
    version: Option<String>,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    workspaces: Vec<String>,
    #[serde(default)]
    scripts: BTreeMap<String, String>,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
    #[serde(default)]
    peer_dependencies: BTreeMap<String, String>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, String>,
    #[serde(default)]
    publish_config: PublishConfig,
}

#[derive(Default, Deserialize)]
struct PublishConfig {
    directory: Option<String>,
    tag: Option<String>,
}

impl Workspace {
    /// Reads the workspace in a directory.
    ///
    /// # Errors
    /// If there is no workspace, or a package.json is not usable.
    pub fn read(directory: &Path) -> Result<Self, PackagesError> {
        let directory = fs::canonicalize(directory)
            .map_err(|_| PackagesError::NoWorkspace(directory.to_owned()))?;
        if !directory.join("package.json").is_file() {
            return Err(PackagesError::NoWorkspace(directory));
        }
        let root = described(&directory)?;
        let mut packages = BTreeMap::new();
        for pattern in &root.workspaces {
            for folder in matching(&directory, pattern)? {
                let found = described(&folder)?;
                if !found.private {
                    let package = package(folder, found)?;
                    packages.insert(package.name.clone(), package);
                }
            }
        }
        Ok(Self {
            directory,
            packages: in_order(packages),
        })
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Its packages, each after its dependencies.
    #[must_use]
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The packages with these names, with or without their scope; all if no name is given.
    ///
    /// # Errors
    /// If no package has one of the names.
    pub fn named(&self, names: &[String]) -> Result<Vec<&Package>, PackagesError> {
        for name in names {
            if !self.packages.iter().any(|package| package.is_called(name)) {
                let known = self
                    .packages
                    .iter()
                    .map(|package| package.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                let known = if known.is_empty() {
                    "none: all are private".to_owned()
                } else {
                    known
                };
                return Err(PackagesError::NoPackage {
                    name: name.clone(),
                    known,
                });
            }
        }
        let wanted = |package: &&Package| {
            names.is_empty() || names.iter().any(|name| package.is_called(name))
        };
        Ok(self.packages.iter().filter(wanted).collect())
    }

    /// The scopes of its packages: `@acme`.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let scopes = self
            .packages
            .iter()
            .filter_map(|package| package.name.split_once('/'))
            .map(|(scope, _)| scope);
        let mut scopes: Vec<String> = scopes.map(str::to_owned).collect();
        scopes.sort();
        scopes.dedup();
        scopes
    }

    /// Installs the dependencies that building its packages needs, unless they are up to date with
    /// the lock file.
    ///
    /// # Errors
    /// npm's.
    pub fn install(
        &self,
        tools: &Tools,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), local::FrontendsError> {
        local::Frontend::in_folder(&self.directory)?
            .install_packages(tools, progress)
            .map(drop)
    }
}

impl Package {
    fn is_called(&self, name: &str) -> bool {
        self.name == name
            || self
                .name
                .split_once('/')
                .is_some_and(|(_, short)| short == name)
    }

    /// Its name and version as npm writes them.
    #[must_use]
    pub fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

fn described(folder: &Path) -> Result<Described, PackagesError> {
    let path = folder.join("package.json");
    let text = fs::read_to_string(&path).map_err(PackagesError::io("read", &path))?;
    serde_json::from_str(&text).map_err(|error| PackagesError::Described {
        path,
        why: error.to_string(),
    })
}

/// The folders that a pattern matches: a path, or the children of a folder (`packages/*`), the
/// usual form in npm workspaces.
fn matching(directory: &Path, pattern: &str) -> Result<Vec<PathBuf>, PackagesError> {
    let Some(parent) = pattern.strip_suffix("/*") else {
        return Ok(vec![directory.join(pattern)]);
    };
    let parent = directory.join(parent);
    let entries = fs::read_dir(&parent).map_err(PackagesError::io("read", &parent))?;
    let folders = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = folders
        .filter(|folder| folder.join("package.json").is_file())
        .collect();
    folders.sort();
    Ok(folders)
}

fn package(folder: PathBuf, found: Described) -> Result<Package, PackagesError> {
    let (Some(name), Some(version)) = (found.name, found.version) else {
        let why = "a package that is not private needs a name and a version".to_owned();
        return Err(PackagesError::Described {
            path: folder.join("package.json"),
            why,
        });
    };
    let published = found
        .publish_config
        .directory
        .map_or_else(|| folder.clone(), |directory| folder.join(directory));
    let needs = found
        .dependencies
        .into_keys()
        .chain(found.peer_dependencies.into_keys())
        .chain(found.optional_dependencies.into_keys())
        .collect();
    Ok(Package {
        name,
        version,
        builds: found.scripts.contains_key("build"),
        folder,
        published,
        tag: found.publish_config.tag,
        needs,
    })
}

/// Each after its dependencies. npm does not treat a cycle as an error, so neither does this: it is
/// cut somewhere.
fn in_order(mut packages: BTreeMap<String, Package>) -> Vec<Package> {
    let mut ordered = Vec::new();
    while !packages.is_empty() {
        let free = packages
            .values()
            .find(|package| !package.needs.iter().any(|need| packages.contains_key(need)));
        let next = free
            .or_else(|| packages.values().next())
            .map(|package| package.name.clone())
            .unwrap_or_default();
        ordered.extend(packages.remove(&next));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, folder: &str, text: &str) {
        fs::create_dir_all(root.join(folder)).unwrap();
        fs::write(root.join(folder).join("package.json"), text).unwrap();
    }

    fn workspace() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        write(
            root.path(),
            "",
            r#"{"private": true, "workspaces": ["packages/*", "shell"]}"#,
        );
        let ui = r#"{"name": "@acme/ui", "version": "2.0.0", "publishConfig": {"directory": "dist"}, "scripts": {"build": "x"},
            "dependencies": {"@acme/words": "^1.0.0", "react": "^19.0.0"}}"#;
        write(root.path(), "packages/ui", ui);
        write(
            root.path(),
            "packages/words",
            r#"{"name": "@acme/words", "version": "1.2.3"}"#,
        );
        write(
            root.path(),
            "packages/mine",
            r#"{"name": "@acme/mine", "version": "1.0.0", "private": true}"#,
        );
        write(
            root.path(),
            "shell",
            r#"{"name": "shell", "private": true}"#,
        );
        fs::create_dir_all(root.path().join("packages/nothing")).unwrap();
        root
    }

    #[test]
    fn what_is_not_private_is_published_after_what_it_needs() {
        let root = workspace();
        let workspace = Workspace::read(root.path()).unwrap();
        let specs: Vec<_> = workspace.packages().iter().map(Package::spec).collect();
        assert_eq!(specs, ["@acme/words@1.2.3", "@acme/ui@2.0.0"]);
        assert_eq!(workspace.scopes(), ["@acme"]);
        let ui = workspace.named(&["ui".to_owned()]).unwrap();
        assert!(ui[0].builds && ui[0].published.ends_with("packages/ui/dist"));
    }

    #[test]
    fn a_name_that_is_none_is_told_with_those_that_are() {
        let root = workspace();
        let error = Workspace::read(root.path())
            .unwrap()
            .named(&["mine".to_owned()])
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "the workspace has no package `mine` to publish; it has @acme/words, @acme/ui"
        );
        let error = Workspace::read(&root.path().join("elsewhere")).unwrap_err();
        assert!(matches!(error, PackagesError::NoWorkspace(_)), "{error}");
        fs::write(
            root.path().join("packages/ui/package.json"),
            r#"{"name": "@acme/ui"}"#,
        )
        .unwrap();
        let error = Workspace::read(root.path()).unwrap_err().to_string();
        assert!(
            error.contains("packages/ui/package.json") && error.contains("version"),
            "{error}"
        );
    }
}
