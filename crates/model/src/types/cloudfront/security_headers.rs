//! Headers that restrict browsers.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Quota, Text};

/// The most characters of a content security policy. Source: the CloudFront quotas page, `Quotas on
/// headers`.
pub const CONTENT_SECURITY_POLICY_LENGTH: Quota = Quota {
    code: "L-E9944CCE",
    default: 1_783,
};

/// Headers that restrict browsers; each absent one is left to the origin.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecurityHeadersConfig<S = Text> {
    /// `Content-Security-Policy`.
    pub content_security_policy: Option<ContentSecurityPolicy<S>>,
    /// `X-Content-Type-Options: nosniff`.
    pub content_type_options: Option<ContentTypeOptions>,
    /// `X-Frame-Options`.
    pub frame_options: Option<FrameOptions>,
    /// `Referrer-Policy`.
    pub referrer_policy: Option<ReferrerPolicy>,
    /// `Strict-Transport-Security`.
    pub strict_transport_security: Option<StrictTransportSecurity>,
    /// `X-XSS-Protection`.
    #[serde(rename = "XSSProtection")]
    pub xss_protection: Option<XssProtection<S>>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for SecurityHeadersConfig {
    fn default() -> Self {
        Self {
            content_security_policy: None,
            content_type_options: None,
            frame_options: None,
            referrer_policy: None,
            strict_transport_security: None,
            xss_protection: None,
        }
    }
}

/// `Content-Security-Policy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContentSecurityPolicy<S = Text> {
    /// The header's value.
    pub content_security_policy: S,
    /// Whether it overrides the origin's own.
    #[serde(rename = "Override")]
    pub overrides: bool,
}

/// `X-Content-Type-Options: nosniff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContentTypeOptions {
    /// Whether it overrides the origin's own.
    #[serde(rename = "Override")]
    pub overrides: bool,
}

/// `X-Frame-Options`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FrameOptions {
    /// The header's value.
    pub frame_option: FrameOption,
    /// Whether it overrides the origin's own.
    #[serde(rename = "Override")]
    pub overrides: bool,
}

/// Which pages may show a page in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FrameOption {
    /// None.
    Deny,
    /// Pages of the same origin.
    SameOrigin,
}

/// `Referrer-Policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReferrerPolicy {
    /// Whether it overrides the origin's own.
    #[serde(rename = "Override")]
    pub overrides: bool,
    /// The header's value.
    pub referrer_policy: ReferrerPolicyValue,
}

/// The parts of the referring page's URL that a browser sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferrerPolicyValue {
    /// `no-referrer`.
    NoReferrer,
    /// `no-referrer-when-downgrade`.
    NoReferrerWhenDowngrade,
    /// `origin`.
    Origin,
    /// `origin-when-cross-origin`.
    OriginWhenCrossOrigin,
    /// `same-origin`.
    SameOrigin,
    /// `strict-origin`.
    StrictOrigin,
    /// `strict-origin-when-cross-origin`.
    StrictOriginWhenCrossOrigin,
    /// `unsafe-url`.
    UnsafeUrl,
}

/// `Strict-Transport-Security`.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StrictTransportSecurity {
    /// Seconds that a browser remembers.
    pub access_control_max_age_sec: i32,
    /// Whether it also applies to subdomains; absent means no.
    pub include_subdomains: Option<bool>,
    /// Whether it overrides the origin's own.
    #[serde(rename = "Override")]
    pub overrides: bool,
    /// Whether browsers may preload it; absent means no.
    pub preload: Option<bool>,
}

/// `X-XSS-Protection`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct XssProtection<S = Text> {
    /// Whether a page is blocked rather than sanitised; absent means no.
    pub mode_block: Option<bool>,
    /// Whether it overrides the origin's own.
    #[serde(rename = "Override")]
    pub overrides: bool,
    /// Whether it is on.
    pub protection: bool,
    /// The URL for reports; absent means none.
    pub report_uri: Option<S>,
}
