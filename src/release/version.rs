//! A release's version, and the files that it follows from.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A release's version: 12 hexadecimal digits of the SHA-256 of its paths and their hashes, so the
/// same build is the same release wherever and whenever it is built.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    const LENGTH: usize = 12;

    /// The version of these files, which are sorted by path.
    #[must_use]
    pub(super) fn of(files: &[File]) -> Self {
        let mut hash = Sha256::new();
        for file in files {
            hash.update(file.path.as_bytes());
            hash.update([0]);
            hash.update(file.sha256.as_bytes());
            hash.update([b'\n']);
        }
        Self(hex(&hash.finalize())[..Self::LENGTH].to_owned())
    }

    /// Parses a version; `None` if the text is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        (text.len() == Self::LENGTH && text.chars().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The version as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of one of the release's own objects.
    pub(super) fn key(&self, path: &str) -> String {
        format!("releases/{self}/{path}")
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct File {
    /// Its path in the build, with slashes.
    pub(super) path: String,
    /// The SHA-256 of its contents, in hexadecimal.
    pub(super) sha256: String,
    /// Its bytes.
    pub(super) size: u64,
}

impl File {
    /// Whether its name contains a hash of its contents.
    pub(super) fn is_asset(&self) -> bool {
        self.path.starts_with("assets/")
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The SHA-256 of bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, sha256: &str) -> File {
        File {
            path: path.to_owned(),
            sha256: sha256.to_owned(),
            size: 1,
        }
    }

    #[test]
    fn paths_and_contents_make_it() {
        let version = Version::of(&[file("a", "1"), file("b", "2")]);
        assert_eq!(Version::parse(version.as_str()), Some(version.clone()));
        assert_ne!(version, Version::of(&[file("a", "1"), file("c", "2")]));
        assert_ne!(version, Version::of(&[file("a", "1"), file("b", "3")]));
        assert_ne!(version, Version::of(&[file("a", "1\nb\0"), file("", "2")]));
    }

    #[test]
    fn other_text_is_none() {
        for text in ["", "3f2a", "3f2a3f2a3f2A", "3f2a3f2a3f2a0", "prune.json.x"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
