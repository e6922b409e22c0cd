//! What CloudFront would refuse and emulators take, before any call.

use std::collections::BTreeSet;

use engine::DriverError;
use model::types::cloudfront::{DefaultCacheBehavior, DistributionConfig, Origin};

use crate::cloudfront::convert::require;

/// The errors of an origin that CloudFront can answer with something else.
const ERRORS: [i32; 11] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/// Checks a normalised configuration.
pub(super) fn check(config: &DistributionConfig<String>) -> Result<(), DriverError> {
    let origins: BTreeSet<&str> = config
        .origins
        .iter()
        .map(|origin| origin.id.as_str())
        .collect();
    require(!origins.is_empty(), || {
        "a distribution must have an origin".to_owned()
    })?;
    require(origins.len() == config.origins.len(), || {
        "two origins of a distribution have one id".to_owned()
    })?;
    config.origins.iter().try_for_each(check_origin)?;
    check_behavior(
        "the default behavior",
        &config.default_cache_behavior,
        &origins,
    )?;
    let mut patterns = BTreeSet::new();
    for of in &config.cache_behaviors {
        require(patterns.insert(&of.path_pattern), || {
            format!("two behaviors have the pattern `{}`", of.path_pattern)
        })?;
        check_behavior(
            &format!("the behavior `{}`", of.path_pattern),
            &of.behavior,
            &origins,
        )?;
    }
    require(
        config.aliases.is_empty() || config.viewer_certificate.is_some(),
        || {
            format!(
                "the names {} need a viewer certificate",
                config.aliases.join(", ")
            )
        },
    )?;
    for error in &config.custom_error_responses {
        let code = error.error_code;
        require(ERRORS.contains(&code), || {
            format!("{code} is no error that CloudFront can answer in another way")
        })?;
        require(
            error.response_code.is_some() == error.response_page_path.is_some(),
            || {
                format!(
                    "the answer to {code} needs both ResponseCode and ResponsePagePath, or neither"
                )
            },
        )?;
    }
    Ok(())
}

fn check_origin(origin: &Origin<String>) -> Result<(), DriverError> {
    let id = &origin.id;
    require((1..=128).contains(&id.len()), || {
        format!("the origin `{id}` must have an id of 1 to 128 characters")
    })?;
    require(
        origin.s3_origin_config.is_some() != origin.custom_origin_config.is_some(),
        || {
            format!(
                "the origin `{id}` must have an S3OriginConfig or a CustomOriginConfig, and not both"
            )
        },
    )?;
    let identity = origin
        .s3_origin_config
        .as_ref()
        .and_then(|of| of.origin_access_identity.as_ref());
    require(
        identity.is_none() || origin.origin_access_control_id.is_none(),
        || {
            format!(
                "the origin `{id}` must be signed for by an identity or a control, and not both"
            )
        },
    )?;
    let path = origin.origin_path.as_deref().unwrap_or("/x");
    require(path.starts_with('/') && !path.ends_with('/'), || {
        format!("the origin `{id}` must have a path with a slash before and none behind")
    })?;
    let attempts = origin
        .connection_attempts
        .is_none_or(|times| (1..=3).contains(&times));
    let timeout = origin
        .connection_timeout
        .is_none_or(|seconds| (1..=10).contains(&seconds));
    require(attempts && timeout, || {
        format!("the origin `{id}` must have 1 to 3 attempts of 1 to 10 seconds each")
    })?;
    require(
        origin
            .origin_shield
            .as_ref()
            .is_none_or(|shield| shield.origin_shield_region.is_some()),
        || format!("the shield of the origin `{id}` needs a Region"),
    )
}

fn check_behavior(
    what: &str,
    of: &DefaultCacheBehavior<String>,
    origins: &BTreeSet<&str>,
) -> Result<(), DriverError> {
    require(origins.contains(of.target_origin_id.as_str()), || {
        format!(
            "{what} has the origin `{}`, which the distribution does not have",
            of.target_origin_id
        )
    })?;
    require([2, 3, 7].contains(&of.allowed_methods.len()), || {
        format!("{what} must allow GET and HEAD, these and OPTIONS, or all methods")
    })?;
    require(
        of.cached_methods
            .iter()
            .all(|method| of.allowed_methods.contains(method)),
        || format!("{what} must cache only methods that it allows"),
    )?;
    let events: BTreeSet<_> = of
        .function_associations
        .iter()
        .map(|association| association.event_type)
        .collect();
    require(events.len() == of.function_associations.len(), || {
        format!("{what} has two functions for one event")
    })
}
