//! The manifest of a directory of packages: what they were built from.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Architecture, FunctionsError};
use crate::files::{self, failed};

/// Written after all packages: if it exists, they are complete.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) architecture: Architecture,
    /// By name.
    pub(super) packages: BTreeMap<String, Package>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Package {
    /// The zip file's length.
    pub(super) bytes: u64,
    /// The digest of everything that affects it.
    pub(super) source: String,
    /// The zip file's SHA-256 in Base64.
    pub(super) code_sha256: String,
}

impl Manifest {
    pub(super) fn read(directory: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path(directory))?)?)
    }

    pub(super) fn write(&self, directory: &Path) -> Result<(), FunctionsError> {
        let path = path(directory);
        let bytes = serde_json::to_vec_pretty(self)
            .map_err(io::Error::from)
            .map_err(failed("write", &path))?;
        Ok(files::replace(&path, &bytes)?)
    }

    pub(super) fn remove(directory: &Path) -> Result<(), FunctionsError> {
        Ok(files::remove(&path(directory))?)
    }
}

fn path(directory: &Path) -> PathBuf {
    directory.join("functions.json")
}
