//! The limits of permissions that emulators do not enforce. Source: the API reference of
//! `AddPermission`.

use engine::{DriverError, UNKNOWN};
use model::types::lambda::Permission;

use crate::kit::limits::Checks;

pub(super) fn check(permission: &Permission<String>, checks: &mut Checks) {
    let action = &permission.action;
    checks.require(
        is_action(action) || action.contains(UNKNOWN),
        "Action",
        format!("is `{action}`; an action of Lambda's is allowed"),
    );
    let principal = &permission.principal;
    checks.require(
        principal.contains(UNKNOWN)
            || !principal.is_empty() && !principal.contains(char::is_whitespace),
        "Principal",
        format!("is `{principal}`; 1 or more characters other than white space are allowed"),
    );
}

/// Whether Lambda accepts the statement id, which follows from the address.
///
/// # Errors
/// [`DriverError::Invalid`] if it does not.
pub(super) fn check_id(id: &str) -> Result<(), DriverError> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    if id.len() <= 100 && id.chars().all(allowed) {
        return Ok(());
    }
    Err(DriverError::Invalid(format!(
        "the statement id `{id}` is not 1 to 100 of A-Z a-z 0-9 - _"
    )))
}

/// `(lambda:[*]|lambda:[a-zA-Z]+|[*])`.
fn is_action(action: &str) -> bool {
    let is_name = |name: &str| name == "*" || name.chars().all(|c| c.is_ascii_alphabetic());
    action == "*" || action.strip_prefix("lambda:").is_some_and(is_name)
}
