//! The limits of repositories that emulators do not enforce.

use model::types::codeartifact::Repository;

use crate::codeartifact::limits::check_policy;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of CodeArtifact";
const GUIDE: &str = "CodeArtifact user guide: ten direct upstreams, one external connection";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("RepositoryName", 2, 100, MODEL),
    Limit::characters(
        "RepositoryName",
        |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'),
        "letters, digits, ., _ and -",
        MODEL,
    ),
    Limit::length("Description", 0, 1_000, MODEL),
    Limit::count("Upstreams", 0, 10, GUIDE),
    Limit::count("ExternalConnections", 0, 1, GUIDE),
];

pub(super) fn check(repository: &Repository<String>, checks: &mut Checks) {
    let name = &repository.repository_name;
    checks.require(
        !name.starts_with(['.', '_', '-']),
        "RepositoryName",
        format!("is `{name}`; it has to begin with a letter or digit"),
    );
    // Source: the CodeArtifact user guide.
    checks.require(
        repository.external_connections.is_empty() || repository.upstreams.is_empty(),
        "Upstreams",
        "cannot be combined with ExternalConnections",
    );
    check_policy(repository.permissions_policy_document.as_ref(), checks);
}
