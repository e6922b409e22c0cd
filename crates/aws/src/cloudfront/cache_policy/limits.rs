//! The limits of cache policies that emulators do not enforce.

use model::types::cloudfront::{
    CachePolicyConfig, CookieBehavior, HeaderBehavior, ParametersInCacheKeyAndForwardedToOrigin,
    QueryStringBehavior,
};

use crate::cloudfront::convert::{NAME_CHARACTERS, is_in_names};
use crate::kit::limits::{Checks, Limit};

const SOURCE: &str = "the CloudFront API reference of CachePolicyConfig";

/// The most characters of a comment, the note of the owner included.
pub(super) const COMMENT: usize = 128;

const NAME: &str = "CachePolicyConfig.Name";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length(NAME, 1, 128, SOURCE),
    Limit::characters(NAME, is_in_names, NAME_CHARACTERS, SOURCE),
    Limit::length("CachePolicyConfig.Comment", 0, COMMENT, SOURCE),
];

pub(super) fn check(config: &CachePolicyConfig<String>, checks: &mut Checks) {
    let (least, default, most) = (config.min_ttl, config.default_ttl, config.max_ttl);
    checks.require(
        0 <= least && Some(least) <= default && default <= most,
        "CachePolicyConfig",
        "must have 0 ≤ MinTTL ≤ DefaultTTL ≤ MaxTTL",
    );
    let parameters = &config.parameters_in_cache_key_and_forwarded_to_origin;
    checks.require(
        most != Some(0) || keys_nothing(parameters),
        "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin",
        "must be empty, since the policy caches nothing",
    );
}

/// Without caching there is no key, and CloudFront refuses anything that would be in it.
fn keys_nothing(of: &ParametersInCacheKeyAndForwardedToOrigin) -> bool {
    !of.enable_accept_encoding_gzip
        && of.enable_accept_encoding_brotli != Some(true)
        && of.cookies_config.cookie_behavior == CookieBehavior::None
        && of.headers_config.header_behavior == HeaderBehavior::None
        && of.query_strings_config.query_string_behavior == QueryStringBehavior::None
}
