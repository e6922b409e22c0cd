//! `AWS::CloudFront::CachePolicy`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::CloudFront::CachePolicy`. AWS cannot tag it: its comment names its owner.
pub const CACHE_POLICY: &ResourceType = &ResourceType {
    name: "AWS::CloudFront::CachePolicy",
    service: SERVICE,
    scope: Scope::Account,
    identity: &["CachePolicyConfig.Name"],
    create_only: &["CachePolicyConfig.Name"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[],
};

/// CloudFront's cache key and durations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CachePolicy<S = Text> {
    /// All of it.
    pub cache_policy_config: CachePolicyConfig<S>,
}

/// Cache key and durations.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CachePolicyConfig<S = Text> {
    /// 1 to 128 of `[A-Za-z0-9_-]`, unique in the account. Changing it replaces the policy.
    pub name: S,
    /// A text for people. Together with the owner, which Frontage appends, up to 128 characters.
    pub comment: Option<String>,
    /// Seconds, if the origin does not say; absent means a day, or the minimum if that is longer.
    #[serde(rename = "DefaultTTL")]
    pub default_ttl: Option<i64>,
    /// Maximum seconds, whatever the origin says; absent means a year, or the default if that is
    /// longer.
    #[serde(rename = "MaxTTL")]
    pub max_ttl: Option<i64>,
    /// Minimum seconds, whatever the origin says.
    #[serde(rename = "MinTTL")]
    pub min_ttl: i64,
    /// The parts of a request in the cache key.
    pub parameters_in_cache_key_and_forwarded_to_origin: ParametersInCacheKeyAndForwardedToOrigin,
}

/// The parts of a request that are in the cache key, and are forwarded to the origin.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParametersInCacheKeyAndForwardedToOrigin {
    /// Cookies.
    pub cookies_config: CookiesConfig,
    /// Whether Brotli is supported; absent means no.
    pub enable_accept_encoding_brotli: Option<bool>,
    /// Whether gzip is supported.
    pub enable_accept_encoding_gzip: bool,
    /// Headers.
    pub headers_config: HeadersConfig,
    /// Query parameters.
    pub query_strings_config: QueryStringsConfig,
}

impl ParametersInCacheKeyAndForwardedToOrigin {
    /// The path only, compressed or not: for files.
    #[must_use]
    pub fn path_alone() -> Self {
        Self {
            cookies_config: CookiesConfig {
                cookie_behavior: CookieBehavior::None,
                cookies: Vec::new(),
            },
            enable_accept_encoding_brotli: Some(true),
            enable_accept_encoding_gzip: true,
            headers_config: HeadersConfig {
                header_behavior: HeaderBehavior::None,
                headers: Vec::new(),
            },
            query_strings_config: QueryStringsConfig {
                query_string_behavior: QueryStringBehavior::None,
                query_strings: Vec::new(),
            },
        }
    }
}

/// The cookies in the cache key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CookiesConfig {
    /// The meaning of the list.
    pub cookie_behavior: CookieBehavior,
    /// Their names, a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
}

/// The meaning of a list of cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CookieBehavior {
    /// All, listed or not.
    All,
    /// All but these.
    AllExcept,
    /// None.
    None,
    /// These.
    Whitelist,
}

/// The headers in the cache key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HeadersConfig {
    /// The meaning of the list.
    pub header_behavior: HeaderBehavior,
    /// Their names, a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
}

/// The meaning of a list of headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HeaderBehavior {
    /// None.
    None,
    /// These.
    Whitelist,
}

/// The query parameters in the cache key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryStringsConfig {
    /// The meaning of the list.
    pub query_string_behavior: QueryStringBehavior,
    /// Their names, a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query_strings: Vec<String>,
}

/// The meaning of a list of query parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum QueryStringBehavior {
    /// All, listed or not.
    All,
    /// All but these.
    AllExcept,
    /// None.
    None,
    /// These.
    Whitelist,
}

impl<S: Serialize> Resource for CachePolicy<S> {
    const TYPE: &'static ResourceType = CACHE_POLICY;
}

impl<S> CachePolicy<S> {
    /// The generated id.
    pub const ID: Attribute<Self> = Attribute::new("Id");
}

impl Handle<CachePolicy> {
    /// A reference to [`CachePolicy::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(CachePolicy::ID)
    }
}
