//! `AWS::CodeCommit::Repository`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of this type.
pub const SERVICE: &Service = &Service {
    name: "CodeCommit",
    sdk_id: "CodeCommit",
    // The endpoints of `codecommit` in botocore's `endpoints.json`.
    regions: crate::Regions::Only(&[
        "af-south-1",
        "ap-east-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ca-central-1",
        "cn-north-1",
        "cn-northwest-1",
        "eu-central-1",
        "eu-north-1",
        "eu-south-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-gov-east-1",
        "us-gov-west-1",
        "us-west-1",
        "us-west-2",
    ]),
};

/// The facts of `AWS::CodeCommit::Repository`.
pub const REPOSITORY: &ResourceType = &ResourceType {
    name: "AWS::CodeCommit::Repository",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["RepositoryName"],
    // CodeCommit can rename a repository, but it is found by its name.
    create_only: &["RepositoryName"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: true,
    taggable: true,
    refers_to: &[],
};

/// A git repository. Its branches, triggers and approval rules are left as they are.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Repository<S = Text> {
    /// 1 to 100 characters of `[A-Za-z0-9._-]`, not ending in `.git`, unique in the account and
    /// Region. Changing it would replace the repository, which is refused.
    pub repository_name: String,
    /// At most 1,000 characters.
    pub repository_description: Option<String>,
    /// The KMS key that encrypts the repository; absent means CodeCommit's own, `aws/codecommit`.
    pub kms_key_id: Option<S>,
}

impl<S: Serialize> Resource for Repository<S> {
    const TYPE: &'static ResourceType = REPOSITORY;
}

impl<S> Repository<S> {
    /// The repository's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The URL to clone it from over HTTPS.
    pub const CLONE_URL_HTTP: Attribute<Self> = Attribute::new("CloneUrlHttp");
    /// The URL to clone it from over SSH.
    pub const CLONE_URL_SSH: Attribute<Self> = Attribute::new("CloneUrlSsh");
    /// The repository's name.
    pub const NAME: Attribute<Self> = Attribute::new("Name");
}

impl Handle<Repository> {
    /// A reference to [`Repository::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Repository::ARN)
    }

    /// A reference to [`Repository::CLONE_URL_HTTP`].
    #[must_use]
    pub fn clone_url_http(&self) -> Text {
        self.attribute(Repository::CLONE_URL_HTTP)
    }

    /// A reference to [`Repository::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Repository::NAME)
    }
}
