//! Our response headers policy as CloudFront's.

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
    ContentSecurityPolicy, CorsConfig, CustomHeader, FrameOptions, Items, ReferrerPolicy,
    RemoveHeader, ResponseHeadersPolicyConfig, SecurityHeadersConfig, ServerTimingHeadersConfig,
    StrictTransportSecurity, XssProtection,
};

use crate::cloudfront::convert::{all_theirs, built, quantity, theirs};

pub(super) fn config(of: &ResponseHeadersPolicyConfig<String>) -> Result<SdkConfig, DriverError> {
    let sdk = SdkConfig::builder()
        .name(&of.name)
        .set_comment(of.comment.clone())
        .set_cors_config(of.cors_config.as_ref().map(cors).transpose()?)
        .set_custom_headers_config(of.custom_headers_config.as_ref().map(custom).transpose()?)
        .set_remove_headers_config(of.remove_headers_config.as_ref().map(removed).transpose()?)
        .set_security_headers_config(
            of.security_headers_config
                .as_ref()
                .map(security)
                .transpose()?,
        )
        .set_server_timing_headers_config(of.server_timing_headers_config.map(timing).transpose()?);
    built(sdk.build())
}

fn custom(
    of: &Items<CustomHeader<String>>,
) -> Result<ResponseHeadersPolicyCustomHeadersConfig, DriverError> {
    let header = |of: &CustomHeader<String>| {
        let sdk = ResponseHeadersPolicyCustomHeader::builder();
        built(
            sdk.header(&of.header)
                .value(&of.value)
                .r#override(of.overrides)
                .build(),
        )
    };
    let headers = of.items.iter().map(header).collect::<Result<Vec<_>, _>>()?;
    let sdk = ResponseHeadersPolicyCustomHeadersConfig::builder().quantity(quantity(&headers));
    built(sdk.set_items(Some(headers)).build())
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
    let sdk = ResponseHeadersPolicyRemoveHeadersConfig::builder().quantity(quantity(&headers));
    built(sdk.set_items(Some(headers)).build())
}

fn timing(
    of: ServerTimingHeadersConfig,
) -> Result<ResponseHeadersPolicyServerTimingHeadersConfig, DriverError> {
    let sdk = ResponseHeadersPolicyServerTimingHeadersConfig::builder();
    built(
        sdk.enabled(of.enabled)
            .set_sampling_rate(of.sampling_rate)
            .build(),
    )
}

fn cors(of: &CorsConfig<String>) -> Result<ResponseHeadersPolicyCorsConfig, DriverError> {
    let headers = &of.access_control_allow_headers.items;
    let headers = ResponseHeadersPolicyAccessControlAllowHeaders::builder()
        .quantity(quantity(headers))
        .set_items(Some(headers.clone()));
    let methods = &of.access_control_allow_methods.items;
    let methods = ResponseHeadersPolicyAccessControlAllowMethods::builder()
        .quantity(quantity(methods))
        .set_items(Some(all_theirs(methods)?));
    let origins = &of.access_control_allow_origins.items;
    let origins = ResponseHeadersPolicyAccessControlAllowOrigins::builder()
        .quantity(quantity(origins))
        .set_items(Some(origins.clone()));
    let exposed = of.access_control_expose_headers.as_ref().map(|exposed| {
        let sdk = ResponseHeadersPolicyAccessControlExposeHeaders::builder()
            .quantity(quantity(&exposed.items));
        built(sdk.set_items(Some(exposed.items.clone())).build())
    });
    let sdk = ResponseHeadersPolicyCorsConfig::builder()
        .access_control_allow_credentials(of.access_control_allow_credentials)
        .access_control_allow_headers(built(headers.build())?)
        .access_control_allow_methods(built(methods.build())?)
        .access_control_allow_origins(built(origins.build())?)
        .set_access_control_expose_headers(exposed.transpose()?)
        .set_access_control_max_age_sec(of.access_control_max_age_sec)
        .origin_override(of.origin_override);
    built(sdk.build())
}

fn security(
    of: &SecurityHeadersConfig<String>,
) -> Result<ResponseHeadersPolicySecurityHeadersConfig, DriverError> {
    let content_type = of.content_type_options.map(|of| {
        built(
            ResponseHeadersPolicyContentTypeOptions::builder()
                .r#override(of.overrides)
                .build(),
        )
    });
    let sdk = ResponseHeadersPolicySecurityHeadersConfig::builder()
        .set_content_security_policy(
            of.content_security_policy
                .as_ref()
                .map(content_security)
                .transpose()?,
        )
        .set_content_type_options(content_type.transpose()?)
        .set_frame_options(of.frame_options.map(frame).transpose()?)
        .set_referrer_policy(of.referrer_policy.map(referrer).transpose()?)
        .set_strict_transport_security(of.strict_transport_security.map(transport).transpose()?)
        .set_xss_protection(of.xss_protection.as_ref().map(xss).transpose()?);
    Ok(sdk.build())
}

fn content_security(
    of: &ContentSecurityPolicy<String>,
) -> Result<ResponseHeadersPolicyContentSecurityPolicy, DriverError> {
    let sdk = ResponseHeadersPolicyContentSecurityPolicy::builder();
    built(
        sdk.content_security_policy(&of.content_security_policy)
            .r#override(of.overrides)
            .build(),
    )
}

fn frame(of: FrameOptions) -> Result<ResponseHeadersPolicyFrameOptions, DriverError> {
    let sdk = ResponseHeadersPolicyFrameOptions::builder();
    built(
        sdk.frame_option(theirs(of.frame_option)?)
            .r#override(of.overrides)
            .build(),
    )
}

fn referrer(of: ReferrerPolicy) -> Result<ResponseHeadersPolicyReferrerPolicy, DriverError> {
    let sdk = ResponseHeadersPolicyReferrerPolicy::builder();
    built(
        sdk.referrer_policy(theirs(of.referrer_policy)?)
            .r#override(of.overrides)
            .build(),
    )
}

fn transport(
    of: StrictTransportSecurity,
) -> Result<ResponseHeadersPolicyStrictTransportSecurity, DriverError> {
    let sdk = ResponseHeadersPolicyStrictTransportSecurity::builder()
        .access_control_max_age_sec(of.access_control_max_age_sec)
        .set_include_subdomains(of.include_subdomains)
        .r#override(of.overrides)
        .set_preload(of.preload);
    built(sdk.build())
}

fn xss(of: &XssProtection<String>) -> Result<ResponseHeadersPolicyXssProtection, DriverError> {
    let sdk = ResponseHeadersPolicyXssProtection::builder()
        .set_mode_block(of.mode_block)
        .r#override(of.overrides)
        .protection(of.protection)
        .set_report_uri(of.report_uri.clone());
    built(sdk.build())
}
