//! `AWS::CloudFront::Distribution`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::behavior::{CacheBehavior, DefaultCacheBehavior};
use super::origin::Origin;
use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::CloudFront::Distribution`.
///
/// AWS assigns its id, so it is found by its address, which is in its comment and in its tags. Its
/// origins are deleted after it: if a name were free while it is still served, anyone could take
/// it.
pub const DISTRIBUTION: &ResourceType = &ResourceType {
    name: "AWS::CloudFront::Distribution",
    service: SERVICE,
    scope: Scope::Account,
    identity: &[],
    create_only: &[],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[
        "AWS::CloudFront::CachePolicy",
        "AWS::CloudFront::Function",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy",
        "AWS::CertificateManager::Certificate",
        "AWS::S3::Bucket",
    ],
};

/// A distribution: a site at AWS's edge locations. A change takes minutes to reach all of them;
/// deleting one takes longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Distribution<S = Text> {
    /// All of it.
    pub distribution_config: DistributionConfig<S>,
}

/// The contents of a distribution: origins and behaviors.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DistributionConfig<S = Text> {
    /// Its custom domain names, a set; each must be covered by [`Self::viewer_certificate`].
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<S>,
    /// Behaviors for path patterns; the first match is used.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub cache_behaviors: Vec<CacheBehavior<S>>,
    /// A text for people. Together with the address, which Frontage appends, up to 128 characters.
    pub comment: Option<String>,
    /// Replacements for the origin's errors; a set by [`CustomErrorResponse::error_code`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_error_responses: Vec<CustomErrorResponse>,
    /// The behavior for all other paths.
    pub default_cache_behavior: DefaultCacheBehavior<S>,
    /// The file served at `/`, without the slash; absent means the origin's own response.
    pub default_root_object: Option<String>,
    /// Whether it serves requests.
    pub enabled: bool,
    /// The highest version of HTTP; absent means HTTP/2.
    pub http_version: Option<HttpVersion>,
    /// Whether it is also reachable over IPv6; absent means no.
    #[serde(rename = "IPV6Enabled")]
    pub ipv6_enabled: Option<bool>,
    /// The destination of its log, a bucket that allows access control lists; absent means no log.
    pub logging: Option<Logging<S>>,
    /// Its origins; a set by [`Origin::id`].
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin<S>>,
    /// The edge locations; absent means all.
    pub price_class: Option<PriceClass>,
    /// The countries that may see it; absent means all.
    pub restrictions: Option<Restrictions>,
    /// The certificate for its custom names; absent means that of `cloudfront.net`.
    pub viewer_certificate: Option<ViewerCertificate<S>>,
    /// The ARN of a web ACL of the scope `CLOUDFRONT`; absent means none.
    #[serde(rename = "WebACLId")]
    pub web_acl_id: Option<S>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for DistributionConfig {
    /// An enabled distribution, without an origin so far.
    fn default() -> Self {
        Self {
            aliases: Vec::new(),
            cache_behaviors: Vec::new(),
            comment: None,
            custom_error_responses: Vec::new(),
            default_cache_behavior: DefaultCacheBehavior::default(),
            default_root_object: None,
            enabled: true,
            http_version: None,
            ipv6_enabled: None,
            logging: None,
            origins: Vec::new(),
            price_class: None,
            restrictions: None,
            viewer_certificate: None,
            web_acl_id: None,
        }
    }
}

/// A replacement for an origin's error.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomErrorResponse {
    /// The origin's status: 400, 403, 404, 405, 414, 416, 500, 501, 502, 503 or 504.
    pub error_code: i32,
    /// Seconds that the error is cached; absent means 10.
    #[serde(rename = "ErrorCachingMinTTL")]
    pub error_caching_min_ttl: Option<i64>,
    /// The status of the response; only with [`Self::response_page_path`].
    pub response_code: Option<i32>,
    /// The path of the response, with its leading slash; only with [`Self::response_code`].
    pub response_page_path: Option<String>,
}

/// The highest version of HTTP that viewers may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[serde(rename = "http1.1")]
    Http1_1,
    /// HTTP/2 and below.
    #[serde(rename = "http2")]
    Http2,
    /// HTTP/3 and HTTP/1.1.
    #[serde(rename = "http3")]
    Http3,
    /// HTTP/3, HTTP/2 and HTTP/1.1.
    #[serde(rename = "http2and3")]
    Http2And3,
}

/// The destination of a distribution's log.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Logging<S = Text> {
    /// The bucket by its domain name: `logs.s3.amazonaws.com`.
    pub bucket: S,
    /// Whether cookies are logged; absent means no.
    pub include_cookies: Option<bool>,
    /// The prefix of the keys; absent means none.
    pub prefix: Option<String>,
}

/// The edge locations of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriceClass {
    /// North America, Europe, Israel.
    #[serde(rename = "PriceClass_100")]
    Class100,
    /// All but South America, Australia and New Zealand.
    #[serde(rename = "PriceClass_200")]
    Class200,
    /// All.
    #[serde(rename = "PriceClass_All")]
    All,
}

/// The countries that may see a distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Restrictions {
    /// By country.
    pub geo_restriction: GeoRestriction,
}

/// The countries that may see a distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GeoRestriction {
    /// The meaning of the list.
    pub restriction_type: GeoRestrictionType,
    /// Countries as ISO 3166-1 alpha-2 codes, a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<String>,
}

/// The meaning of a list of countries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeoRestrictionType {
    /// All but these.
    Blacklist,
    /// Everywhere.
    None,
    /// Only these.
    Whitelist,
}

/// The certificate for viewers.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ViewerCertificate<S = Text> {
    /// A certificate's ARN in ACM in us-east-1.
    pub acm_certificate_arn: Option<S>,
    /// That of `cloudfront.net`, with TLS 1 and above, instead of a custom one.
    pub cloud_front_default_certificate: Option<bool>,
    /// A certificate's id in IAM.
    pub iam_certificate_id: Option<S>,
    /// The minimum TLS version with the ciphers of a year: `TLSv1.2_2021`. Absent means `TLSv1`,
    /// CloudFront's own default.
    pub minimum_protocol_version: Option<String>,
    /// How viewers' host names are distinguished; required with a custom certificate.
    pub ssl_support_method: Option<SslSupportMethod>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for ViewerCertificate {
    fn default() -> Self {
        Self {
            acm_certificate_arn: None,
            cloud_front_default_certificate: None,
            iam_certificate_id: None,
            minimum_protocol_version: None,
            ssl_support_method: None,
        }
    }
}

/// How viewers of several names at one IP address are distinguished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SslSupportMethod {
    /// By the requested name, which every browser sends.
    SniOnly,
    /// By fixed IP addresses.
    StaticIp,
    /// By dedicated IP addresses, which have a monthly cost.
    Vip,
}

impl<S: Serialize> Resource for Distribution<S> {
    const TYPE: &'static ResourceType = DISTRIBUTION;
}

impl<S> Distribution<S> {
    /// The generated id.
    pub const ID: Attribute<Self> = Attribute::new("Id");
    /// The distribution's ARN, which a bucket's policy names (`AWS:SourceArn`).
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// Its name below `cloudfront.net`.
    pub const DOMAIN_NAME: Attribute<Self> = Attribute::new("DomainName");
    /// The URL of [`Self::DOMAIN_NAME`], without a trailing slash; on an emulator, one that a
    /// browser can open.
    pub const URL: Attribute<Self> = Attribute::new("Url");
    /// The host of [`Self::URL`], with its port if it names one. Frontage's own.
    pub const HOST: Attribute<Self> = Attribute::new("Host");
    /// The hosts of all distributions' URLs: [`Self::HOST`] with `*` for its first label, as
    /// content security policies write it. Frontage's own.
    pub const HOSTS: Attribute<Self> = Attribute::new("Hosts");
    /// `InProgress` or `Deployed`: whether the last change has reached all edge locations.
    /// Frontage's own: CloudFormation has no such attribute.
    pub const STATUS: Attribute<Self> = Attribute::new("Status");
}

impl Handle<Distribution> {
    /// A reference to [`Distribution::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(Distribution::ID)
    }

    /// A reference to [`Distribution::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Distribution::ARN)
    }

    /// A reference to [`Distribution::DOMAIN_NAME`].
    #[must_use]
    pub fn domain_name(&self) -> Text {
        self.attribute(Distribution::DOMAIN_NAME)
    }

    /// A reference to [`Distribution::URL`].
    #[must_use]
    pub fn url(&self) -> Text {
        self.attribute(Distribution::URL)
    }

    /// A reference to [`Distribution::HOST`].
    #[must_use]
    pub fn host(&self) -> Text {
        self.attribute(Distribution::HOST)
    }

    /// A reference to [`Distribution::HOSTS`].
    #[must_use]
    pub fn hosts(&self) -> Text {
        self.attribute(Distribution::HOSTS)
    }
}
