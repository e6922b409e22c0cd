//! Why a build may not be published, and what to do about it.

use std::path::PathBuf;

use thiserror::Error;

use crate::hint::Hint;

/// Why a build may not be published.
#[derive(Debug, Error)]
pub enum DistError {
    /// There is no such directory.
    #[error("there is no directory {}", .0.display())]
    NoDirectory(PathBuf),
    /// It has no files.
    #[error("{} has no files", .0.display())]
    Empty(PathBuf),
    /// Something cannot be read.
    #[error("{} cannot be read", .path.display())]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file that makes it an application is not there.
    #[error("there is no {name} in {}", .directory.display())]
    Missing {
        /// The file.
        name: &'static str,
        /// The directory.
        directory: PathBuf,
    },
    /// The build's description of itself is no such thing.
    #[error("{} does not describe a build", .path.display())]
    Description {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The description names no entry.
    #[error("{} names no entry", .0.display())]
    NoEntry(PathBuf),
    /// The entry is not where what never changes is.
    #[error("the entry `{0}` is not a file in assets/ with a hash in its name")]
    EntryName(String),
    /// The entry is not there.
    #[error("the entry `{entry}` is not in {}", .directory.display())]
    EntryMissing {
        /// The entry.
        entry: String,
        /// The directory.
        directory: PathBuf,
    },
    /// A file in assets/ without a hash in its name.
    #[error("`{0}` has no hash in its name")]
    NotHashed(String),
    /// A name that does not go unchanged through URLs.
    #[error("`{}` has characters that not every URL carries unchanged", .0.escape_debug())]
    OddName(String),
    /// A path that Frontage itself writes.
    #[error("`{0}` is a path that Frontage itself writes")]
    Reserved(String),
    /// A symbolic link.
    #[error("`{0}` is a symbolic link")]
    Symlink(String),
    /// A pipe, a socket, a device.
    #[error("`{0}` is neither a file nor a directory")]
    Special(String),
    /// A file that no front-end has.
    #[error("`{path}` has {} MB, and at most 1000 MB are taken", .size / 1_000_000)]
    TooLarge {
        /// The file.
        path: String,
        /// Its bytes.
        size: u64,
    },
}

impl Hint for DistError {
    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoDirectory(_) | Self::Empty(_) => {
                "build the application first, or name its output with --dir"
            }
            Self::Unreadable { .. } => {
                "check the file's permissions, and that no build is writing there now"
            }
            Self::Missing {
                name: "index.html", ..
            } => "a shell's build has an index.html: is this the shell's output?",
            Self::Missing { .. } | Self::Description { .. } | Self::NoEntry(_) => {
                "a team's build leaves frontage.json: {\"entry\": \"assets/main-HASH.js\", \"version\": \"1.0.0\", \
                 \"extras\": {…}}"
            }
            Self::EntryName(_) | Self::NotHashed(_) => {
                "what is in assets/ is cached for a year: name it assets/NAME-HASH.EXT, with 8 or more characters of \
                 hash, or put it beside assets/"
            }
            Self::EntryMissing { .. } => {
                "build again: frontage.json and assets/ are from two builds"
            }
            Self::OddName(_) => "use a-z, A-Z, 0-9 and . _ - ~ @ = , ! $ ( )",
            Self::Reserved(_) => {
                "leave it out of the build: `apply` writes config.json, a publish manifest.json and what is in releases/"
            }
            Self::Symlink(_) | Self::Special(_) => "put the file itself there",
            Self::TooLarge { .. } => "serve it from elsewhere",
        })
    }
}
