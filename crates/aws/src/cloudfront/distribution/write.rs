//! Our distribution as CloudFront's, over what is live: members that our types do not have stay as
//! they are.

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
use crate::cloudfront::convert::{all_theirs, built, quantity, theirs};

/// A behavior over one of either of CloudFront's two types, which have the same members.
macro_rules! overlay {
    ($sdk:expr, $of:expr) => {{
        let (mut sdk, of) = ($sdk, $of);
        sdk.target_origin_id.clone_from(&of.target_origin_id);
        sdk.viewer_protocol_policy = theirs(of.viewer_protocol_policy)?;
        sdk.allowed_methods = Some(methods(&of.allowed_methods, &of.cached_methods)?);
        sdk.compress = of.compress;
        sdk.function_associations = Some(associations(&of.function_associations)?);
        sdk.cache_policy_id = Some(of.cache_policy_id.clone());
        sdk.origin_request_policy_id
            .clone_from(&of.origin_request_policy_id);
        sdk.response_headers_policy_id
            .clone_from(&of.response_headers_policy_id);
        // The older way to say what is cached; CloudFront takes one of the two.
        #[allow(deprecated)]
        {
            sdk.forwarded_values = None;
            (sdk.min_ttl, sdk.default_ttl, sdk.max_ttl) = (None, None, None);
        }
        sdk
    }};
}

/// A new distribution's configuration; its comment has the note already.
pub(super) fn create(
    reference: &str,
    of: &DistributionConfig<String>,
) -> Result<SdkConfig, DriverError> {
    let bare = SdkConfig::builder()
        .caller_reference(reference)
        .comment("")
        .enabled(of.enabled)
        .origins(origins::overlay(None, &of.origins)?)
        .default_cache_behavior(bare_behavior(&of.default_cache_behavior)?);
    overlay(built(bare.build())?, of)
}

/// A live distribution's configuration as it should be; the comment has the note already.
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
    sdk.aliases = Some(built(
        Aliases::builder()
            .quantity(quantity(&of.aliases))
            .set_items(some_items(of.aliases.clone()))
            .build(),
    )?);
    sdk.comment = of.comment.clone().unwrap_or_default();
    sdk.custom_error_responses = Some(error_responses(&of.custom_error_responses)?);
    sdk.default_root_object = Some(of.default_root_object.clone().unwrap_or_default());
    sdk.enabled = of.enabled;
    sdk.http_version = of.http_version.map(theirs).transpose()?;
    sdk.is_ipv6_enabled = of.ipv6_enabled;
    sdk.logging = Some(logging(of.logging.as_ref()));
    sdk.price_class = of.price_class.map(theirs).transpose()?;
    sdk.restrictions = Some(restrictions(of.restrictions.as_ref())?);
    sdk.viewer_certificate = Some(certificate(of.viewer_certificate.as_ref())?);
    sdk.web_acl_id = Some(of.web_acl_id.clone().unwrap_or_default());
    Ok(sdk)
}

/// An empty list has a quantity and no items.
pub(super) fn some_items<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

fn bare_behavior(of: &DefaultCacheBehavior<String>) -> Result<SdkDefaultBehavior, DriverError> {
    let bare = SdkDefaultBehavior::builder().target_origin_id(&of.target_origin_id);
    built(
        bare.viewer_protocol_policy(theirs(of.viewer_protocol_policy)?)
            .build(),
    )
}

/// Each over the live one of its pattern, in our order.
fn behaviors(
    live: Option<CacheBehaviors>,
    of: &[CacheBehavior<String>],
) -> Result<CacheBehaviors, DriverError> {
    let live = live.and_then(|list| list.items).unwrap_or_default();
    let behavior = |of: &CacheBehavior<String>| -> Result<SdkBehavior, DriverError> {
        let bare = || {
            let bare = SdkBehavior::builder().path_pattern(&of.path_pattern);
            let bare = bare.target_origin_id(&of.behavior.target_origin_id);
            built(
                bare.viewer_protocol_policy(theirs(of.behavior.viewer_protocol_policy)?)
                    .build(),
            )
        };
        let found = live
            .iter()
            .find(|live| live.path_pattern == of.path_pattern)
            .cloned();
        Ok(overlay!(found.map_or_else(bare, Ok)?, &of.behavior))
    };
    let items = of.iter().map(behavior).collect::<Result<Vec<_>, _>>()?;
    built(
        CacheBehaviors::builder()
            .quantity(quantity(&items))
            .set_items(some_items(items))
            .build(),
    )
}

fn methods(allowed: &[Method], cached: &[Method]) -> Result<AllowedMethods, DriverError> {
    let cached = CachedMethods::builder()
        .quantity(quantity(cached))
        .set_items(Some(all_theirs(cached)?));
    let allowed = AllowedMethods::builder()
        .quantity(quantity(allowed))
        .set_items(Some(all_theirs(allowed)?));
    built(allowed.cached_methods(built(cached.build())?).build())
}

fn associations(of: &[FunctionAssociation<String>]) -> Result<FunctionAssociations, DriverError> {
    let association = |of: &FunctionAssociation<String>| {
        let sdk = SdkAssociation::builder().function_arn(&of.function_arn);
        built(sdk.event_type(theirs(of.event_type)?).build())
    };
    let items = of.iter().map(association).collect::<Result<Vec<_>, _>>()?;
    built(
        FunctionAssociations::builder()
            .quantity(quantity(&items))
            .set_items(some_items(items))
            .build(),
    )
}

fn error_responses(of: &[CustomErrorResponse]) -> Result<CustomErrorResponses, DriverError> {
    let response = |of: &CustomErrorResponse| {
        let sdk = SdkErrorResponse::builder()
            .error_code(of.error_code)
            .set_error_caching_min_ttl(of.error_caching_min_ttl)
            .set_response_code(of.response_code.map(|code| code.to_string()))
            .set_response_page_path(of.response_page_path.clone());
        built(sdk.build())
    };
    let items = of.iter().map(response).collect::<Result<Vec<_>, _>>()?;
    built(
        CustomErrorResponses::builder()
            .quantity(quantity(&items))
            .set_items(some_items(items))
            .build(),
    )
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
    let locations = of.map(|of| of.locations.clone()).unwrap_or_default();
    let restriction = of
        .map(|of| theirs(of.restriction_type))
        .transpose()?
        .unwrap_or(SdkRestrictionType::None);
    let sdk = SdkGeoRestriction::builder()
        .restriction_type(restriction)
        .quantity(quantity(&locations));
    Ok(SdkRestrictions::builder()
        .geo_restriction(built(sdk.set_items(some_items(locations)).build())?)
        .build())
}

fn certificate(of: Option<&ViewerCertificate<String>>) -> Result<SdkCertificate, DriverError> {
    let Some(of) = of else {
        return Ok(SdkCertificate::builder()
            .cloud_front_default_certificate(true)
            .build());
    };
    let sdk = SdkCertificate::builder()
        .set_acm_certificate_arn(of.acm_certificate_arn.clone())
        .set_iam_certificate_id(of.iam_certificate_id.clone())
        .set_minimum_protocol_version(of.minimum_protocol_version.as_deref().map(Into::into))
        .set_ssl_support_method(of.ssl_support_method.map(theirs).transpose()?);
    Ok(sdk.build())
}
