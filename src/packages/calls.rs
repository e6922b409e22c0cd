//! The calls about packages.

use aws::Calls;
use aws::Purpose::Change;

/// The calls for a token. What npm does with it has actions of its own.
pub const CALLS: &[Calls] = &[Calls::to(
    &[Change],
    "codeartifact:{region}:{account}:domain/{stack}",
    &["codeartifact:GetAuthorizationToken"],
)];
