//! The limits of policies, which domains and repositories have.

use engine::UNKNOWN;
use model::types::iam::{PolicyDocument, Statement};

use crate::kit::limits::Checks;
use crate::kit::policy_document::print;

/// The most characters of a policy. Source: the service model of CodeArtifact.
const POLICY: usize = 7_168;

pub(super) fn check_policy(policy: Option<&PolicyDocument<String>>, checks: &mut Checks) {
    let Some(policy) = policy else { return };
    let property = "PermissionsPolicyDocument";
    let text = print(policy).unwrap_or_default();
    checks.require(
        text.len() <= POLICY || text.contains(UNKNOWN),
        property,
        format!("has {} characters; {POLICY} are allowed", text.len()),
    );
    let names_principals = |statement: &Statement<String>| statement.principal.is_some();
    checks.require(
        policy.statement.iter().all(names_principals),
        property,
        "has a statement that names no principal",
    );
}
