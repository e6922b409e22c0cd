//! The limits of a domain that AWS enforces and emulators do not.

use model::types::cognito::UserPoolDomain;

use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

/// The service model of Cognito's user pools.
const LENGTH: usize = 63;

/// The developer guide: a prefix contains none of these.
const RESERVED: &[&str] = &["aws", "amazon", "cognito"];

const MODEL: &str = "the service model of Cognito's user pools";

pub(super) const LIMITS: &[Limit] = &[
    Limit::range("ManagedLoginVersion", 1, 2, MODEL),
    Limit::one_of(
        "CustomDomainConfig.SecurityPolicy",
        &["TLS_V1", "TLS_V1_2_2021", "TLS_V1_3_2025"],
        MODEL,
    ),
];

/// A custom domain is a whole name, any other is a prefix: both of the service model's alphabet.
pub(super) fn check(domain: &UserPoolDomain<String>, checks: &mut Checks) {
    let name = &domain.domain;
    if !is_known(name) {
        return;
    }
    let is_custom = domain.custom_domain_config.is_some();
    let length = name.chars().count();
    let kind = if is_custom { "custom domain" } else { "prefix" };
    checks.require(
        (1..=LENGTH).contains(&length),
        "Domain",
        format!("has {length} characters; 1 to {LENGTH} are allowed in a {kind}"),
    );
    if is_custom {
        checks.require(
            name.contains('.'),
            "Domain",
            format!("is `{name}`; a custom domain is a whole name"),
        );
        return;
    }
    let alphabet = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    checks.require(
        name.chars().all(alphabet) && !name.starts_with('-') && !name.ends_with('-'),
        "Domain",
        format!("is `{name}`; only small letters, digits and, within, - are allowed in a prefix"),
    );
    for word in RESERVED.iter().filter(|word| name.contains(**word)) {
        checks.refuse(
            "Domain",
            format!("is `{name}`; Cognito reserves `{word}` in a prefix"),
        );
    }
}
