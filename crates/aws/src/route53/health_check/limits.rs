//! The limits of health checks that emulators do not enforce.

use aws_sdk_route53::types::HealthCheckRegion;

use super::Properties;
use super::convert::{is_http, is_https, matches_text};
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const SOURCE: &str = "the Route 53 API reference of HealthCheckConfig";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::one_of(
        "HealthCheckConfig.Type",
        &["HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"],
        SOURCE,
    ),
    Limit::length("HealthCheckConfig.FullyQualifiedDomainName", 1, 255, SOURCE),
    Limit::range("HealthCheckConfig.Port", 1, 65_535, SOURCE),
    Limit::length("HealthCheckConfig.ResourcePath", 1, 255, SOURCE),
    Limit::length("HealthCheckConfig.SearchString", 1, 255, SOURCE),
    Limit::range("HealthCheckConfig.FailureThreshold", 1, 10, SOURCE),
    Limit::count("HealthCheckConfig.Regions", 3, 64, SOURCE),
    Limit::one_of(
        "HealthCheckConfig.Regions[]",
        HealthCheckRegion::values(),
        SOURCE,
    ),
];

/// Checks that depend on the type. Source: the Route 53 API reference of `HealthCheckConfig`.
pub(super) fn check(properties: &Properties, checks: &mut Checks) {
    let of = &properties.health_check_config;
    let interval = of.request_interval;
    checks.require(
        interval.is_none_or(|seconds| [10, 30].contains(&seconds)),
        "HealthCheckConfig.RequestInterval",
        "is not 10 or 30 seconds",
    );
    let kind = of.check_type.as_str();
    if !is_known(kind) {
        return;
    }
    checks.require(
        of.search_string.is_some() == matches_text(kind),
        "HealthCheckConfig.SearchString",
        format!("is required for HTTP_STR_MATCH and HTTPS_STR_MATCH alone, not for {kind}"),
    );
    checks.require(
        of.port.is_some() || is_http(kind),
        "HealthCheckConfig.Port",
        "is required for TCP",
    );
    checks.require(
        of.resource_path.is_none() || is_http(kind),
        "HealthCheckConfig.ResourcePath",
        "is not for TCP",
    );
    checks.require(
        of.enable_sni != Some(true) || is_https(kind),
        "HealthCheckConfig.EnableSNI",
        "is for HTTPS alone",
    );
}
