//! The limits of response headers policies that emulators do not enforce.

use engine::UNKNOWN;
use model::types::cloudfront::ResponseHeadersPolicyConfig;

use crate::cloudfront::convert::{NAME_CHARACTERS, is_in_names};
use crate::kit::limits::{Checks, Limit};

const REFERENCE: &str = "the CloudFront API reference of ResponseHeadersPolicyConfig";
const QUOTAS: &str = "the CloudFront quotas page, `Quotas on headers`";

/// The most characters of a comment, the note of the owner included.
pub(super) const COMMENT: usize = 128;

/// The most characters of all custom headers together, their names included. Source: the CloudFront
/// quotas page, `Quotas on headers`.
const CUSTOM_HEADERS: usize = 10_240;

const NAME: &str = "ResponseHeadersPolicyConfig.Name";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length(NAME, 1, 128, REFERENCE),
    Limit::characters(NAME, is_in_names, NAME_CHARACTERS, REFERENCE),
    Limit::length("ResponseHeadersPolicyConfig.Comment", 0, COMMENT, REFERENCE),
    Limit::range(
        "ResponseHeadersPolicyConfig.ServerTimingHeadersConfig.SamplingRate",
        0,
        100,
        REFERENCE,
    ),
    Limit::count(
        "ResponseHeadersPolicyConfig.CustomHeadersConfig.Items",
        0,
        10,
        QUOTAS,
    ),
    Limit::length(
        "ResponseHeadersPolicyConfig.CustomHeadersConfig.Items[].Header",
        1,
        256,
        QUOTAS,
    ),
    Limit::length(
        "ResponseHeadersPolicyConfig.CustomHeadersConfig.Items[].Value",
        0,
        1_783,
        QUOTAS,
    ),
    // The length of the content security policy is a rule of the graph, which knows the quota of the
    // account (`graph_rules`).
];

pub(super) fn check(config: &ResponseHeadersPolicyConfig<String>, checks: &mut Checks) {
    let headers = config.custom_headers_config.iter();
    let total: usize = headers
        .flat_map(|headers| &headers.items)
        .flat_map(|header| [&header.header, &header.value])
        .filter(|text| !text.contains(UNKNOWN))
        .map(|text| text.chars().count())
        .sum();
    checks.require(
        total <= CUSTOM_HEADERS,
        "ResponseHeadersPolicyConfig.CustomHeadersConfig",
        format!("has {total} characters in its names and values; at most 10,240 are allowed"),
    );
}
