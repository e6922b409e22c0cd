//! The import map of the shell's page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The page's import map, by its hash. It is the page's only inline script, and so the only one
/// that its content security policy allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportMap {
    sha256: String,
}

impl ImportMap {
    /// The import map with this text: that of the file from which the shell's build inserts it into
    /// the page, byte for byte except for trailing white space.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            sha256: STANDARD.encode(Sha256::digest(text.trim_end())),
        }
    }

    /// The expression that allows it in a content security policy.
    pub(super) fn source(&self) -> String {
        format!("'sha256-{}'", self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash was computed with `printf '{"imports":{}}' | openssl dgst -sha256 -binary | base64`.
    #[test]
    fn it_is_allowed_by_its_hash_without_white_space_at_the_end() {
        let map = ImportMap::new("{\"imports\":{}}\n");
        assert_eq!(map, ImportMap::new("{\"imports\":{}}"));
        assert_eq!(
            map.source(),
            "'sha256-URrTy+Il/Nz0lHojVUx275hWqAWhkSF0VsHbUM4/6Hw='"
        );
    }
}
