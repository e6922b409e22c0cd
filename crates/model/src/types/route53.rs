//! `AWS::Route53::RecordSet` and `AWS::Route53::HealthCheck`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

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

/// The facts of `AWS::Route53::HealthCheck`.
///
/// AWS assigns its id, and its creation takes no tags: the reference of the creation names the owner.
/// A check can have at most ten tags, so it carries Frontage's own and not those of the description.
/// Source: the Route 53 API reference, `CreateHealthCheck` and `ChangeTagsForResource`.
pub const HEALTH_CHECK: &ResourceType = &ResourceType {
    name: "AWS::Route53::HealthCheck",
    service: SERVICE,
    scope: Scope::Account,
    identity: &[],
    create_only: &[
        "HealthCheckConfig.Type",
        "HealthCheckConfig.RequestInterval",
        "HealthCheckConfig.MeasureLatency",
    ],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &["AWS::CloudFront::Distribution"],
};

/// A check of an endpoint, from several places of the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HealthCheck<S = Text> {
    /// All of it.
    pub health_check_config: HealthCheckConfig<S>,
}

/// What is checked, and how. Checks of addresses, of alarms, of routing controls and of other checks
/// are not described.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct HealthCheckConfig<S = Text> {
    /// `HTTP`, `HTTPS`, `HTTP_STR_MATCH`, `HTTPS_STR_MATCH` or `TCP`. Changing it replaces the check.
    #[serde(rename = "Type")]
    pub check_type: String,
    /// The host that is asked, by an IPv4 address that DNS returns for it.
    pub fully_qualified_domain_name: S,
    /// Absent means 80, or 443 for HTTPS; required for TCP.
    pub port: Option<i32>,
    /// The path that is asked for, with its query; absent means `/`.
    pub resource_path: Option<String>,
    /// For `…_STR_MATCH`, and required there: a text that must be in the first 5,120 bytes of the
    /// answer's body. Case counts.
    pub search_string: Option<String>,
    /// The seconds between two checks by one checker, 10 or 30; absent means 30. Changing it replaces
    /// the check.
    pub request_interval: Option<i32>,
    /// How many checks in a row must fail or pass until the status changes, 1 to 10; absent means 3.
    pub failure_threshold: Option<i32>,
    /// Whether the host's name is sent in the TLS handshake; absent means yes for HTTPS, otherwise no.
    #[serde(rename = "EnableSNI")]
    pub enable_sni: Option<bool>,
    /// The Regions that it is checked from, three or more; a set. Empty means all that Route 53 has.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Whether unhealthy counts as healthy; absent means no.
    pub inverted: Option<bool>,
    /// Whether checking is stopped, so that the endpoint counts as healthy; absent means no.
    /// CloudFormation does not have it.
    pub disabled: Option<bool>,
    /// Whether the latency is measured, for which AWS charges; absent means no. Changing it replaces the
    /// check.
    pub measure_latency: Option<bool>,
}

impl HealthCheck {
    /// A check that a page answers over TLS, and contains a text.
    #[must_use]
    pub fn of_page(host: Text, path: &str, text: &str) -> Self {
        let health_check_config = HealthCheckConfig {
            check_type: "HTTPS_STR_MATCH".to_owned(),
            fully_qualified_domain_name: host,
            port: None,
            resource_path: Some(path.to_owned()),
            search_string: Some(text.to_owned()),
            request_interval: None,
            failure_threshold: None,
            enable_sni: None,
            regions: Vec::new(),
            inverted: None,
            disabled: None,
            measure_latency: None,
        };
        Self {
            health_check_config,
        }
    }
}

impl<S: Serialize> Resource for HealthCheck<S> {
    const TYPE: &'static ResourceType = HEALTH_CHECK;
}

impl<S> HealthCheck<S> {
    /// The id that AWS assigns.
    pub const ID: Attribute<Self> = Attribute::new("HealthCheckId");
    /// The reference of the call that created it.
    pub const REFERENCE: Attribute<Self> = Attribute::new("CallerReference");
}

impl Handle<HealthCheck> {
    /// A reference to [`HealthCheck::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(HealthCheck::ID)
    }
}
