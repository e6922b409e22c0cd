//! What is built elsewhere and is part of the desired state by its hash.
//!
//! The program builds or reads it and passes the hashes in, so this crate reads no files and a
//! different build needs no new program.

use crate::shell::ImportMap;
use crate::toggles::CodeHashes;

/// The builds that a desired state is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifacts {
    /// The functions' zips.
    pub functions: CodeHashes,
    /// The import map of the shell's page.
    pub import_map: ImportMap,
}
