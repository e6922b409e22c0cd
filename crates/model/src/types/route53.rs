//! `AWS::Route53::RecordSet`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Attribute, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "Route 53",
    sdk_id: "Route 53",
    regions: crate::Regions::All,
};

/// The facts of `AWS::Route53::RecordSet`. Its ownership record is another record, below
/// `_frontage` in the same zone.
pub const RECORD_SET: &ResourceType = &ResourceType {
    name: "AWS::Route53::RecordSet",
    service: SERVICE,
    scope: Scope::Account,
    identity: &["HostedZoneId", "Name", "Type"],
    create_only: &["HostedZoneId", "Name", "Type"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::CloudFront::Distribution",
        "AWS::CertificateManager::Certificate",
        "AWS::Cognito::UserPoolDomain",
    ],
};

/// The hosted zone of every CloudFront distribution, named by an alias to one.
pub const CLOUDFRONT_ZONE: &str = "Z2FDTNDATAQYW2";

/// The records of one name and type, with simple routing.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RecordSet<S = Text> {
    /// Their zone: `Z…`. Changing it replaces them.
    pub hosted_zone_id: S,
    /// The full name, such as `www.example.com`, with or without a trailing dot. Changing it
    /// replaces them.
    pub name: S,
    /// `A`, `AAAA`, `CNAME`, `TXT`, `CAA`… Changing it replaces them.
    #[serde(rename = "Type")]
    pub record_type: String,
    /// The AWS resource that the name refers to, instead of records.
    pub alias_target: Option<AliasTarget<S>>,
    /// Seconds that resolvers cache the answer, in digits; required with records, not allowed with
    /// an alias.
    #[serde(rename = "TTL")]
    pub ttl: Option<String>,
    /// The answers; a set.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub resource_records: Vec<S>,
}

/// The AWS resource that a name refers to.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AliasTarget<S = Text> {
    /// Its own name, such as a distribution's.
    #[serde(rename = "DNSName")]
    pub dns_name: S,
    /// The zone of that name: for a distribution [`CLOUDFRONT_ZONE`].
    pub hosted_zone_id: S,
    /// Whether the answer depends on the target's health; absent means no. A distribution allows
    /// only no.
    pub evaluate_target_health: Option<bool>,
}

impl RecordSet {
    /// The alias of a distribution, `A` or `AAAA`.
    #[must_use]
    pub fn distribution_alias(
        hosted_zone_id: Text,
        name: Text,
        record_type: &str,
        distribution_domain: Text,
    ) -> Self {
        let alias_target = AliasTarget {
            dns_name: distribution_domain,
            hosted_zone_id: Text::from(CLOUDFRONT_ZONE),
            evaluate_target_health: Some(false),
        };
        Self {
            hosted_zone_id,
            name,
            record_type: record_type.to_owned(),
            alias_target: Some(alias_target),
            ttl: None,
            resource_records: Vec::new(),
        }
    }
}

impl<S: Serialize> Resource for RecordSet<S> {
    const TYPE: &'static ResourceType = RECORD_SET;
}

impl<S> RecordSet<S> {
    /// The name, once the records have reached all name servers, without a trailing dot.
    pub const NAME: Attribute<Self> = Attribute::new("Name");
}
