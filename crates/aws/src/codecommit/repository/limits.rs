//! The limits of repositories that emulators do not enforce.

use super::Properties;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const API: &str = "CodeCommit API reference, CreateRepository";
const QUOTAS: &str = "CodeCommit user guide, quotas: repository names";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("RepositoryName", 1, 100, API),
    Limit::characters(
        "RepositoryName",
        |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'),
        "letters, digits, ., _ and -",
        QUOTAS,
    ),
    Limit::length("RepositoryDescription", 0, 1_000, API),
];

/// The limits that concern a part of a property.
///
/// A key by its alias is what CodeCommit accepts and does not report: it would always differ.
pub(super) fn check(repository: &Properties, checks: &mut Checks) {
    let name = &repository.repository_name;
    checks.require(
        !is_known(name) || name.strip_suffix(".git").is_none(),
        "RepositoryName",
        format!("is `{name}`; it cannot end with .git"),
    );
    let key = repository.kms_key_id.as_deref().unwrap_or_default();
    checks.require(
        !is_known(key) || !(key.starts_with("alias/") || key.contains(":alias/")),
        "KmsKeyId",
        format!("is `{key}`; the id or the ARN of a key is required"),
    );
}
