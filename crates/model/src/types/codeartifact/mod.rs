//! `AWS::CodeArtifact::Domain`, `AWS::CodeArtifact::PackageGroup` and
//! `AWS::CodeArtifact::Repository`.

mod package_group;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

pub use self::package_group::{
    OriginConfiguration, PACKAGE_GROUP, PackageGroup, RestrictionMode, RestrictionType,
    Restrictions,
};
use super::iam::PolicyDocument;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "CodeArtifact",
    sdk_id: "codeartifact",
    regions: crate::Regions::Only(&[
        "ap-northeast-1",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "eu-central-1",
        "eu-north-1",
        "eu-south-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "us-east-1",
        "us-east-2",
        "us-west-2",
    ]),
};

/// The facts of `AWS::CodeArtifact::Domain`.
pub const DOMAIN: &ResourceType = &ResourceType {
    name: "AWS::CodeArtifact::Domain",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["DomainName"],
    create_only: &["DomainName", "EncryptionKey"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: true,
    taggable: true,
    refers_to: &[],
};

/// The facts of `AWS::CodeArtifact::Repository`.
pub const REPOSITORY: &ResourceType = &ResourceType {
    name: "AWS::CodeArtifact::Repository",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["DomainName", "RepositoryName"],
    create_only: &["DomainName", "DomainOwner", "RepositoryName"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: true,
    taggable: true,
    refers_to: &["AWS::CodeArtifact::Domain"],
};

/// A domain: the shared storage of its repositories, in which an asset is stored once.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Domain<S = Text> {
    /// 2 to 50 characters of `[a-z0-9-]`, beginning with a letter and not ending with `-`, unique
    /// in the account and Region. Changing it would replace the domain, which is refused.
    pub domain_name: String,
    /// The KMS key that encrypts assets; absent means CodeArtifact's own. Changing it would replace
    /// the domain.
    pub encryption_key: Option<S>,
    /// Permissions on the domain; absent means principals of the account whose own policies allow
    /// it.
    pub permissions_policy_document: Option<PolicyDocument<S>>,
}

/// A repository in a domain.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Repository<S = Text> {
    /// Its domain. Changing it would replace the repository, which is refused.
    pub domain_name: S,
    /// 2 to 100 characters of `[A-Za-z0-9._-]`, beginning with a letter or digit. Changing it would
    /// replace the repository.
    pub repository_name: String,
    /// At most 1,000 characters.
    pub description: Option<String>,
    /// The upstreams: repositories of the same domain that provide packages missing from this one,
    /// in this order; at most 10.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub upstreams: Vec<S>,
    /// The public registry that provides packages missing from this repository (`public:npmjs`): at
    /// most one, and only without upstreams.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub external_connections: Vec<String>,
    /// Permissions on the packages; absent means principals of the account whose own policies allow
    /// it.
    pub permissions_policy_document: Option<PolicyDocument<S>>,
}

impl<S: Serialize> Resource for Domain<S> {
    const TYPE: &'static ResourceType = DOMAIN;
}

impl<S: Serialize> Resource for Repository<S> {
    const TYPE: &'static ResourceType = REPOSITORY;
}

impl<S> Domain<S> {
    /// The domain's name.
    pub const NAME: Attribute<Self> = Attribute::new("Name");
    /// The domain's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The ARN of the key that its assets are encrypted with.
    pub const ENCRYPTION_KEY: Attribute<Self> = Attribute::new("EncryptionKey");
    /// The account that owns the domain.
    pub const OWNER: Attribute<Self> = Attribute::new("Owner");
}

impl Handle<Domain> {
    /// A reference to [`Domain::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Domain::NAME)
    }
}

impl<S> Repository<S> {
    /// The repository's name.
    pub const NAME: Attribute<Self> = Attribute::new("Name");
    /// The URL that npm accepts as a registry, with the trailing slash that it needs. It is
    /// Frontage's own attribute: CloudFormation has none.
    pub const NPM_ENDPOINT: Attribute<Self> = Attribute::new("NpmEndpoint");
    /// The repository's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The name of its domain.
    pub const DOMAIN_NAME: Attribute<Self> = Attribute::new("DomainName");
    /// The account that owns its domain.
    pub const DOMAIN_OWNER: Attribute<Self> = Attribute::new("DomainOwner");
}

impl Handle<Repository> {
    /// A reference to [`Repository::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Repository::NAME)
    }

    /// A reference to [`Repository::NPM_ENDPOINT`].
    #[must_use]
    pub fn npm_endpoint(&self) -> Text {
        self.attribute(Repository::NPM_ENDPOINT)
    }
}
