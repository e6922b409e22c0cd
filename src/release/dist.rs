//! A build's output directory, read and checked before anything is uploaded.

mod error;
mod walk;

use std::fs::File as Open;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha384};

pub use self::error::DistError;
use super::application::Application;
use super::name;
use super::preview;
use super::record::{Entry, Record, timestamp};
use super::version::{File, Version, hex};

/// The file in which a build describes itself.
const DESCRIPTION: &str = "frontage.json";
/// The maximum size of one file in bytes. S3 accepts 5 GB in one piece; a front-end with a larger
/// file than this is a mistake.
const LARGEST: u64 = 1_000_000_000;

/// A build that may be published.
#[derive(Clone, Debug)]
pub struct Dist {
    directory: PathBuf,
    version: Version,
    description: Description,
    entry: Option<Entry>,
    files: Vec<File>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Description {
    #[serde(default)]
    entry: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    extras: Map<String, Value>,
}

impl Dist {
    /// Reads and checks a build. It reads every file, so it blocks.
    ///
    /// # Errors
    /// Anything that would make a release that does not work, or one that cannot be stored.
    pub fn read(directory: &Path, application: &Application) -> Result<Self, DistError> {
        let mut files = Vec::new();
        for path in walk::paths(directory)? {
            check_name(&path, application)?;
            files.push(digest(directory, path)?);
        }
        if files.is_empty() {
            return Err(DistError::Empty(directory.to_owned()));
        }
        let description = describe(directory, &files, application)?;
        let entry = match application {
            Application::Shell => None,
            Application::Team(_) => Some(entry(directory, &files, &description)?),
        };
        Ok(Self {
            directory: directory.to_owned(),
            version: Version::of(&files),
            description,
            entry,
            files,
        })
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The scripts that the entry's integrity does not cover, for a team that is supposed to have
    /// one.
    #[must_use]
    pub fn uncovered(&self) -> Vec<&str> {
        let Some(entry) = &self.entry else {
            return Vec::new();
        };
        let scripts = self
            .files
            .iter()
            .map(|file| file.path.as_str())
            .filter(|path| is_script(path));
        scripts.filter(|path| *path != entry.path).collect()
    }

    /// Its files' paths and sizes in bytes.
    pub(super) fn sizes(&self) -> impl Iterator<Item = (&str, u64)> {
        self.files
            .iter()
            .map(|file| (file.path.as_str(), file.size))
    }

    /// Whether it has a file at this path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    /// The text of one of its files; `None` if that cannot be read, or is no text.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.directory.join(path)).ok()
    }

    /// The path of a team's entry.
    pub(super) fn entry_path(&self) -> Option<&str> {
        self.entry.as_ref().map(|entry| entry.path.as_str())
    }

    /// What the build says for the shell.
    pub(super) fn extras(&self) -> &Map<String, Value> {
        &self.description.extras
    }

    /// The path of one of its files on this machine.
    pub(super) fn path(&self, file: &File) -> PathBuf {
        self.directory.join(&file.path)
    }

    /// The record of a release of it, published at this time.
    pub(super) fn record(&self, published: i64) -> Record {
        Record {
            version: self.version.clone(),
            package_version: self.description.version.clone(),
            published: timestamp(published),
            entry: self.entry.clone(),
            extras: self.description.extras.clone(),
            files: self.files.clone(),
        }
    }
}

fn is_script(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| {
        extension.eq_ignore_ascii_case("js") || extension.eq_ignore_ascii_case("mjs")
    })
}

fn check_name(path: &str, application: &Application) -> Result<(), DistError> {
    let reserved = match application {
        Application::Shell => "config.json",
        Application::Team(_) => application.pointer(),
    };
    let is_preview = *application != Application::Shell && path.starts_with(preview::FOLDER);
    if path == reserved || path.starts_with("releases/") || is_preview {
        return Err(DistError::Reserved(path.to_owned()));
    }
    if !name::is_plain(path) {
        return Err(DistError::OddName(path.to_owned()));
    }
    if path.starts_with("assets/") && !name::is_hashed(path) {
        return Err(DistError::NotHashed(path.to_owned()));
    }
    Ok(())
}

fn digest(directory: &Path, path: String) -> Result<File, DistError> {
    let unreadable = |source| DistError::Unreadable {
        path: directory.join(&path),
        source,
    };
    let mut file = Open::open(directory.join(&path)).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size > LARGEST {
        return Err(DistError::TooLarge { path, size });
    }
    let mut hash = Sha256::new();
    let size = feed(&mut file, &mut |bytes| hash.update(bytes)).map_err(unreadable)?;
    Ok(File {
        sha256: hex(&hash.finalize()),
        size,
        path,
    })
}

/// Writes all bytes to a hash, and returns their number.
fn feed(file: &mut Open, hash: &mut impl FnMut(&[u8])) -> io::Result<u64> {
    let mut buffer = vec![0; 65_536];
    let mut size = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(size);
        }
        hash(&buffer[..count]);
        size += count as u64;
    }
}

fn describe(
    directory: &Path,
    files: &[File],
    application: &Application,
) -> Result<Description, DistError> {
    let has = |name: &str| files.iter().any(|file| file.path == name);
    let required = match application {
        Application::Shell => application.pointer(),
        Application::Team(_) => DESCRIPTION,
    };
    if !has(required) {
        return Err(DistError::Missing {
            name: required,
            directory: directory.to_owned(),
        });
    }
    if !has(DESCRIPTION) {
        return Ok(Description::default());
    }
    let path = directory.join(DESCRIPTION);
    let text = std::fs::read(&path).map_err(|source| DistError::Unreadable {
        path: path.clone(),
        source,
    })?;
    serde_json::from_slice(&text).map_err(|source| DistError::Description { path, source })
}

fn entry(directory: &Path, files: &[File], description: &Description) -> Result<Entry, DistError> {
    let path = description
        .entry
        .clone()
        .ok_or_else(|| DistError::NoEntry(directory.join(DESCRIPTION)))?;
    let path = path.strip_prefix("./").map(str::to_owned).unwrap_or(path);
    if !path.starts_with("assets/") || !name::is_hashed(&path) {
        return Err(DistError::EntryName(path));
    }
    if !files.iter().any(|file| file.path == path) {
        return Err(DistError::EntryMissing {
            entry: path,
            directory: directory.to_owned(),
        });
    }
    let unreadable = |source| DistError::Unreadable {
        path: directory.join(&path),
        source,
    };
    let mut hash = Sha384::new();
    let mut file = Open::open(directory.join(&path)).map_err(unreadable)?;
    feed(&mut file, &mut |bytes| hash.update(bytes)).map_err(unreadable)?;
    Ok(Entry {
        integrity: format!("sha384-{}", BASE64_STANDARD.encode(hash.finalize())),
        path,
    })
}

#[cfg(test)]
mod tests;
