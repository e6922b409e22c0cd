//! `AWS::Cognito::UserPoolDomain`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::Cognito::UserPoolDomain`.
///
/// A pool can have one domain below Cognito's own and one custom one, side by side: each is found
/// through the pool, and changing its name replaces it.
pub const USER_POOL_DOMAIN: &ResourceType = &ResourceType {
    name: "AWS::Cognito::UserPoolDomain",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["UserPoolId"],
    create_only: &["UserPoolId", "Domain"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::Cognito::UserPool",
        "AWS::CertificateManager::Certificate",
    ],
};

/// The domain of a pool's sign-in pages.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct UserPoolDomain<S = Text> {
    /// The pool. Changing it replaces the domain.
    pub user_pool_id: S,
    /// A prefix, 1 to 63 characters of `[a-z0-9-]` and unique in the Region across all accounts,
    /// not containing `aws`, `amazon` or `cognito`; or, with a certificate, a full domain name.
    /// Changing it replaces the domain.
    pub domain: S,
    /// 1 for the classic pages, 2 for managed login; absent means 1.
    pub managed_login_version: Option<i32>,
    /// Makes it a custom domain.
    pub custom_domain_config: Option<CustomDomainConfig<S>>,
}

/// The settings of a custom domain.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomDomainConfig<S = Text> {
    /// The ARN of the certificate in us-east-1.
    pub certificate_arn: S,
    /// The versions of TLS and the ciphers that it accepts: `TLS_V1_3_2025`, `TLS_V1_2_2021` or
    /// `TLS_V1`; absent means what is set.
    pub security_policy: Option<String>,
}

impl<S: Serialize> Resource for UserPoolDomain<S> {
    const TYPE: &'static ResourceType = USER_POOL_DOMAIN;
}

impl<S> UserPoolDomain<S> {
    /// The base URL of the sign-in pages, without a trailing slash, on AWS and on an emulator.
    pub const LOGIN_URL: Attribute<Self> = Attribute::new("LoginUrl");
    /// The alias target for a custom domain's DNS record.
    pub const CLOUD_FRONT_DISTRIBUTION: Attribute<Self> = Attribute::new("CloudFrontDistribution");
}

impl Handle<UserPoolDomain> {
    /// A reference to [`UserPoolDomain::LOGIN_URL`].
    #[must_use]
    pub fn login_url(&self) -> Text {
        self.attribute(UserPoolDomain::LOGIN_URL)
    }

    /// A reference to [`UserPoolDomain::CLOUD_FRONT_DISTRIBUTION`].
    #[must_use]
    pub fn distribution(&self) -> Text {
        self.attribute(UserPoolDomain::CLOUD_FRONT_DISTRIBUTION)
    }
}
