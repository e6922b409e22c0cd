//! `AWS::IAM::Role`, `AWS::IAM::OIDCProvider` and policy documents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::{OneOrMany, formats::PreferMany, serde_as, skip_serializing_none};

use crate::{Attribute, Handle, Pseudo, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "IAM",
    sdk_id: "IAM",
    regions: crate::Regions::All,
};

/// The facts of `AWS::IAM::Role`.
pub const ROLE: &ResourceType = &ResourceType {
    name: "AWS::IAM::Role",
    service: SERVICE,
    scope: Scope::Account,
    identity: &["RoleName"],
    create_only: &["RoleName", "Path"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[
        "AWS::DynamoDB::Table",
        "AWS::SQS::Queue",
        "AWS::Logs::LogGroup",
        "AWS::ApiGatewayV2::Api",
    ],
};

/// The facts of `AWS::IAM::OIDCProvider`.
pub const OIDC_PROVIDER: &ResourceType = &ResourceType {
    name: "AWS::IAM::OIDCProvider",
    service: SERVICE,
    scope: Scope::Account,
    identity: &["Url"],
    create_only: &["Url"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[],
};

/// A role that a service assumes.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Role<S = Text> {
    /// 1 to 64 characters of `[\w+=,.@-]`. Changing it replaces the role.
    pub role_name: S,
    /// Begins and ends with `/`; absent means `/`. Changing it replaces the role.
    pub path: Option<String>,
    /// The purpose of the role.
    pub description: Option<String>,
    /// Who may assume it.
    pub assume_role_policy_document: PolicyDocument<S>,
    /// ARNs of managed policies; a set, at most 10.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub managed_policy_arns: Vec<S>,
    /// Inline policies; a set by name.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Policy<S>>,
    /// Seconds, 3,600 to 43,200; absent means 3,600.
    pub max_session_duration: Option<i32>,
    /// The ARN of the policy that bounds the role's permissions.
    pub permissions_boundary: Option<S>,
}

/// An identity provider whose tokens let a workload assume a role, such as that of GitHub Actions.
///
/// An account has at most one per URL, often one that others created: then a stack refers to it by
/// [`OidcProvider::arn_in_account`] and does not contain it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct OidcProvider<S = Text> {
    /// The issuer of the tokens: `https://token.actions.githubusercontent.com`. Changing it replaces
    /// the provider.
    pub url: String,
    /// The audiences of accepted tokens, such as `sts.amazonaws.com`: a set, at most 100.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub client_id_list: Vec<S>,
    /// SHA-1 digests of the certificates of the authority that signs the issuer's, at most 5; absent
    /// means that IAM obtains one, and trusts its own library of authorities first.
    pub thumbprint_list: Option<Vec<String>>,
}

/// An inline policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Policy<S = Text> {
    /// 1 to 128 characters of `[\w+=,.@-]`.
    pub policy_name: String,
    /// Its permissions.
    pub policy_document: PolicyDocument<S>,
}

/// A policy document, in IAM's own JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct PolicyDocument<S = Text> {
    /// The language's version; always `2012-10-17` in Frontage's own documents. A document that
    /// states none uses `2008-10-17`.
    #[serde(default = "first_version")]
    pub version: String,
    /// The permissions granted and denied. IAM accepts a single statement instead of a list of one.
    #[serde(deserialize_with = "one_or_many")]
    pub statement: Vec<Statement<S>>,
}

/// One statement of a policy. IAM accepts a single string instead of a list of one, and order is
/// irrelevant.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Statement<S = Text> {
    /// A name for the statement.
    pub sid: Option<String>,
    /// Allow or deny.
    pub effect: Effect,
    /// Who: `{"Service": […]}`, in trust and resource policies.
    pub principal: Option<Principal<S>>,
    /// Everyone but these.
    pub not_principal: Option<Principal<S>>,
    /// The allowed or denied actions.
    #[serde_as(as = "OneOrMany<_, PreferMany>")]
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub action: Vec<String>,
    /// Everything but these.
    #[serde_as(as = "OneOrMany<_, PreferMany>")]
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub not_action: Vec<String>,
    /// The resources.
    #[serde(
        default = "Vec::new",
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "one_or_many"
    )]
    pub resource: Vec<S>,
    /// Everything but these.
    #[serde(
        default = "Vec::new",
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "one_or_many"
    )]
    pub not_resource: Vec<S>,
    /// Conditions: operator, then key, then values.
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<String, BTreeMap<String, Values<S>>>,
}

/// Allow or deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Refuses, regardless of other grants.
    Deny,
}

/// The principals of a statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub enum Principal<S = Text> {
    /// Kinds (`Service`, `AWS`, `Federated`) to names.
    Of(BTreeMap<String, Values<S>>),
    /// `*`.
    Anyone(String),
}

/// One value or several: IAM accepts a single one without brackets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    transparent,
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Values<S = Text>(#[serde(deserialize_with = "one_or_many")] pub Vec<S>);

fn first_version() -> String {
    "2008-10-17".to_owned()
}

fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Many(Vec<T>),
        One(T),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Many(items) => items,
        Either::One(item) => vec![item],
    })
}

impl<S> PolicyDocument<S> {
    /// A document of the current version.
    #[must_use]
    pub fn new(statement: Vec<Statement<S>>) -> Self {
        Self {
            version: "2012-10-17".to_owned(),
            statement,
        }
    }
}

impl<S: From<String>> PolicyDocument<S> {
    /// The trust policy that lets one service assume a role: `lambda.amazonaws.com`.
    #[must_use]
    pub fn trust(service: &str) -> Self {
        let principal = BTreeMap::from([(
            "Service".to_owned(),
            Values(vec![S::from(service.to_owned())]),
        )]);
        Self::new(vec![Statement {
            principal: Some(Principal::Of(principal)),
            ..Statement::allow(["sts:AssumeRole"], Vec::new())
        }])
    }
}

impl<S> Statement<S> {
    /// Allows `actions` on `resources`.
    pub fn allow<'a>(actions: impl IntoIterator<Item = &'a str>, resources: Vec<S>) -> Self {
        Self {
            sid: None,
            effect: Effect::Allow,
            principal: None,
            not_principal: None,
            action: actions.into_iter().map(str::to_owned).collect(),
            not_action: Vec::new(),
            resource: resources,
            not_resource: Vec::new(),
            condition: BTreeMap::new(),
        }
    }
}

impl<S: Serialize> Resource for Role<S> {
    const TYPE: &'static ResourceType = ROLE;
}

impl<S: Serialize> Resource for OidcProvider<S> {
    const TYPE: &'static ResourceType = OIDC_PROVIDER;
}

impl<S> OidcProvider<S> {
    /// The provider's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
}

impl OidcProvider {
    /// The ARN of the account's provider with a URL, whoever created it: it ends with the URL without
    /// its `https://`.
    #[must_use]
    pub fn arn_in_account(url: &str) -> Text {
        let host = url.strip_prefix("https://").unwrap_or(url);
        Text::concat([
            Text::from("arn:"),
            Pseudo::Partition.into(),
            Text::from(":iam::"),
            Pseudo::AccountId.into(),
            Text::from(format!(":oidc-provider/{host}")),
        ])
    }
}

impl Handle<OidcProvider> {
    /// A reference to [`OidcProvider::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(OidcProvider::ARN)
    }
}

impl<S> Role<S> {
    /// The role's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The role's name.
    pub const NAME: Attribute<Self> = Attribute::new("RoleName");
    /// The role's id, which a role of the same name that is created later does not share.
    pub const ID: Attribute<Self> = Attribute::new("RoleId");
}

impl Handle<Role> {
    /// A reference to [`Role::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Role::ARN)
    }
}
