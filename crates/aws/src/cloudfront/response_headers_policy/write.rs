//! A response headers policy in the SDK's types.

use aws_sdk_cloudfront::types::{
    ResponseHeadersPolicyAccessControlAllowHeaders, ResponseHeadersPolicyAccessControlAllowMethods,
    ResponseHeadersPolicyAccessControlAllowOrigins,
    ResponseHeadersPolicyAccessControlExposeHeaders, ResponseHeadersPolicyConfig as SdkConfig,
    ResponseHeadersPolicyContentSecurityPolicy, ResponseHeadersPolicyContentTypeOptions,
    ResponseHeadersPolicyCorsConfig, ResponseHeadersPolicyCustomHeader,
    ResponseHeadersPolicyCustomHeadersConfig, ResponseHeadersPolicyFrameOptions,
    ResponseHeadersPolicyReferrerPolicy, ResponseHeadersPolicyRemoveHeader,
    ResponseHeadersPolicyRemoveHeadersConfig, ResponseHeadersPolicySecurityHeadersConfig,
    ResponseHeadersPolicyServerTimingHeadersConfig, ResponseHeadersPolicyStrictTransportSecurity,
    ResponseHeadersPolicyXssProtection,
};
use engine::DriverError;
use model::types::cloudfront::{
    ContentSecurityPolicy, ContentTypeOptions, CorsConfig, CustomHeader, FrameOptions, Items,
    ReferrerPolicy, RemoveHeader, ResponseHeadersPolicyConfig, SecurityHeadersConfig,
    ServerTimingHeadersConfig, StrictTransportSecurity, XssProtection,
};

use crate::cloudfront::convert::{all_to_sdk, built, list, to_sdk};

pub(super) fn config(of: &ResponseHeadersPolicyConfig<String>) -> Result<SdkConfig, DriverError> {
    let security_headers = of.security_headers_config.as_ref();
    built(
        SdkConfig::builder()
            .name(&of.name)
            .set_comment(of.comment.clone())
            .set_cors_config(of.cors_config.as_ref().map(cors).transpose()?)
            .set_custom_headers_config(of.custom_headers_config.as_ref().map(custom).transpose()?)
            .set_remove_headers_config(of.remove_headers_config.as_ref().map(removed).transpose()?)
            .set_security_headers_config(security_headers.map(security).transpose()?)
            .set_server_timing_headers_config(
                of.server_timing_headers_config.map(timing).transpose()?,
            )
            .build(),
    )
}

fn custom(
    of: &Items<CustomHeader<String>>,
) -> Result<ResponseHeadersPolicyCustomHeadersConfig, DriverError> {
    let header = |of: &CustomHeader<String>| {
        built(
            ResponseHeadersPolicyCustomHeader::builder()
                .header(&of.header)
                .value(&of.value)
                .r#override(of.overrides)
                .build(),
        )
    };
    let headers = of.items.iter().map(header).collect::<Result<Vec<_>, _>>()?;
    list!(ResponseHeadersPolicyCustomHeadersConfig, headers)
}

fn removed(
    of: &Items<RemoveHeader>,
) -> Result<ResponseHeadersPolicyRemoveHeadersConfig, DriverError> {
    let header = |of: &RemoveHeader| {
        built(
            ResponseHeadersPolicyRemoveHeader::builder()
                .header(&of.header)
                .build(),
        )
    };
    let headers = of.items.iter().map(header).collect::<Result<Vec<_>, _>>()?;
    list!(ResponseHeadersPolicyRemoveHeadersConfig, headers)
}

fn timing(
    of: ServerTimingHeadersConfig,
) -> Result<ResponseHeadersPolicyServerTimingHeadersConfig, DriverError> {
    built(
        ResponseHeadersPolicyServerTimingHeadersConfig::builder()
            .enabled(of.enabled)
            .set_sampling_rate(of.sampling_rate)
            .build(),
    )
}

fn cors(of: &CorsConfig<String>) -> Result<ResponseHeadersPolicyCorsConfig, DriverError> {
    let exposed = of.access_control_expose_headers.as_ref();
    let exposed = exposed.map(|exposed| {
        list!(
            ResponseHeadersPolicyAccessControlExposeHeaders,
            exposed.items.clone()
        )
    });
    built(
        ResponseHeadersPolicyCorsConfig::builder()
            .access_control_allow_credentials(of.access_control_allow_credentials)
            .access_control_allow_headers(list!(
                required ResponseHeadersPolicyAccessControlAllowHeaders,
                of.access_control_allow_headers.items.clone()
            )?)
            .access_control_allow_methods(list!(
                required ResponseHeadersPolicyAccessControlAllowMethods,
                all_to_sdk(&of.access_control_allow_methods.items)?
            )?)
            .access_control_allow_origins(list!(
                required ResponseHeadersPolicyAccessControlAllowOrigins,
                of.access_control_allow_origins.items.clone()
            )?)
            .set_access_control_expose_headers(exposed.transpose()?)
            .set_access_control_max_age_sec(of.access_control_max_age_sec)
            .origin_override(of.origin_override)
            .build(),
    )
}

fn security(
    of: &SecurityHeadersConfig<String>,
) -> Result<ResponseHeadersPolicySecurityHeadersConfig, DriverError> {
    let policy = of.content_security_policy.as_ref();
    Ok(ResponseHeadersPolicySecurityHeadersConfig::builder()
        .set_content_security_policy(policy.map(content_security).transpose()?)
        .set_content_type_options(of.content_type_options.map(content_type).transpose()?)
        .set_frame_options(of.frame_options.map(frame).transpose()?)
        .set_referrer_policy(of.referrer_policy.map(referrer).transpose()?)
        .set_strict_transport_security(of.strict_transport_security.map(transport).transpose()?)
        .set_xss_protection(of.xss_protection.as_ref().map(xss).transpose()?)
        .build())
}

fn content_security(
    of: &ContentSecurityPolicy<String>,
) -> Result<ResponseHeadersPolicyContentSecurityPolicy, DriverError> {
    built(
        ResponseHeadersPolicyContentSecurityPolicy::builder()
            .content_security_policy(&of.content_security_policy)
            .r#override(of.overrides)
            .build(),
    )
}

fn content_type(
    of: ContentTypeOptions,
) -> Result<ResponseHeadersPolicyContentTypeOptions, DriverError> {
    built(
        ResponseHeadersPolicyContentTypeOptions::builder()
            .r#override(of.overrides)
            .build(),
    )
}

fn frame(of: FrameOptions) -> Result<ResponseHeadersPolicyFrameOptions, DriverError> {
    built(
        ResponseHeadersPolicyFrameOptions::builder()
            .frame_option(to_sdk(of.frame_option)?)
            .r#override(of.overrides)
            .build(),
    )
}

fn referrer(of: ReferrerPolicy) -> Result<ResponseHeadersPolicyReferrerPolicy, DriverError> {
    built(
        ResponseHeadersPolicyReferrerPolicy::builder()
            .referrer_policy(to_sdk(of.referrer_policy)?)
            .r#override(of.overrides)
            .build(),
    )
}

fn transport(
    of: StrictTransportSecurity,
) -> Result<ResponseHeadersPolicyStrictTransportSecurity, DriverError> {
    built(
        ResponseHeadersPolicyStrictTransportSecurity::builder()
            .access_control_max_age_sec(of.access_control_max_age_sec)
            .set_include_subdomains(of.include_subdomains)
            .r#override(of.overrides)
            .set_preload(of.preload)
            .build(),
    )
}

fn xss(of: &XssProtection<String>) -> Result<ResponseHeadersPolicyXssProtection, DriverError> {
    built(
        ResponseHeadersPolicyXssProtection::builder()
            .set_mode_block(of.mode_block)
            .r#override(of.overrides)
            .protection(of.protection)
            .set_report_uri(of.report_uri.clone())
            .build(),
    )
}
