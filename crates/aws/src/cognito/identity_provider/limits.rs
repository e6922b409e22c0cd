//! The limits of an identity provider that AWS enforces and emulators do not.

use model::types::cognito::UserPoolIdentityProvider;

use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of Cognito's user pools";

/// The providers whose names are their types.
const SOCIAL: &[&str] = &["Facebook", "Google", "LoginWithAmazon", "SignInWithApple"];

/// The name of the pool's own users among a client's providers.
const LOCAL: &str = "COGNITO";

pub(super) const LIMITS: &[Limit] = &[
    // The pattern requires three characters.
    Limit::length("ProviderName", 3, 32, MODEL),
    Limit::characters(
        "ProviderName",
        |c| !c.is_whitespace() && !c.is_control(),
        "characters that are not spaces",
        MODEL,
    ),
    Limit::one_of(
        "ProviderType",
        &[
            "SAML",
            "OIDC",
            "Facebook",
            "Google",
            "LoginWithAmazon",
            "SignInWithApple",
        ],
        MODEL,
    ),
    Limit::length("ProviderDetails{}", 0, 131_072, MODEL),
    Limit::count("IdpIdentifiers", 0, 50, MODEL),
    Limit::length("IdpIdentifiers[]", 1, 40, MODEL),
    Limit::characters(
        "IdpIdentifiers[]",
        |c| c.is_alphanumeric() || c.is_whitespace() || "_+=.@-".contains(c),
        "letters, digits, spaces and _+=.@-",
        MODEL,
    ),
];

/// The details that each type requires. Source: `CreateIdentityProvider` in the Cognito user pools
/// API reference.
fn required(provider_type: &str) -> &'static [&'static str] {
    match provider_type {
        "OIDC" => &[
            "attributes_request_method",
            "authorize_scopes",
            "client_id",
            "oidc_issuer",
        ],
        "SignInWithApple" => &[
            "authorize_scopes",
            "client_id",
            "key_id",
            "private_key",
            "team_id",
        ],
        "Facebook" | "Google" | "LoginWithAmazon" => {
            &["authorize_scopes", "client_id", "client_secret"]
        }
        _ => &[],
    }
}

pub(super) fn check(provider: &UserPoolIdentityProvider<String>, checks: &mut Checks) {
    let UserPoolIdentityProvider {
        provider_name: name,
        provider_type: of,
        provider_details: details,
        ..
    } = provider;
    let is_social = SOCIAL.contains(&of.as_str());
    checks.require(
        !is_social || name == of,
        "ProviderName",
        format!("is `{name}`; a provider of the type {of} has this name"),
    );
    checks.require(
        is_social || name != LOCAL && !SOCIAL.contains(&name.as_str()),
        "ProviderName",
        format!("is `{name}`, which Cognito reserves"),
    );
    checks.require(
        !name.starts_with('_') && !name.ends_with('_'),
        "ProviderName",
        format!("is `{name}`; it must not begin or end with _"),
    );
    for missing in required(of)
        .iter()
        .filter(|key| !details.contains_key(**key))
    {
        checks.refuse("ProviderDetails", format!("has no {missing}"));
    }
    let metadata = ["MetadataFile", "MetadataURL"].map(|key| details.contains_key(key));
    checks.require(
        of != "SAML" || metadata[0] != metadata[1],
        "ProviderDetails",
        "must have either a MetadataURL or a MetadataFile",
    );
    let mapped = provider.attribute_mapping.keys();
    for long in mapped.filter(|name| !(1..=32).contains(&name.chars().count())) {
        checks.refuse(
            "AttributeMapping",
            format!("has `{long}`; 1 to 32 characters are allowed in an attribute's name"),
        );
    }
}
