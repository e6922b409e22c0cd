//! Where a distribution serves from.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// Where a distribution serves from: a bucket or a server of one's own.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Origin<S = Text> {
    /// How the behaviors of this distribution name it.
    pub id: String,
    /// A bucket's regional domain name, or a server's.
    pub domain_name: S,
    /// What paths begin with at the origin, with a slash before and none behind; absent means
    /// nothing.
    pub origin_path: Option<String>,
    /// Headers that the origin gets with each request; a set by name.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub origin_custom_headers: Vec<OriginCustomHeader<S>>,
    /// For a bucket, even where there is nothing to say.
    pub s3_origin_config: Option<S3OriginConfig<S>>,
    /// For a server.
    pub custom_origin_config: Option<CustomOriginConfig>,
    /// Who signs the requests to it; absent means nobody.
    pub origin_access_control_id: Option<S>,
    /// 1 to 3; absent means 3.
    pub connection_attempts: Option<i32>,
    /// Seconds that a connection may take, 1 to 10; absent means 10.
    pub connection_timeout: Option<i32>,
    /// One more cache before the origin; absent means none.
    pub origin_shield: Option<OriginShield>,
}

// Derived, it would be of any strings, and a stack would have to say which.
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

/// A header that the origin gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginCustomHeader<S = Text> {
    /// Its name.
    pub header_name: String,
    /// Its value.
    pub header_value: S,
}

/// That the origin is a bucket.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct S3OriginConfig<S = Text> {
    /// The older way to sign requests, by `origin-access-identity/cloudfront/ID`; absent means not
    /// in that way, as it must be where an origin access control signs.
    pub origin_access_identity: Option<S>,
}

// Derived, it would be of any strings, and a stack would have to say which.
impl Default for S3OriginConfig {
    fn default() -> Self {
        Self {
            origin_access_identity: None,
        }
    }
}

/// That the origin is a server.
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
    /// By which addresses it is reached; absent means IPv4.
    pub ip_address_type: Option<IpAddressType>,
    /// Seconds that an idle connection is kept; absent means 5.
    pub origin_keepalive_timeout: Option<i32>,
    /// How it is asked.
    pub origin_protocol_policy: OriginProtocolPolicy,
    /// Seconds that an answer may take; absent means 30.
    pub origin_read_timeout: Option<i32>,
    /// The TLS that it may speak, a set; absent means SSL 3 and TLS 1, CloudFormation's default.
    #[serde(
        rename = "OriginSSLProtocols",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub origin_ssl_protocols: Vec<SslProtocol>,
}

/// By which addresses a server is reached.
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

/// How a server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OriginProtocolPolicy {
    /// By HTTP.
    HttpOnly,
    /// By HTTPS.
    HttpsOnly,
    /// As the viewer asked.
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

/// One more cache before an origin.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginShield {
    /// Whether it is there; absent means no.
    pub enabled: Option<bool>,
    /// In which Region; needed where it is.
    pub origin_shield_region: Option<String>,
}
