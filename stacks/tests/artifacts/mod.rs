//! The builds in the tests.

use std::collections::BTreeMap;

use stacks::artifacts::Artifacts;
use stacks::shell::ImportMap;
use toggle_contract::NAMES;

/// An import map like the shell's.
const IMPORT_MAP: &str = r#"{"imports":{"@frontage/session":"/shared/session-1.js","@frontage/toggles":"/shared/toggles-1.js","@frontage/ui":"/shared/ui-1.js"}}"#;

/// Sources whose digests name their functions, the import map, and one provider's metadata.
pub(crate) fn artifacts() -> Artifacts {
    Artifacts {
        functions: NAMES.map(|name| format!("source-{name}")),
        import_map: ImportMap::new(IMPORT_MAP),
        saml_metadata: BTreeMap::from([("okta.xml".to_owned(), "<EntityDescriptor/>".to_owned())]),
    }
}
