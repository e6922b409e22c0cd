//! `AWS::Cognito::UserPoolClient`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::Cognito::UserPoolClient`.
pub const USER_POOL_CLIENT: &ResourceType = &ResourceType {
    name: "AWS::Cognito::UserPoolClient",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["UserPoolId", "ClientName"],
    create_only: &["UserPoolId", "GenerateSecret"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolIdentityProvider",
        "AWS::CloudFront::Distribution",
        "AWS::IAM::Role",
    ],
};

/// An application that people sign in to.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct UserPoolClient<S = Text> {
    /// The pool. Changing it replaces the client.
    pub user_pool_id: S,
    /// 1 to 128 characters: letters, digits, spaces and `+=,.@-_`. Finds the client again: another
    /// name is another client.
    pub client_name: String,
    /// Whether it has a secret; absent means no, as for a browser. Changing it replaces the client.
    /// The secret is never read into anything that is displayed or stored.
    pub generate_secret: Option<bool>,
    /// Whether it uses the OAuth endpoints; absent means no.
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    pub allowed_oauth_flows_user_pool_client: Option<bool>,
    /// `code`, `implicit`, `client_credentials`; a set.
    #[serde(
        rename = "AllowedOAuthFlows",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub allowed_oauth_flows: Vec<String>,
    /// `openid`, `email`, `profile`, `phone`, `aws.cognito.signin.user.admin`, or those of resource
    /// servers; a set.
    #[serde(
        rename = "AllowedOAuthScopes",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub allowed_oauth_scopes: Vec<String>,
    /// URLs to return to after sign-in, at most 100; a set.
    #[serde(
        rename = "CallbackURLs",
        default = "Vec::new",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub callback_urls: Vec<S>,
    /// URLs to return to after sign-out, at most 100; a set.
    #[serde(
        rename = "LogoutURLs",
        default = "Vec::new",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub logout_urls: Vec<S>,
    /// The callback URL for a request that names none.
    #[serde(rename = "DefaultRedirectURI")]
    pub default_redirect_uri: Option<S>,
    /// `COGNITO` for the pool's own users, and the names of identity providers; a set. Absent means
    /// that no one can sign in on its pages.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub supported_identity_providers: Vec<S>,
    /// The API flows that it may use, such as `ALLOW_USER_SRP_AUTH`, `ALLOW_USER_AUTH`; a set.
    /// Absent means `ALLOW_REFRESH_TOKEN_AUTH`, `ALLOW_USER_SRP_AUTH` and `ALLOW_CUSTOM_AUTH`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explicit_auth_flows: Vec<String>,
    /// Lifetime of an access token, 5 minutes to 1 day; absent means an hour. In hours, unless the
    /// units say otherwise.
    pub access_token_validity: Option<i32>,
    /// Lifetime of an ID token, 5 minutes to 1 day; absent means an hour. In hours, unless the
    /// units say otherwise.
    pub id_token_validity: Option<i32>,
    /// Lifetime of a refresh token, 1 hour to 10 years; absent means 30 days. In days, unless the
    /// units say otherwise.
    pub refresh_token_validity: Option<i32>,
    /// The units of the three.
    pub token_validity_units: Option<TokenValidityUnits>,
    /// Whether each use of a refresh token returns a new one. Not with `ALLOW_REFRESH_TOKEN_AUTH`.
    pub refresh_token_rotation: Option<RefreshTokenRotation>,
    /// Whether tokens can be revoked; absent means yes.
    pub enable_token_revocation: Option<bool>,
    /// `ENABLED` does not reveal whether a user exists, `LEGACY` does; absent means `LEGACY`, AWS's
    /// default for clients of the API.
    pub prevent_user_existence_errors: Option<String>,
    /// Minutes that a step of a sign-in may take, 3 to 15; absent means 3.
    pub auth_session_validity: Option<i32>,
    /// Whether a client with a secret may pass on the user's source IP address; absent means no.
    pub enable_propagate_additional_user_context_data: Option<bool>,
    /// Attributes that it may read; a set. Absent means all standard ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_attributes: Vec<String>,
    /// Attributes that it may write; a set. Absent means all standard ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub write_attributes: Vec<String>,
    /// The destination of its analytics, in Pinpoint.
    pub analytics_configuration: Option<AnalyticsConfiguration<S>>,
}

impl<S> UserPoolClient<S> {
    /// A client of a pool, with all other properties absent.
    pub fn new(user_pool_id: S, client_name: impl Into<String>) -> Self {
        Self {
            user_pool_id,
            client_name: client_name.into(),
            generate_secret: None,
            allowed_oauth_flows_user_pool_client: None,
            allowed_oauth_flows: Vec::new(),
            allowed_oauth_scopes: Vec::new(),
            callback_urls: Vec::new(),
            logout_urls: Vec::new(),
            default_redirect_uri: None,
            supported_identity_providers: Vec::new(),
            explicit_auth_flows: Vec::new(),
            access_token_validity: None,
            id_token_validity: None,
            refresh_token_validity: None,
            token_validity_units: None,
            refresh_token_rotation: None,
            enable_token_revocation: None,
            prevent_user_existence_errors: None,
            auth_session_validity: None,
            enable_propagate_additional_user_context_data: None,
            read_attributes: Vec::new(),
            write_attributes: Vec::new(),
            analytics_configuration: None,
        }
    }
}

/// The units of token validities: `seconds`, `minutes`, `hours` or `days`.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TokenValidityUnits {
    /// Absent means hours.
    pub access_token: Option<String>,
    /// Absent means hours.
    pub id_token: Option<String>,
    /// Absent means days.
    pub refresh_token: Option<String>,
}

/// Whether each use of a refresh token returns a new one.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RefreshTokenRotation {
    /// `ENABLED` or `DISABLED`.
    pub feature: String,
    /// Seconds that the used one remains valid, 0 to 60; absent means 0.
    pub retry_grace_period_seconds: Option<i32>,
}

/// The destination of analytics.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct AnalyticsConfiguration<S = Text> {
    /// Pinpoint's project, by ARN.
    pub application_arn: Option<S>,
    /// Pinpoint's project, by id; with `external_id` and `role_arn`.
    pub application_id: Option<S>,
    /// The external id that the role's trust policy requires.
    pub external_id: Option<String>,
    /// The ARN of the role that Cognito assumes to publish.
    pub role_arn: Option<S>,
    /// Whether they include users' data; absent means no.
    pub user_data_shared: Option<bool>,
}

impl<S: Serialize> Resource for UserPoolClient<S> {
    const TYPE: &'static ResourceType = USER_POOL_CLIENT;
}

impl<S> UserPoolClient<S> {
    /// The client's id.
    pub const ID: Attribute<Self> = Attribute::new("ClientId");
}

impl Handle<UserPoolClient> {
    /// A reference to [`UserPoolClient::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(UserPoolClient::ID)
    }
}
