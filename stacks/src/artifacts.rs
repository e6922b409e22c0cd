//! Artifacts that are built elsewhere and are part of the desired state by their hashes.
//!
//! The program builds or reads them and passes the hashes in, so this crate reads no files and a
//! different build needs no new program.

use crate::shell::ImportMap;
use crate::toggles::Sources;

/// The builds that a desired state refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifacts {
    /// The functions' sources.
    pub functions: Sources,
    /// The import map of the shell's page.
    pub import_map: ImportMap,
}
