//! The limits of bucket policies that emulators do not enforce.
//!
//! Source: the S3 user guide, policies and permissions, limits of bucket policies.

use super::Properties;
use crate::kit::known::known_part;
use crate::kit::limits::Checks;
use crate::kit::policy_document::print;

/// The most bytes of a policy.
const LARGEST: usize = 20 * 1024;

pub(super) fn check(policy: &Properties, checks: &mut Checks) {
    let statements = &policy.policy_document.statement;
    checks.require(
        !statements.is_empty(),
        "PolicyDocument.Statement",
        "has no members; at least 1 is needed",
    );
    for (index, statement) in statements.iter().enumerate() {
        if statement.principal.is_none() && statement.not_principal.is_none() {
            let property = format!("PolicyDocument.Statement[{index}]");
            checks.refuse(property, "names no principal");
        }
    }
    let text = print(&policy.policy_document).unwrap_or_default();
    let bytes = known_part(&text).len();
    checks.require(
        bytes <= LARGEST,
        "PolicyDocument",
        format!("has {bytes} bytes; up to {LARGEST} (20 KB) are allowed"),
    );
}
