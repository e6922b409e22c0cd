//! Files that are part of the desired state: builds by their hashes, metadata by their text.
//!
//! The program builds or reads them and passes them in, so this crate reads no files and a different
//! build needs no new program.

use std::collections::BTreeMap;

use toggle_contract::PerFunction;

/// The digest of each function's sources.
pub type Sources = PerFunction<String>;

/// The files that a desired state refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifacts {
    /// The functions' sources.
    pub functions: Sources,
    /// The metadata of SAML providers, by the paths in the description.
    pub saml_metadata: BTreeMap<String, String>,
}
