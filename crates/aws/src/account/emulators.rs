//! Where emulators do otherwise than AWS in a way that a plan would trip over: the one table of it.
//!
//! A driver speaks to AWS. Where an endpoint is set in AWS's place it asks here what it cannot
//! count on. What only keeps a test from running is in `xtask/src/conformance/skips.rs`.

use crate::account::Account;

/// Something that AWS does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Cognito answers with the rotation of refresh tokens that a client was given.
    RemembersRefreshTokenRotation,
    /// Cognito answers with no precedence for a group that has none.
    TellsAbsentPrecedence,
    /// A service knows each of its calls.
    KnowsEveryCall,
}

/// What is not so, and on which emulator.
const OTHERWISE: [(Behaviour, &str); 3] = [
    (
        Behaviour::RemembersRefreshTokenRotation,
        "MiniStack takes it and forgets it",
    ),
    (Behaviour::TellsAbsentPrecedence, "MiniStack answers with 0"),
    (
        Behaviour::KnowsEveryCall,
        "MiniStack knows no styles of managed login",
    ),
];

impl Account {
    /// Whether the endpoint can be counted on for something: AWS always can.
    pub(crate) fn can_be_counted_on_for(&self, behaviour: Behaviour) -> bool {
        self.endpoint().is_none() || !OTHERWISE.iter().any(|(missing, _)| *missing == behaviour)
    }
}
