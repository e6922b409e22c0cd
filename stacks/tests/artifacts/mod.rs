//! The builds in the tests.

use std::collections::BTreeMap;

use stacks::artifacts::Artifacts;
use toggle_contract::NAMES;

/// Sources whose digests name their functions, and one provider's metadata.
pub(crate) fn artifacts() -> Artifacts {
    Artifacts {
        functions: NAMES.map(|name| format!("source-{name}")),
        saml_metadata: BTreeMap::from([("okta.xml".to_owned(), "<EntityDescriptor/>".to_owned())]),
    }
}
