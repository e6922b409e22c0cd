//! The limits of domains that emulators do not enforce.

use model::types::codeartifact::Domain;

use crate::codeartifact::limits::check_policy;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of CodeArtifact";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("DomainName", 2, 50, MODEL),
    Limit::characters(
        "DomainName",
        |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
        "a-z, 0-9 and -",
        MODEL,
    ),
];

pub(super) fn check(domain: &Domain<String>, checks: &mut Checks) {
    let name = &domain.domain_name;
    checks.require(
        !name.starts_with(|c: char| c.is_ascii_digit() || c == '-') && !name.ends_with('-'),
        "DomainName",
        format!("is `{name}`; it has to begin with a letter and not to end with -"),
    );
    check_policy(domain.permissions_policy_document.as_ref(), checks);
}
