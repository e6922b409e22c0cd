//! A distribution in the SDK's types, over the live one: members that the model's types do not have
//! stay as they are.

use aws_sdk_cloudfront::types::{
    Aliases, AllowedMethods, CacheBehavior as SdkBehavior, CacheBehaviors, CachedMethods,
    CustomErrorResponse as SdkErrorResponse, CustomErrorResponses,
    DefaultCacheBehavior as SdkDefaultBehavior, DistributionConfig as SdkConfig,
    FunctionAssociation as SdkAssociation, FunctionAssociations,
    GeoRestriction as SdkGeoRestriction, GeoRestrictionType as SdkRestrictionType, LoggingConfig,
    Restrictions as SdkRestrictions, ViewerCertificate as SdkCertificate,
};
use engine::DriverError;
use model::types::cloudfront::{
    CacheBehavior, CustomErrorResponse, DefaultCacheBehavior, DistributionConfig,
    FunctionAssociation, Logging, Method, Restrictions, ViewerCertificate,
};

use super::origins;
use crate::cloudfront::convert::{all_to_sdk, built, list, quantity, to_sdk};

/// A behavior over one of either of CloudFront's two types, which have the same members.
macro_rules! overlay {
    ($sdk:expr, $of:expr) => {{
        let (mut sdk, of) = ($sdk, $of);
        sdk.target_origin_id.clone_from(&of.target_origin_id);
        sdk.viewer_protocol_policy = to_sdk(of.viewer_protocol_policy)?;
        sdk.allowed_methods = Some(methods(&of.allowed_methods, &of.cached_methods)?);
        sdk.compress = of.compress;
        sdk.function_associations = Some(associations(&of.function_associations)?);
        sdk.cache_policy_id = Some(of.cache_policy_id.clone());
        sdk.origin_request_policy_id
            .clone_from(&of.origin_request_policy_id);
        sdk.response_headers_policy_id
            .clone_from(&of.response_headers_policy_id);
        // The older way to specify caching; CloudFront accepts one of the two.
        #[allow(deprecated)]
        {
            sdk.forwarded_values = None;
            (sdk.min_ttl, sdk.default_ttl, sdk.max_ttl) = (None, None, None);
        }
        sdk
    }};
}

/// A new distribution's configuration; its comment contains the note.
pub(super) fn create(
    reference: &str,
    of: &DistributionConfig<String>,
) -> Result<SdkConfig, DriverError> {
    let bare = SdkConfig::builder()
        .caller_reference(reference)
        .comment("")
        .enabled(of.enabled)
        .origins(origins::overlay(None, &of.origins)?)
        .default_cache_behavior(bare_behavior(&of.default_cache_behavior)?)
        .build();
    overlay(built(bare)?, of)
}

/// A live distribution's configuration in its desired state; its comment contains the note.
pub(super) fn overlay(
    live: SdkConfig,
    of: &DistributionConfig<String>,
) -> Result<SdkConfig, DriverError> {
    let mut sdk = live;
    let default = sdk
        .default_cache_behavior
        .take()
        .map_or_else(|| bare_behavior(&of.default_cache_behavior), Ok)?;
    sdk.default_cache_behavior = Some(overlay!(default, &of.default_cache_behavior));
    sdk.cache_behaviors = Some(behaviors(sdk.cache_behaviors.take(), &of.cache_behaviors)?);
    sdk.origins = Some(origins::overlay(sdk.origins.take(), &of.origins)?);
    sdk.aliases = Some(list!(Aliases, of.aliases.clone())?);
    sdk.comment = of.comment.clone().unwrap_or_default();
    sdk.custom_error_responses = Some(error_responses(&of.custom_error_responses)?);
    sdk.default_root_object = Some(of.default_root_object.clone().unwrap_or_default());
    sdk.enabled = of.enabled;
    sdk.http_version = of.http_version.map(to_sdk).transpose()?;
    sdk.is_ipv6_enabled = of.ipv6_enabled;
    sdk.logging = Some(logging(of.logging.as_ref()));
    sdk.price_class = of.price_class.map(to_sdk).transpose()?;
    sdk.restrictions = Some(restrictions(of.restrictions.as_ref())?);
    sdk.viewer_certificate = Some(certificate(of.viewer_certificate.as_ref())?);
    sdk.web_acl_id = Some(of.web_acl_id.clone().unwrap_or_default());
    Ok(sdk)
}

fn bare_behavior(of: &DefaultCacheBehavior<String>) -> Result<SdkDefaultBehavior, DriverError> {
    built(
        SdkDefaultBehavior::builder()
            .target_origin_id(&of.target_origin_id)
            .viewer_protocol_policy(to_sdk(of.viewer_protocol_policy)?)
            .build(),
    )
}

/// Each over the live one of its pattern, in the desired order.
fn behaviors(
    live: Option<CacheBehaviors>,
    of: &[CacheBehavior<String>],
) -> Result<CacheBehaviors, DriverError> {
    let live = live.and_then(|list| list.items).unwrap_or_default();
    let behavior = |of: &CacheBehavior<String>| -> Result<SdkBehavior, DriverError> {
        let bare = || {
            built(
                SdkBehavior::builder()
                    .path_pattern(&of.path_pattern)
                    .target_origin_id(&of.behavior.target_origin_id)
                    .viewer_protocol_policy(to_sdk(of.behavior.viewer_protocol_policy)?)
                    .build(),
            )
        };
        let found = live
            .iter()
            .find(|live| live.path_pattern == of.path_pattern);
        let over = found.cloned().map_or_else(bare, Ok)?;
        Ok(overlay!(over, &of.behavior))
    };
    let items = of.iter().map(behavior).collect::<Result<Vec<_>, _>>()?;
    list!(CacheBehaviors, items)
}

fn methods(allowed: &[Method], cached: &[Method]) -> Result<AllowedMethods, DriverError> {
    let mut sdk: AllowedMethods = list!(required AllowedMethods, all_to_sdk(allowed)?)?;
    sdk.cached_methods = Some(list!(required CachedMethods, all_to_sdk(cached)?)?);
    Ok(sdk)
}

fn associations(of: &[FunctionAssociation<String>]) -> Result<FunctionAssociations, DriverError> {
    let association = |of: &FunctionAssociation<String>| {
        built(
            SdkAssociation::builder()
                .function_arn(&of.function_arn)
                .event_type(to_sdk(of.event_type)?)
                .build(),
        )
    };
    let items = of.iter().map(association).collect::<Result<Vec<_>, _>>()?;
    list!(FunctionAssociations, items)
}

fn error_responses(of: &[CustomErrorResponse]) -> Result<CustomErrorResponses, DriverError> {
    let response = |of: &CustomErrorResponse| {
        built(
            SdkErrorResponse::builder()
                .error_code(of.error_code)
                .set_error_caching_min_ttl(of.error_caching_min_ttl)
                .set_response_code(of.response_code.map(|code| code.to_string()))
                .set_response_page_path(of.response_page_path.clone())
                .build(),
        )
    };
    let items = of.iter().map(response).collect::<Result<Vec<_>, _>>()?;
    list!(CustomErrorResponses, items)
}

fn logging(of: Option<&Logging<String>>) -> LoggingConfig {
    LoggingConfig::builder()
        .enabled(of.is_some())
        .include_cookies(of.and_then(|of| of.include_cookies).unwrap_or(false))
        .bucket(of.map(|of| of.bucket.clone()).unwrap_or_default())
        .prefix(of.and_then(|of| of.prefix.clone()).unwrap_or_default())
        .build()
}

fn restrictions(of: Option<&Restrictions>) -> Result<SdkRestrictions, DriverError> {
    let of = of.map(|of| &of.geo_restriction);
    let restriction = of.map(|of| to_sdk(of.restriction_type)).transpose()?;
    let locations = of.map(|of| of.locations.clone()).unwrap_or_default();
    let sdk = SdkGeoRestriction::builder()
        .restriction_type(restriction.unwrap_or(SdkRestrictionType::None))
        .quantity(quantity(&locations))
        .set_items((!locations.is_empty()).then_some(locations))
        .build();
    Ok(SdkRestrictions::builder()
        .geo_restriction(built(sdk)?)
        .build())
}

fn certificate(of: Option<&ViewerCertificate<String>>) -> Result<SdkCertificate, DriverError> {
    let Some(of) = of else {
        return Ok(SdkCertificate::builder()
            .cloud_front_default_certificate(true)
            .build());
    };
    Ok(SdkCertificate::builder()
        .set_acm_certificate_arn(of.acm_certificate_arn.clone())
        .set_iam_certificate_id(of.iam_certificate_id.clone())
        .set_minimum_protocol_version(of.minimum_protocol_version.as_deref().map(Into::into))
        .set_ssl_support_method(of.ssl_support_method.map(to_sdk).transpose()?)
        .build())
}
