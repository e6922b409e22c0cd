//! The limits of a group that AWS enforces and emulators do not.

use crate::kit::limits::Limit;

const MODEL: &str = "the service model of Cognito's user pools";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("GroupName", 1, 128, MODEL),
    Limit::characters(
        "GroupName",
        |c| !c.is_whitespace(),
        "characters that are not spaces",
        MODEL,
    ),
    Limit::length("Description", 0, 2048, MODEL),
    Limit::range("Precedence", 0, i32::MAX as i64, MODEL),
];
