//! What CodeArtifact refuses and emulators accept, checked before any call.
//!
//! Sources: the service model of CodeArtifact (lengths and alphabets of names, lengths of
//! descriptions and policies) and the user guide (ten direct upstreams; one external connection,
//! and no upstreams beside it).

use engine::DriverError;
use model::types::iam::PolicyDocument;

use super::{domain, repository};
use crate::kit::policy_document::print;

type Checked = Result<(), DriverError>;

/// The most characters of a policy.
const POLICY: usize = 7_168;

pub(super) fn domain(domain: &domain::Properties) -> Checked {
    let name = &domain.domain_name;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !(2..=50).contains(&name.len())
        || !name.chars().all(allowed)
        || !begins
        || name.ends_with('-')
    {
        return refuse(format!(
            "a domain's name has 2 to 50 of a-z, 0-9 and -, begins with a letter and does not end with -; `{name}` \
             has not"
        ));
    }
    policy(
        &format!("the domain `{name}`"),
        domain.permissions_policy_document.as_ref(),
    )
}

pub(super) fn repository(repository: &repository::Properties) -> Checked {
    let name = &repository.repository_name;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !(2..=100).contains(&name.len()) || !name.chars().all(allowed) || !begins {
        return refuse(format!(
            "a repository's name has 2 to 100 of letters, digits and ._-, and begins with a letter or digit; `{name}` \
             has not"
        ));
    }
    if repository
        .description
        .as_ref()
        .is_some_and(|text| text.chars().count() > 1000)
    {
        return refuse(format!(
            "the description of `{name}` has more than 1,000 characters"
        ));
    }
    if repository.upstreams.len() > 10 {
        return refuse(format!("`{name}` has more than 10 upstreams"));
    }
    if repository.external_connections.len() > 1 {
        return refuse(format!("`{name}` has more than one external connection"));
    }
    if !repository.external_connections.is_empty() && !repository.upstreams.is_empty() {
        return refuse(format!(
            "`{name}` has an external connection and upstreams: it can have either"
        ));
    }
    policy(
        &format!("the repository `{name}`"),
        repository.permissions_policy_document.as_ref(),
    )
}

fn policy(holder: &str, policy: Option<&PolicyDocument<String>>) -> Checked {
    let Some(policy) = policy else { return Ok(()) };
    let long = print(policy)?.len();
    if long > POLICY {
        return refuse(format!(
            "the policy of {holder} has {long} characters, and CodeArtifact takes {POLICY}"
        ));
    }
    if policy
        .statement
        .iter()
        .any(|statement| statement.principal.is_none())
    {
        return refuse(format!(
            "the policy of {holder} has a statement that names no principal"
        ));
    }
    Ok(())
}

fn refuse(message: String) -> Checked {
    Err(DriverError::Invalid(message))
}
