//! The origins of a distribution.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// An origin of a distribution: a bucket or a custom server.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Origin<S = Text> {
    /// The name by which the behaviors of this distribution refer to it.
    pub id: String,
    /// A bucket's regional domain name, or a server's.
    pub domain_name: S,
    /// The prefix of paths at the origin, with a leading slash and no trailing one; absent means
    /// none.
    pub origin_path: Option<String>,
    /// Headers added to each request to the origin; a set by name.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub origin_custom_headers: Vec<OriginCustomHeader<S>>,
    /// For a bucket, even if it is empty.
    pub s3_origin_config: Option<S3OriginConfig<S>>,
    /// For a server.
    pub custom_origin_config: Option<CustomOriginConfig>,
    /// The access control that signs requests to it; absent means none.
    pub origin_access_control_id: Option<S>,
    /// Connection attempts, 1 to 3; absent means 3.
    pub connection_attempts: Option<i32>,
    /// Seconds that a connection may take, 1 to 10; absent means 10.
    pub connection_timeout: Option<i32>,
    /// An additional cache in front of the origin; absent means none.
    pub origin_shield: Option<OriginShield>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for Origin {
    fn default() -> Self {
        Self {
            id: String::new(),
            domain_name: Text::from(""),
            origin_path: None,
            origin_custom_headers: Vec::new(),
            s3_origin_config: None,
            custom_origin_config: None,
            origin_access_control_id: None,
            connection_attempts: None,
            connection_timeout: None,
            origin_shield: None,
        }
    }
}

/// A header added to requests to the origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginCustomHeader<S = Text> {
    /// Its name.
    pub header_name: String,
    /// Its value.
    pub header_value: S,
}

/// Marks the origin as a bucket.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct S3OriginConfig<S = Text> {
    /// The older way to sign requests, `origin-access-identity/cloudfront/ID`; absent means that it
    /// is not used, which is required with an origin access control.
    pub origin_access_identity: Option<S>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for S3OriginConfig {
    fn default() -> Self {
        Self {
            origin_access_identity: None,
        }
    }
}

/// Marks the origin as a server.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomOriginConfig {
    /// Its port for HTTP; absent means 80.
    #[serde(rename = "HTTPPort")]
    pub http_port: Option<i32>,
    /// Its port for HTTPS; absent means 443.
    #[serde(rename = "HTTPSPort")]
    pub https_port: Option<i32>,
    /// The IP versions used to reach it; absent means IPv4.
    pub ip_address_type: Option<IpAddressType>,
    /// Seconds that an idle connection is kept open; absent means 5.
    pub origin_keepalive_timeout: Option<i32>,
    /// The protocol used to reach it.
    pub origin_protocol_policy: OriginProtocolPolicy,
    /// Seconds that a response may take; absent means 30.
    pub origin_read_timeout: Option<i32>,
    /// The TLS versions that it may use, a set; absent means SSL 3 and TLS 1, CloudFormation's
    /// default.
    #[serde(
        rename = "OriginSSLProtocols",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub origin_ssl_protocols: Vec<SslProtocol>,
}

/// The IP versions used to reach a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IpAddressType {
    /// IPv4 and IPv6.
    Dualstack,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

/// The protocol used to reach a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OriginProtocolPolicy {
    /// By HTTP.
    HttpOnly,
    /// By HTTPS.
    HttpsOnly,
    /// As in the viewer's request.
    MatchViewer,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SslProtocol {
    /// SSL 3.
    #[serde(rename = "SSLv3")]
    Ssl3,
    /// TLS 1.0.
    #[serde(rename = "TLSv1")]
    Tls1,
    /// TLS 1.1.
    #[serde(rename = "TLSv1.1")]
    Tls1_1,
    /// TLS 1.2.
    #[serde(rename = "TLSv1.2")]
    Tls1_2,
}

/// An additional cache in front of an origin.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginShield {
    /// Whether it is enabled; absent means no.
    pub enabled: Option<bool>,
    /// Its Region; required if enabled.
    pub origin_shield_region: Option<String>,
}
