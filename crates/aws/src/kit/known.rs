//! Texts of which a part may be known only after apply.

use engine::UNKNOWN;

/// Whether a whole text is known.
pub(crate) fn is_known(text: &str) -> bool {
    !text.contains(UNKNOWN)
}

/// The known part of a text: the shortest that the whole can become.
pub(crate) fn known_part(text: &str) -> String {
    text.replace(UNKNOWN, "")
}
