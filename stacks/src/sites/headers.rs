//! The response headers of a site.

use model::Text;
use model::types::cloudfront::{
    ContentSecurityPolicy, ContentTypeOptions, CorsConfig, CorsMethod, CustomHeader, FrameOption,
    FrameOptions, Items, ReferrerPolicy, ReferrerPolicyValue, ResponseHeadersPolicyConfig,
    SecurityHeadersConfig, StrictTransportSecurity,
};

/// Two years, the minimum for browsers' preload lists.
const TRANSPORT_SECONDS: i32 = 63_072_000;

/// The headers of every response: a content security policy, and the headers that make browsers
/// strict.
pub(crate) fn strict(name: Text, content_security_policy: Text) -> ResponseHeadersPolicyConfig {
    let security = SecurityHeadersConfig {
        content_security_policy: Some(ContentSecurityPolicy {
            content_security_policy,
            overrides: true,
        }),
        content_type_options: Some(ContentTypeOptions { overrides: true }),
        frame_options: Some(FrameOptions {
            frame_option: FrameOption::Deny,
            overrides: true,
        }),
        referrer_policy: Some(ReferrerPolicy {
            referrer_policy: ReferrerPolicyValue::StrictOriginWhenCrossOrigin,
            overrides: true,
        }),
        strict_transport_security: Some(StrictTransportSecurity {
            access_control_max_age_sec: TRANSPORT_SECONDS,
            include_subdomains: Some(false),
            preload: Some(false),
            overrides: true,
        }),
        xss_protection: None,
    };
    ResponseHeadersPolicyConfig {
        name,
        security_headers_config: Some(security),
        ..ResponseHeadersPolicyConfig::default()
    }
}

/// For files that are public and immutable: pages of any origin may read them.
pub(crate) fn readable_anywhere() -> CorsConfig {
    CorsConfig {
        access_control_allow_credentials: false,
        access_control_allow_headers: Items::new(["*".to_owned()]),
        access_control_allow_methods: Items::new([CorsMethod::Get, CorsMethod::Head]),
        access_control_allow_origins: Items::new([Text::from("*")]),
        access_control_expose_headers: None,
        access_control_max_age_sec: Some(86_400),
        origin_override: true,
    }
}

/// An additional response header.
pub(crate) fn custom(header: &str, value: &str) -> CustomHeader {
    CustomHeader {
        header: header.to_owned(),
        value: Text::from(value),
        overrides: true,
    }
}
