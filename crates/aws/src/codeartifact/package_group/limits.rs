//! The limits of package groups that emulators do not enforce.

use engine::UNKNOWN;
use model::types::codeartifact::{PackageGroup, RestrictionMode};

use super::convert::each;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of CodeArtifact";

/// The group of all packages: "the root package group can be modified, but cannot be deleted".
/// Source: the CodeArtifact user guide, `Working with package groups`.
pub(super) const ROOT: &str = "/*";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Pattern", 2, 520, MODEL),
    Limit::length("ContactInfo", 0, 1_000, MODEL),
    Limit::length("Description", 0, 1_000, MODEL),
];

pub(super) fn check(group: &PackageGroup<String>, checks: &mut Checks) {
    check_pattern(&group.pattern, checks);
    let origins = group.origin_configuration.iter();
    for (origin, restriction) in origins.flat_map(|origins| each(&origins.restrictions)) {
        // Source: the CodeArtifact user guide, `Package group origin controls`.
        let has_stray_list = restriction.is_some_and(|of| {
            of.restriction_mode != RestrictionMode::AllowSpecificRepositories
                && !of.repositories.is_empty()
        });
        checks.require(
            !has_stray_list,
            "OriginConfiguration",
            format!("lists repositories for {origin}; that requires ALLOW_SPECIFIC_REPOSITORIES"),
        );
    }
}

/// Source: the CodeArtifact user guide, `Package group definition syntax and matching behavior`.
fn check_pattern(pattern: &str, checks: &mut Checks) {
    let property = "Pattern";
    checks.require(
        pattern != ROOT,
        property,
        format!("is `{ROOT}`, the group of all packages, which every domain has already"),
    );
    checks.require(
        pattern.starts_with('/') && pattern.ends_with(['$', '~', '*']) || pattern.contains(UNKNOWN),
        property,
        format!("is `{pattern}`; it has to begin with / and to end with $, ~ or *"),
    );
    checks.require(
        !pattern.contains(|c: char| c.is_whitespace() || c.is_control())
            || pattern.contains(UNKNOWN),
        property,
        format!("is `{pattern}`; spaces are not allowed"),
    );
}
