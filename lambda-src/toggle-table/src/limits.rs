//! What AWS refuses of a toggle, checked before anything is written.

use thiserror::Error;
use toggle_contract::receipt::REQUEST;
use toggle_contract::{
    ACTIVE, DEFAULT_VARIANT, LAST_CHANGE, REMOVED, REVISION, RULES, SEGMENT_PREFIX, TOGGLE_KEY,
    TOMBSTONE_EXPIRY, TOUCHED_AT, VALUE, VARIANT,
};

use crate::toggle::NAME;

/// The longest partition key of `DynamoDB`, in bytes ("Constraints" in its developer guide).
const ID_LIMIT: usize = 2048;
/// The names of attributes are shorter, in bytes ("Naming rules" in the same guide: 64 KB).
const NAME_LIMIT: usize = 65_536;

/// Why a toggle cannot have an id, or an attribute of a name.
#[derive(Debug, Error)]
pub enum NameError {
    /// An id is too long or empty.
    #[error("an id has 1 to {ID_LIMIT} bytes; this one has {0}")]
    Id(usize),
    /// A name is too long or empty.
    #[error("the name of an attribute has 1 to {} bytes; this one has {}", NAME_LIMIT - 1, .0)]
    Attribute(usize),
    /// The attribute has an argument of its own.
    #[error("{0} has its own argument")]
    OwnArgument(String),
    /// Segments have commands of their own.
    #[error(
        "an id that begins with `{SEGMENT_PREFIX}` is a segment's: use `frontage toggles segment`"
    )]
    Segment,
    /// The attribute is a rule.
    #[error("{0} is a rule, which `frontage toggles set` has options for")]
    Rule(String),
    /// Each change writes the revision.
    #[error("revision is written with each change")]
    Revision,
    /// Each change writes its author.
    #[error("lastChange is written with each change")]
    Author,
    /// A word that the functions read.
    #[error("{0} marks a deleted toggle")]
    Tombstone(String),
    /// A change that is waited for writes it.
    #[error("{0} is written by --wait")]
    Receipt(String),
    /// No toggle is without it.
    #[error("{0} cannot be removed: every toggle has one")]
    Kept(String),
}

/// Checks the featureId of a toggle.
///
/// # Errors
/// [`NameError::Id`].
pub fn check_id(id: &str) -> Result<(), NameError> {
    if id.starts_with(SEGMENT_PREFIX) {
        return Err(NameError::Segment);
    }
    check_key(id)
}

/// Checks the featureId of a toggle, or the id of a segment.
///
/// # Errors
/// [`NameError::Id`].
pub fn check_key(id: &str) -> Result<(), NameError> {
    match id.len() {
        1..=ID_LIMIT => Ok(()),
        length => Err(NameError::Id(length)),
    }
}

/// Checks the name of an attribute that is written as text.
///
/// # Errors
/// Each kind of [`NameError`] about the name of an attribute.
pub fn check_attribute(name: &str) -> Result<(), NameError> {
    match name {
        TOGGLE_KEY | NAME | ACTIVE | VALUE => Err(NameError::OwnArgument(name.to_owned())),
        REVISION => Err(NameError::Revision),
        LAST_CHANGE => Err(NameError::Author),
        REMOVED | TOMBSTONE_EXPIRY => Err(NameError::Tombstone(name.to_owned())),
        REQUEST => Err(NameError::Receipt(name.to_owned())),
        DEFAULT_VARIANT | TOUCHED_AT | VARIANT => Err(NameError::Rule(name.to_owned())),
        _ if RULES.contains(&name) => Err(NameError::Rule(name.to_owned())),
        _ => check_length(name),
    }
}

/// Checks the name of an attribute that is removed.
///
/// # Errors
/// [`NameError::Kept`] for what every toggle has, and [`NameError::Attribute`].
pub fn check_removal(name: &str) -> Result<(), NameError> {
    match name {
        TOGGLE_KEY | NAME | ACTIVE | REVISION => Err(NameError::Kept(name.to_owned())),
        LAST_CHANGE => Err(NameError::Author),
        REQUEST => Err(NameError::Receipt(name.to_owned())),
        _ => check_length(name),
    }
}

fn check_length(name: &str) -> Result<(), NameError> {
    match name.len() {
        1..NAME_LIMIT => Ok(()),
        length => Err(NameError::Attribute(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client would take such an attribute for a part of the message, or a function for its own.
    #[test]
    fn names_that_messages_and_functions_use_are_refused() {
        let told = |checked: Result<(), NameError>| checked.map_err(|error| error.to_string());
        for (name, why) in [
            ("featureId", "featureId has its own argument"),
            ("featureName", "featureName has its own argument"),
            ("isActive", "isActive has its own argument"),
            ("value", "value has its own argument"),
            ("revision", "revision is written with each change"),
            ("lastChange", "lastChange is written with each change"),
            ("isRemoved", "isRemoved marks a deleted toggle"),
            ("tombstoneExpiry", "tombstoneExpiry marks a deleted toggle"),
            ("deliveryReceipt", "deliveryReceipt is written by --wait"),
            (
                "targeting",
                "targeting is a rule, which `frontage toggles set` has options for",
            ),
        ] {
            assert_eq!(told(check_attribute(name)), Err(why.to_owned()));
        }
        for name in ["owner", "Revision", "isremoved", "connectionId", "expiry"] {
            assert_eq!(told(check_attribute(name)), Ok(()), "{name}");
        }
        for name in ["featureId", "featureName", "isActive", "revision"] {
            let why = format!("{name} cannot be removed: every toggle has one");
            assert_eq!(told(check_removal(name)), Err(why));
        }
        // One that an earlier program wrote can be removed.
        for name in ["isRemoved", "tombstoneExpiry", "value"] {
            assert_eq!(told(check_removal(name)), Ok(()), "{name}");
        }
    }

    #[test]
    fn ids_and_names_have_the_lengths_of_keys_and_names() {
        let told = |checked: Result<(), NameError>| checked.map_err(|error| error.to_string());
        assert_eq!(told(check_id(&"é".repeat(1024))), Ok(()));
        let long = told(check_id(&"é".repeat(1025)));
        assert_eq!(
            long.unwrap_err(),
            "an id has 1 to 2048 bytes; this one has 2050"
        );
        check_id("").unwrap_err();
        for check in [check_attribute, check_removal] {
            assert_eq!(told(check(&"n".repeat(65_535))), Ok(()));
            let long = told(check(&"n".repeat(65_536))).unwrap_err();
            assert!(long.contains("1 to 65535 bytes"), "{long}");
            check("").unwrap_err();
        }
    }
}
