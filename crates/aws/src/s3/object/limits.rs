//! The limits of objects: those of S3, and those of Frontage.

use super::Properties;
use crate::kit::known::known_part;
use crate::kit::limits::{Checks, Limit};

/// A tag of the bucket records the key, after a fingerprint.
const TAGS: &str = "S3 user guide, object tagging: 256 of some characters in a tag's value";

/// The most bytes: content is compared byte for byte.
pub(super) const LARGEST: usize = 1024 * 1024;

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Key", 1, 200, TAGS),
    Limit::characters(
        "Key",
        |c| c.is_ascii_alphanumeric() || "+-=._:/@".contains(c),
        "letters, digits, +, -, =, ., _, :, / and @",
        TAGS,
    ),
];

/// The content is small, and its length is counted in bytes.
pub(super) fn check(object: &Properties, checks: &mut Checks) {
    let bytes = known_part(&object.body).len();
    checks.require(
        bytes <= LARGEST,
        "Body",
        format!("has {bytes} bytes; up to {LARGEST} (1 MiB) are allowed"),
    );
}
