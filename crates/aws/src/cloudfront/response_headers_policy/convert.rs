//! A response headers policy from the SDK's types.

use aws_sdk_cloudfront::types::{
    ResponseHeadersPolicyConfig as SdkConfig, ResponseHeadersPolicyCorsConfig,
    ResponseHeadersPolicySecurityHeadersConfig,
};
use engine::DriverError;
use model::types::cloudfront::{
    ContentSecurityPolicy, ContentTypeOptions, CorsConfig, CustomHeader, FrameOptions, Items,
    ReferrerPolicy, RemoveHeader, ResponseHeadersPolicy, ResponseHeadersPolicyConfig,
    SecurityHeadersConfig, ServerTimingHeadersConfig, StrictTransportSecurity, XssProtection,
};

use super::Properties;
use crate::cloudfront::comment_owned::Found;
use crate::cloudfront::convert::from_sdk;

pub(super) fn found(id: String, config: SdkConfig) -> Found<Properties> {
    Found {
        id,
        name: config.name.clone(),
        comment: config.comment.clone(),
        properties: properties(config),
    }
}

fn properties(of: SdkConfig) -> Result<Properties, DriverError> {
    let custom = of
        .custom_headers_config
        .and_then(|headers| headers.items)
        .unwrap_or_default();
    let custom = custom.into_iter().map(|of| CustomHeader {
        header: of.header,
        overrides: of.r#override,
        value: of.value,
    });
    let removed = of
        .remove_headers_config
        .and_then(|headers| headers.items)
        .unwrap_or_default();
    let removed = removed
        .into_iter()
        .map(|of| RemoveHeader { header: of.header });
    let timing = of.server_timing_headers_config;
    let config = ResponseHeadersPolicyConfig {
        name: of.name,
        comment: of.comment,
        cors_config: of.cors_config.map(cors).transpose()?,
        custom_headers_config: Some(Items::new(custom)),
        remove_headers_config: Some(Items::new(removed)),
        security_headers_config: of.security_headers_config.map(security).transpose()?,
        server_timing_headers_config: timing.map(|of| ServerTimingHeadersConfig {
            enabled: of.enabled,
            sampling_rate: of.sampling_rate,
        }),
    };
    Ok(ResponseHeadersPolicy {
        response_headers_policy_config: config,
    })
}

fn cors(of: ResponseHeadersPolicyCorsConfig) -> Result<CorsConfig<String>, DriverError> {
    let methods = of
        .access_control_allow_methods
        .map(|list| list.items)
        .unwrap_or_default();
    let methods = methods
        .iter()
        .map(|method| from_sdk("CORS method", method.as_str()))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(CorsConfig {
        access_control_allow_credentials: of.access_control_allow_credentials,
        access_control_allow_headers: Items::new(
            of.access_control_allow_headers
                .map(|list| list.items)
                .unwrap_or_default(),
        ),
        access_control_allow_methods: Items::new(methods),
        access_control_allow_origins: Items::new(
            of.access_control_allow_origins
                .map(|list| list.items)
                .unwrap_or_default(),
        ),
        access_control_expose_headers: of
            .access_control_expose_headers
            .map(|list| Items::new(list.items.unwrap_or_default())),
        access_control_max_age_sec: of.access_control_max_age_sec,
        origin_override: of.origin_override,
    })
}

fn security(
    of: ResponseHeadersPolicySecurityHeadersConfig,
) -> Result<SecurityHeadersConfig<String>, DriverError> {
    let frame = of.frame_options.map(|of| {
        from_sdk("frame option", of.frame_option.as_str()).map(|frame_option| FrameOptions {
            frame_option,
            overrides: of.r#override,
        })
    });
    let referrer = of.referrer_policy.map(|of| {
        from_sdk("referrer policy", of.referrer_policy.as_str()).map(|referrer_policy| {
            ReferrerPolicy {
                overrides: of.r#override,
                referrer_policy,
            }
        })
    });
    Ok(SecurityHeadersConfig {
        content_security_policy: of.content_security_policy.map(|of| ContentSecurityPolicy {
            content_security_policy: of.content_security_policy,
            overrides: of.r#override,
        }),
        content_type_options: of.content_type_options.map(|of| ContentTypeOptions {
            overrides: of.r#override,
        }),
        frame_options: frame.transpose()?,
        referrer_policy: referrer.transpose()?,
        strict_transport_security: of
            .strict_transport_security
            .map(|of| StrictTransportSecurity {
                access_control_max_age_sec: of.access_control_max_age_sec,
                include_subdomains: of.include_subdomains,
                overrides: of.r#override,
                preload: of.preload,
            }),
        xss_protection: of.xss_protection.map(|of| XssProtection {
            mode_block: of.mode_block,
            overrides: of.r#override,
            protection: of.protection,
            report_uri: of.report_uri,
        }),
    })
}
