//! What the shell will check of a team's build, checked before anything is uploaded: what it says of
//! itself, what its entry exports, and what its modules import.

mod error;
mod module;
mod page;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::RangeInclusive;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

pub use self::error::CheckError;
use self::module::Module;
use self::page::Page;
use super::application::Application;
use super::dist::Dist;

/// The versions of the contract between shell and children that this release's shell shows:
/// `OLDEST_CONTRACT` to `CONTRACT` of `assets/packages/contract`.
const CONTRACTS: RangeInclusive<u64> = 1..=1;
/// The kinds of children that the shell shows.
const KINDS: [&str; 2] = ["element", "module"];
/// What a browser loads before a page works, which is what a budget is for.
const WEIGHED: [&str; 4] = ["css", "js", "mjs", "wasm"];
/// How many files an exceeded budget names.
const NAMED: usize = 5;

/// What a build is checked against.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The import map of the shell's page, which the modules of a team's build import from.
    pub import_map: String,
    /// The most bytes that scripts, styles and WebAssembly may have together, uncompressed.
    pub budget: u64,
}

#[derive(Debug, Deserialize)]
struct Map {
    #[serde(default)]
    imports: BTreeMap<String, Value>,
}

impl Dist {
    /// Checks the build. Returns what could not be checked, in words. It reads files, so it blocks.
    ///
    /// # Errors
    /// What the shell would refuse, or a browser could not load.
    pub fn check(
        &self,
        application: &Application,
        expected: &Expected,
    ) -> Result<Vec<String>, CheckError> {
        self.check_budget(expected.budget)?;
        match application {
            Application::Shell => self.check_pages().map(|()| Vec::new()),
            Application::Team(_) => {
                self.check_description()?;
                self.check_modules(&expected.import_map)
            }
        }
    }

    fn check_budget(&self, budget: u64) -> Result<(), CheckError> {
        let mut weighed: Vec<(&str, u64)> =
            self.sizes().filter(|(path, _)| is_weighed(path)).collect();
        let total = weighed
            .iter()
            .fold(0, |sum: u64, (_, size)| sum.saturating_add(*size));
        if total <= budget {
            return Ok(());
        }
        weighed.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        let largest = weighed.into_iter().take(NAMED);
        Err(CheckError::Budget {
            total,
            budget,
            largest: largest
                .map(|(path, size)| (path.to_owned(), size))
                .collect(),
        })
    }

    /// The header's content security policy leaves it to a page which inline scripts it has.
    fn check_pages(&self) -> Result<(), CheckError> {
        let pages = self.sizes().map(|(path, _)| path);
        for path in pages.filter(|path| extension(path) == "html") {
            let text = self.text(path).unwrap_or_default();
            let refused = |flaw| CheckError::Page {
                path: path.to_owned(),
                flaw,
            };
            Page::read(&text).check().map_err(refused)?;
        }
        Ok(())
    }

    fn check_description(&self) -> Result<(), CheckError> {
        let extras = self.extras();
        match extras.get("kind") {
            None | Some(Value::Null) => {}
            Some(kind) if kind.as_str().is_some_and(|kind| KINDS.contains(&kind)) => {}
            Some(kind) => return Err(CheckError::Kind(kind.to_string())),
        }
        match extras.get("contract") {
            None | Some(Value::Null) => {}
            Some(contract) if contract.as_u64().is_some_and(|of| CONTRACTS.contains(&of)) => {}
            Some(contract) => {
                return Err(CheckError::Contract {
                    built_for: contract.to_string(),
                    shell: CONTRACTS,
                });
            }
        }
        match extras.get("title") {
            None | Some(Value::Null) => Ok(()),
            Some(Value::String(title)) if !title.is_empty() => Ok(()),
            Some(title) => Err(CheckError::Title(title.to_string())),
        }
    }

    /// Follows the imports from the entry on.
    fn check_modules(&self, import_map: &str) -> Result<Vec<String>, CheckError> {
        let map: Map = serde_json::from_str(import_map).map_err(CheckError::Map)?;
        let Some(entry) = self.entry_path() else {
            return Ok(Vec::new());
        };
        let mut told = Vec::new();
        let mut seen = BTreeSet::from([entry.to_owned()]);
        let mut waiting = VecDeque::from([entry.to_owned()]);
        while let Some(path) = waiting.pop_front() {
            let Some(module) = self.text(&path).as_deref().and_then(Module::read) else {
                told.push(format!(
                    "{path} could not be read as a module, so it was not checked"
                ));
                continue;
            };
            if path == entry {
                module.check_export(entry)?;
            }
            for specifier in &module.imports {
                match Import::of(specifier, &path) {
                    Import::Own(other) => {
                        if !self.has(&other) {
                            return Err(CheckError::NoFile {
                                path,
                                specifier: specifier.clone(),
                            });
                        }
                        if is_script(&other) && seen.insert(other.clone()) {
                            waiting.push_back(other);
                        }
                    }
                    Import::Bare if map.has(specifier) => {}
                    Import::Bare => {
                        return Err(CheckError::NotMapped {
                            path,
                            specifier: specifier.clone(),
                            known: map.imports.into_keys().collect(),
                        });
                    }
                    Import::Elsewhere => told.push(format!(
                        "{path} imports {specifier}: the shell's page allows scripts of the system's own sites alone"
                    )),
                    Import::Never => {
                        return Err(CheckError::Scheme {
                            path,
                            specifier: specifier.clone(),
                        });
                    }
                }
            }
        }
        Ok(told)
    }
}

impl Module {
    fn check_export(&self, entry: &str) -> Result<(), CheckError> {
        if !self.exports_default {
            return Err(CheckError::NoDefault(entry.to_owned()));
        }
        if self.default_is_value {
            return Err(CheckError::DefaultValue(entry.to_owned()));
        }
        Ok(())
    }
}

impl Map {
    /// Whether it resolves a bare specifier: by its name, or by a prefix that ends with a slash.
    /// Source: HTML Standard, "resolve an imports match".
    fn has(&self, specifier: &str) -> bool {
        self.imports.keys().any(|key| {
            key == specifier || key.ends_with('/') && specifier.starts_with(key.as_str())
        })
    }
}

/// Where an import leads.
#[derive(Debug, PartialEq, Eq)]
enum Import {
    /// To a file of the site, by its path.
    Own(String),
    /// To what the import map says.
    Bare,
    /// To an address.
    Elsewhere,
    /// To a scheme that no policy of the shell allows.
    Never,
}

impl Import {
    /// What a specifier in a module means. Source: HTML Standard, "resolve a module specifier".
    fn of(specifier: &str, module: &str) -> Self {
        let plain = specifier.split(['?', '#']).next().unwrap_or_default();
        let folder = module.rsplit_once('/').map_or("", |(folder, _)| folder);
        if let Some(absolute) = plain.strip_prefix('/') {
            return if absolute.starts_with('/') {
                Self::Elsewhere
            } else {
                Self::Own(normal("", absolute))
            };
        }
        if plain.starts_with("./") || plain.starts_with("../") {
            return Self::Own(normal(folder, plain));
        }
        match specifier.split_once(':') {
            Some(("http" | "https", _)) => Self::Elsewhere,
            Some(("blob" | "data" | "file" | "node" | "javascript", _)) => Self::Never,
            _ => Self::Bare,
        }
    }
}

/// A path below the site's root, without `.` and `..`.
fn normal(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn extension(path: &str) -> String {
    let extension = Path::new(path).extension().unwrap_or_default();
    extension.to_string_lossy().to_ascii_lowercase()
}

fn is_weighed(path: &str) -> bool {
    WEIGHED.contains(&extension(path).as_str())
}

fn is_script(path: &str) -> bool {
    matches!(extension(path).as_str(), "js" | "mjs")
}

#[cfg(test)]
mod tests;
