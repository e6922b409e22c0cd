//! Building, packing, comparing, publishing.

use std::path::PathBuf;

use local::Tools;
use serde::Serialize;
use serde_json::Value;

use super::error::PackagesError;
use super::npm::{Npm, Registry, last_words};
use super::workspace::{Package, Workspace};

/// A progress event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'p> {
    /// A package is being built.
    Building(&'p Package),
    /// A package is being uploaded.
    Publishing(&'p Package),
}

/// A package compared with the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How its version compares.
    pub standing: Standing,
    /// All versions in the registry, oldest first.
    pub versions: Vec<String>,
}

/// How a package's version compares with the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The registry does not contain it.
    New,
    /// The registry contains it with the same contents.
    Published,
    /// The registry contains it with different contents.
    Differs,
}

/// Packages that are packed and compared, and so ready to be published.
pub struct Prepared<'w> {
    npm: Npm<'w>,
    packed: Vec<(&'w Package, PathBuf, Comparison)>,
}

impl Workspace {
    /// Builds and packs packages, and compares each with the registry.
    ///
    /// # Errors
    /// The first package that cannot be built or looked up in the registry.
    pub fn prepare<'w>(
        &'w self,
        packages: &[&'w Package],
        registry: &'w Registry,
        tools: &'w Tools,
        told: &mut dyn FnMut(Event<'_>),
    ) -> Result<Prepared<'w>, PackagesError> {
        let npm = Npm::new(tools, registry)?;
        let mut packed = Vec::new();
        for package in packages {
            if package.builds {
                told(Event::Building(package));
                run(
                    package,
                    "built",
                    Npm::local(tools, &package.folder, &["run", "build", "--silent"]),
                )?;
            }
            let (tarball, integrity) = pack(package, &npm, tools)?;
            let comparison = compare(package, &integrity, &npm)?;
            packed.push((*package, tarball, comparison));
        }
        Ok(Prepared { npm, packed })
    }
}

impl Prepared<'_> {
    /// How each compares, in the order in which they are published.
    pub fn comparisons(&self) -> impl Iterator<Item = &Comparison> {
        self.packed.iter().map(|(_, _, comparison)| comparison)
    }

    /// Publishes the new versions under an npm tag: this one, the one in their package.json, or
    /// `latest`. Returns how each compared before.
    ///
    /// # Errors
    /// [`PackagesError::Differs`] and [`PackagesError::NotLatest`] before anything is published, and
    /// the first package that was not accepted.
    pub fn publish(
        self,
        tag: Option<&str>,
        told: &mut dyn FnMut(Event<'_>),
    ) -> Result<Vec<Comparison>, PackagesError> {
        let differing = self
            .packed
            .iter()
            .filter(|(_, _, of)| of.standing == Standing::Differs);
        let differing: Vec<String> = differing.map(|(package, ..)| package.spec()).collect();
        if !differing.is_empty() {
            return Err(PackagesError::Differs(differing));
        }
        let untagged = |package: &Package| tag.is_none() && package.tag.is_none();
        let unfit = self.packed.iter().filter_map(|(package, _, of)| {
            let why = unfit_as_latest(of).filter(|_| untagged(package))?;
            Some(format!("{} ({why})", package.spec()))
        });
        let unfit: Vec<String> = unfit.collect();
        if !unfit.is_empty() {
            return Err(PackagesError::NotLatest(unfit));
        }
        for (package, tarball, comparison) in &self.packed {
            if comparison.standing == Standing::New {
                told(Event::Publishing(package));
                let tarball = tarball.to_string_lossy();
                let tag = tag.or(package.tag.as_deref()).unwrap_or("latest");
                let arguments = ["publish", &tarball, "--ignore-scripts", "--tag", tag];
                self.npm.ask(&package.spec(), &arguments)?;
            }
        }
        Ok(self
            .packed
            .into_iter()
            .map(|(_, _, comparison)| comparison)
            .collect())
    }
}

/// Why a new version should not be what `npm install` gets: npm 11 refuses the same without a tag.
fn unfit_as_latest(of: &Comparison) -> Option<String> {
    let version: semver::Version = of.version.parse().ok()?;
    if of.standing != Standing::New {
        return None;
    }
    if !version.pre.is_empty() {
        return Some("a pre-release".to_owned());
    }
    let releases = of.versions.iter().filter_map(|other| other.parse().ok());
    let newest: semver::Version = releases
        .filter(|other: &semver::Version| other.pre.is_empty())
        .max()?;
    (newest > version).then(|| format!("older than {newest}"))
}

fn run(
    package: &Package,
    action: &'static str,
    mut command: std::process::Command,
) -> Result<Vec<u8>, PackagesError> {
    let output = command
        .output()
        .map_err(PackagesError::io("run", command.get_program()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let output = last_words(&[output.stdout, output.stderr].concat());
    Err(PackagesError::Build {
        package: package.spec(),
        action,
        output,
    })
}

/// The package as npm packs it, reproducibly from the same files, and the hash by which registries
/// identify it.
fn pack(
    package: &Package,
    npm: &Npm<'_>,
    tools: &Tools,
) -> Result<(PathBuf, String), PackagesError> {
    let destination = npm.directory().to_string_lossy().into_owned();
    let arguments = [
        "pack",
        "--json",
        "--ignore-scripts",
        "--pack-destination",
        &destination,
    ];
    let printed = run(
        package,
        "packed",
        Npm::local(tools, &package.published, &arguments),
    )?;
    let printed: Value = serde_json::from_slice(&printed).unwrap_or_default();
    // npm prints a list or, since version 12, an object keyed by name.
    let packed = printed
        .get(0)
        .or_else(|| printed.get(&package.name))
        .cloned()
        .unwrap_or_default();
    let (Some(file), Some(integrity)) = (packed["filename"].as_str(), packed["integrity"].as_str())
    else {
        let output = format!("npm did not say what it packed: {printed}");
        return Err(PackagesError::Build {
            package: package.spec(),
            action: "packed",
            output,
        });
    };
    Ok((npm.directory().join(file), integrity.to_owned()))
}

fn compare(package: &Package, integrity: &str, npm: &Npm<'_>) -> Result<Comparison, PackagesError> {
    let spec = package.spec();
    let there = match npm.ask(&spec, &["view", &package.name, "versions"]) {
        Err(PackagesError::Npm { said, .. }) if said.starts_with("E404") => Value::Null,
        answer => answer?,
    };
    // npm prints a single version without brackets.
    let versions: Vec<String> = match there {
        Value::Array(versions) => versions
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Value::String(version) => vec![version],
        _ => Vec::new(),
    };
    let standing = if versions.contains(&package.version) {
        let found = npm.ask(&spec, &["view", &spec, "dist.integrity"])?;
        if found.as_str() == Some(integrity) {
            Standing::Published
        } else {
            Standing::Differs
        }
    } else {
        Standing::New
    };
    Ok(Comparison {
        name: package.name.clone(),
        version: package.version.clone(),
        standing,
        versions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latest_is_the_newest_release() {
        let unfit = |version: &str, standing, versions: &[&str]| {
            unfit_as_latest(&Comparison {
                name: "@acme/ui".to_owned(),
                version: version.to_owned(),
                standing,
                versions: versions.iter().map(ToString::to_string).collect(),
            })
        };
        let new = |version, versions: &[&str]| unfit(version, Standing::New, versions);
        assert_eq!(new("1.0.0", &[]), None);
        assert_eq!(new("2.10.0", &["2.9.0", "3.0.0-beta.1"]), None);
        assert_eq!(
            new("1.4.1", &["1.4.0", "2.0.0"]).unwrap(),
            "older than 2.0.0"
        );
        assert_eq!(new("3.0.0-beta.1", &["2.0.0"]).unwrap(), "a pre-release");
        assert_eq!(
            unfit("1.4.1", Standing::Published, &["1.4.1", "2.0.0"]),
            None
        );
    }
}
