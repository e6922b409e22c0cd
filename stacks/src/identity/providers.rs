//! Who can sign in: the pool's own users, and those of other directories.

use std::collections::BTreeMap;

use model::types::cognito::{UserPool, UserPoolIdentityProvider};
use model::{Handle, StackBuilder, Text};

use crate::artifacts::Artifacts;
use crate::description::{Identity, Oidc, Protocol, Provider};

/// The name of the pool's own users among a client's identity providers.
const LOCAL_USERS: &str = "COGNITO";

/// Adds the identity providers, and returns the names of all that a client supports.
pub(super) fn add(
    stack: &mut StackBuilder<'_>,
    pool: &Handle<UserPool>,
    settings: &Identity,
    artifacts: &Artifacts,
) -> Vec<Text> {
    let mut names: Vec<_> = settings
        .local_users
        .then(|| Text::from(LOCAL_USERS))
        .into_iter()
        .collect();
    for settings in &settings.providers {
        let name = format!("provider-{}", settings.name);
        let provider = stack.add(&name, provider(pool, settings, artifacts));
        names.push(provider.name());
    }
    names
}

fn provider(
    pool: &Handle<UserPool>,
    settings: &Provider,
    artifacts: &Artifacts,
) -> UserPoolIdentityProvider {
    let (provider_type, details) = match &settings.protocol {
        Protocol::SamlUrl(url) => ("SAML", saml("MetadataURL", url)),
        // Without the file, as in tests, there is nothing to compare it with.
        Protocol::SamlFile(path) => {
            let metadata = artifacts.saml_metadata.get(path);
            let metadata = metadata.map_or("", String::as_str);
            ("SAML", saml("MetadataFile", metadata))
        }
        Protocol::Oidc(settings) => ("OIDC", oidc(settings)),
    };
    UserPoolIdentityProvider {
        user_pool_id: pool.id(),
        provider_name: settings.name.clone(),
        provider_type: provider_type.to_owned(),
        provider_details: details,
        attribute_mapping: settings.attributes.clone(),
        idp_identifiers: settings.identifiers.clone(),
    }
}

fn saml(key: &str, metadata: &str) -> BTreeMap<String, Text> {
    BTreeMap::from([(key.to_owned(), Text::from(metadata))])
}

fn oidc(settings: &Oidc) -> BTreeMap<String, Text> {
    let details = [
        ("attributes_request_method", Text::from("GET")),
        ("authorize_scopes", Text::from(settings.scopes.join(" "))),
        ("client_id", Text::from(settings.client_id.as_str())),
        (
            "client_secret",
            Text::secret(settings.client_secret_env.as_str()),
        ),
        ("oidc_issuer", Text::from(settings.issuer.as_str())),
    ];
    details.map(|(key, text)| (key.to_owned(), text)).into()
}
