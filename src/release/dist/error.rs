//! Why a build may not be published, and how to resolve it.

use std::borrow::Cow;
use std::path::PathBuf;

use thiserror::Error;

use crate::hint::Hint;

/// Why a build may not be published.
#[derive(Debug, Error)]
pub enum DistError {
    /// The directory does not exist.
    #[error("there is no directory {}", .0.display())]
    NoDirectory(PathBuf),
    /// It has no files.
    #[error("{} has no files", .0.display())]
    Empty(PathBuf),
    /// A path cannot be read.
    #[error("{} cannot be read", .path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file that makes it an application is missing.
    #[error("there is no {name} in {}", .directory.display())]
    Missing {
        /// The file.
        name: &'static str,
        /// The directory.
        directory: PathBuf,
    },
    /// The build's description of itself is malformed.
    #[error("{} is not a valid description of a build", .path.display())]
    Description {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The description names no entry.
    #[error("{} names no entry", .0.display())]
    NoEntry(PathBuf),
    /// The entry is not among the files that never change.
    #[error("the entry `{0}` is not a file in assets/ with a hash in its name")]
    EntryName(String),
    /// The entry does not exist.
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
    /// A name that URLs do not preserve.
    #[error("`{}` contains characters that URLs may not preserve", .0.escape_debug())]
    OddName(String),
    /// A path that Frontage itself writes.
    #[error("`{0}` is a path that Frontage itself writes")]
    Reserved(String),
    /// A file that must not be public, or a directory of such files.
    #[error("`{0}` would be public: a release has no hidden files, no keys and no node_modules")]
    Private(String),
    /// A symbolic link.
    #[error("`{0}` is a symbolic link")]
    Symlink(String),
    /// A pipe, a socket, a device.
    #[error("`{0}` is neither a file nor a directory")]
    Special(String),
    /// A file that is too large for a front-end.
    #[error("`{path}` is {} MB; the limit is 1000 MB", .size / 1_000_000)]
    TooLarge {
        /// The file.
        path: String,
        /// Its size in bytes.
        size: u64,
    },
}

impl Hint for DistError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let advice = match self {
            Self::NoDirectory(_) | Self::Empty(_) => {
                "build the application first, or pass its output with --dir"
            }
            Self::Unreadable { .. } => "check the file's permissions, and that no build is running",
            Self::Missing {
                name: "index.html", ..
            } => "pass the output of the shell's build, which contains index.html",
            Self::Missing { .. } | Self::Description { .. } | Self::NoEntry(_) => {
                "let the team's build write frontage.json: {\"entry\": \"assets/main-HASH.js\", \"version\": \"1.0.0\", \
                 \"extras\": {…}}"
            }
            Self::EntryName(_) | Self::NotHashed(_) => {
                "name it assets/NAME-HASH.EXT, with 8 or more characters of hash, or move it out of assets/, whose files \
                 are cached for a year"
            }
            Self::EntryMissing { .. } => {
                "build again: frontage.json and assets/ are from different builds"
            }
            Self::OddName(_) => "use only a-z, A-Z, 0-9 and . _ - ~ @ = , ! $ ( )",
            Self::Reserved(_) => {
                "leave it out of the build: `apply` writes config.json, a publish writes manifest.json, previews/ and releases/"
            }
            Self::Private(_) => {
                "pass the output of the build alone with --dir, or delete the file; of hidden names only .well-known is \
                 published"
            }
            Self::Symlink(_) | Self::Special(_) => "replace it with the file itself",
            Self::TooLarge { .. } => "serve it from somewhere else",
        };
        Some(advice.into())
    }
}
