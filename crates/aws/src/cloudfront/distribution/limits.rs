//! The limits of distributions that emulators do not enforce.

use std::collections::BTreeSet;

use model::types::cloudfront::{
    CustomErrorResponse, DefaultCacheBehavior, DistributionConfig, Origin,
};

use crate::kit::limits::{Checks, Limit};

const REFERENCE: &str = "the CloudFront API reference of DistributionConfig and Origin";
const QUOTAS: &str = "the CloudFront quotas page, `General quotas on distributions`";

/// The most characters of a comment, the note of the owner included.
pub(super) const COMMENT: usize = 128;

/// The errors of an origin that CloudFront can replace with another answer.
const ERRORS: [i32; 11] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("DistributionConfig.Comment", 0, COMMENT, REFERENCE),
    Limit::length("DistributionConfig.Origins[].Id", 1, 128, REFERENCE),
    Limit::range(
        "DistributionConfig.Origins[].ConnectionAttempts",
        1,
        3,
        QUOTAS,
    ),
    Limit::range(
        "DistributionConfig.Origins[].ConnectionTimeout",
        1,
        10,
        QUOTAS,
    ),
];

pub(super) fn check(config: &DistributionConfig<String>, checks: &mut Checks) {
    let origins: BTreeSet<&str> = config.origins.iter().map(|of| of.id.as_str()).collect();
    let property = "DistributionConfig.Origins";
    checks.require(!origins.is_empty(), property, "must have an origin");
    checks.require(
        origins.len() == config.origins.len(),
        property,
        "has two origins with one id",
    );
    for (index, origin) in config.origins.iter().enumerate() {
        check_origin(&format!("{property}[{index}]"), origin, checks);
    }
    let default = "DistributionConfig.DefaultCacheBehavior";
    check_behavior(default, &config.default_cache_behavior, &origins, checks);
    let mut patterns = BTreeSet::new();
    for (index, of) in config.cache_behaviors.iter().enumerate() {
        let property = format!("DistributionConfig.CacheBehaviors[{index}]");
        checks.require(
            patterns.insert(&of.path_pattern),
            &property,
            format!("has the pattern `{}` of another one", of.path_pattern),
        );
        check_behavior(&property, &of.behavior, &origins, checks);
    }
    checks.require(
        config.aliases.is_empty() || config.viewer_certificate.is_some(),
        "DistributionConfig.Aliases",
        format!(
            "has the names {}, which need a viewer certificate",
            config.aliases.join(", ")
        ),
    );
    for (index, error) in config.custom_error_responses.iter().enumerate() {
        let property = format!("DistributionConfig.CustomErrorResponses[{index}]");
        check_error(&property, error, checks);
    }
}

fn check_error(property: &str, error: &CustomErrorResponse, checks: &mut Checks) {
    let code = error.error_code;
    checks.require(
        ERRORS.contains(&code),
        property,
        format!("has the ErrorCode {code}, which CloudFront cannot answer in another way"),
    );
    checks.require(
        error.response_code.is_some() == error.response_page_path.is_some(),
        property,
        "needs both ResponseCode and ResponsePagePath, or neither",
    );
}

fn check_origin(property: &str, origin: &Origin<String>, checks: &mut Checks) {
    checks.require(
        origin.s3_origin_config.is_some() != origin.custom_origin_config.is_some(),
        property,
        "must have an S3OriginConfig or a CustomOriginConfig, and not both",
    );
    let bucket = origin.s3_origin_config.as_ref();
    let identity = bucket.and_then(|of| of.origin_access_identity.as_ref());
    checks.require(
        identity.is_none() || origin.origin_access_control_id.is_none(),
        property,
        "must be signed for by an identity or a control, and not both",
    );
    let path = origin.origin_path.as_deref().unwrap_or("/x");
    checks.require(
        path.starts_with('/') && !path.ends_with('/'),
        property,
        "must have a path with a slash before and none behind",
    );
    let shield = origin.origin_shield.as_ref();
    checks.require(
        shield.is_none_or(|shield| shield.origin_shield_region.is_some()),
        property,
        "needs a Region for its shield",
    );
}

fn check_behavior(
    property: &str,
    of: &DefaultCacheBehavior<String>,
    origins: &BTreeSet<&str>,
    checks: &mut Checks,
) {
    let origin = &of.target_origin_id;
    checks.require(
        origins.contains(origin.as_str()),
        property,
        format!("has the origin `{origin}`, which the distribution does not have"),
    );
    checks.require(
        [2, 3, 7].contains(&of.allowed_methods.len()),
        property,
        "must allow GET and HEAD, these and OPTIONS, or all methods",
    );
    let allowed = &of.allowed_methods;
    checks.require(
        of.cached_methods.iter().all(|of| allowed.contains(of)),
        property,
        "must cache only methods that it allows",
    );
    let functions = &of.function_associations;
    let events: BTreeSet<_> = functions.iter().map(|of| of.event_type).collect();
    checks.require(
        events.len() == functions.len(),
        property,
        "has two functions for one event",
    );
}
