//! `AWS::Cognito::UserPoolIdentityProvider`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::Cognito::UserPoolIdentityProvider`.
pub const USER_POOL_IDENTITY_PROVIDER: &ResourceType = &ResourceType {
    name: "AWS::Cognito::UserPoolIdentityProvider",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["UserPoolId", "ProviderName"],
    create_only: &["UserPoolId", "ProviderName", "ProviderType"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &["AWS::Cognito::UserPool"],
};

/// Another directory whose users can sign in, such as a company's own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct UserPoolIdentityProvider<S = Text> {
    /// The pool. Changing it replaces the provider.
    pub user_pool_id: S,
    /// 3 to 32 characters, unique in the pool; for `Google`, `Facebook`, `LoginWithAmazon` and
    /// `SignInWithApple` the type itself. Changing it replaces the provider.
    pub provider_name: String,
    /// `SAML`, `OIDC`, `Google`, `Facebook`, `LoginWithAmazon` or `SignInWithApple`. Changing it
    /// replaces the provider.
    pub provider_type: String,
    /// The provider's addresses and settings, by names that depend on the type: for `SAML`
    /// `MetadataURL` or `MetadataFile`, for `OIDC` `oidc_issuer`, `client_id`, `client_secret`,
    /// `authorize_scopes` and `attributes_request_method`. Cognito adds others, such as the
    /// addresses that it discovers; only those that are stated here are compared. A `private_key`
    /// cannot be read, so a change of it is not noticed.
    pub provider_details: BTreeMap<String, S>,
    /// The provider's attribute or claim for each attribute of the pool, `email` for instance.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attribute_mapping: BTreeMap<String, String>,
    /// Further names of the provider in requests to sign in, such as the domains of its users'
    /// mail addresses: at most 50 of 1 to 40 characters; a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idp_identifiers: Vec<String>,
}

impl<S: Serialize> Resource for UserPoolIdentityProvider<S> {
    const TYPE: &'static ResourceType = USER_POOL_IDENTITY_PROVIDER;
    const SENSITIVE: &'static [&'static str] = &[
        "ProviderDetails.client_secret",
        "ProviderDetails.private_key",
    ];
}

/// Without the values of the details, which may be secrets.
impl<S: fmt::Debug> fmt::Debug for UserPoolIdentityProvider<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = self.provider_details.keys().collect::<Vec<_>>();
        f.debug_struct("UserPoolIdentityProvider")
            .field("user_pool_id", &self.user_pool_id)
            .field("provider_name", &self.provider_name)
            .field("provider_type", &self.provider_type)
            .field("provider_details", &details)
            .field("attribute_mapping", &self.attribute_mapping)
            .field("idp_identifiers", &self.idp_identifiers)
            .finish()
    }
}

impl<S> UserPoolIdentityProvider<S> {
    /// The provider's name, once it exists.
    pub const NAME: Attribute<Self> = Attribute::new("ProviderName");
}

impl Handle<UserPoolIdentityProvider> {
    /// A reference to [`UserPoolIdentityProvider::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(UserPoolIdentityProvider::NAME)
    }
}
