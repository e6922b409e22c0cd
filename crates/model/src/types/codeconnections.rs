//! `AWS::CodeConnections::Connection`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of this type.
pub const SERVICE: &Service = &Service {
    name: "CodeConnections",
    sdk_id: "CodeConnections",
    // The endpoints of `codestar-connections`, its former name, in botocore's `endpoints.json`.
    regions: crate::Regions::Only(&[
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-south-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-gov-east-1",
        "us-gov-west-1",
        "us-west-1",
        "us-west-2",
    ]),
};

/// The facts of `AWS::CodeConnections::Connection`.
pub const CONNECTION: &ResourceType = &ResourceType {
    name: "AWS::CodeConnections::Connection",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["ConnectionName"],
    create_only: &["ConnectionName", "ProviderType", "HostArn"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[],
};

/// A connection to a provider of git repositories.
///
/// A new one is `PENDING` until a person completes the handshake with the provider in AWS's console.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Connection<S = Text> {
    /// 1 to 32 characters, unique in the account and Region. Changing it replaces the connection.
    pub connection_name: String,
    /// `GitHub`, `GitLab`, `Bitbucket`, `AzureDevOps`, `GitHubEnterpriseServer` or
    /// `GitLabSelfManaged`; absent means that of the host. Changing it replaces the connection.
    pub provider_type: Option<String>,
    /// The ARN of the host, for a provider that an organisation runs itself. Changing it replaces
    /// the connection.
    pub host_arn: Option<S>,
}

impl<S: Serialize> Resource for Connection<S> {
    const TYPE: &'static ResourceType = CONNECTION;
}

impl<S> Connection<S> {
    /// The connection's ARN, whose service is `codeconnections` or, for older ones,
    /// `codestar-connections`.
    pub const ARN: Attribute<Self> = Attribute::new("ConnectionArn");
    /// `AVAILABLE`, or `PENDING` or `ERROR` until a person completes the handshake.
    pub const STATUS: Attribute<Self> = Attribute::new("ConnectionStatus");
    /// The account that owns the connection.
    pub const OWNER: Attribute<Self> = Attribute::new("OwnerAccountId");
}

impl Handle<Connection> {
    /// A reference to [`Connection::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Connection::ARN)
    }
}
