//! A health check in the SDK's types and in the model's.

use aws_sdk_route53::operation::update_health_check::builders::UpdateHealthCheckFluentBuilder;
use aws_sdk_route53::types::{
    HealthCheckConfig as SdkConfig, HealthCheckRegion, HealthCheckType, ResettableElementName,
};
use engine::{Changes, DriverError};
use model::types::route53::{HealthCheck, HealthCheckConfig};

use super::Properties;
use crate::kit::policy_document::sort_set;
use crate::route53::convert::incomplete;
use crate::route53::names::canonical;

/// The seconds between two checks, and how many in a row change the status, if nothing is stated.
/// Source: the Route 53 API reference of `HealthCheckConfig`.
const REQUEST_INTERVAL: i32 = 30;
const FAILURE_THRESHOLD: i32 = 3;

pub(super) fn is_http(kind: &str) -> bool {
    kind.starts_with("HTTP")
}

pub(super) fn is_https(kind: &str) -> bool {
    kind.starts_with("HTTPS")
}

pub(super) fn matches_text(kind: &str) -> bool {
    kind.ends_with("_STR_MATCH")
}

/// The default of the host's name in the handshake: yes for HTTPS. Source: the documentation of
/// Terraform's `aws_route53_health_check`, `enable_sni`.
fn sends_name(kind: &str) -> bool {
    is_https(kind)
}

/// States AWS's defaults. All Regions that Route 53 has are the same as none.
pub(super) fn normalise(check: &mut Properties) {
    let of = &mut check.health_check_config;
    let kind = of.check_type.to_ascii_uppercase();
    of.fully_qualified_domain_name = canonical(&of.fully_qualified_domain_name);
    if is_http(&kind) {
        let port = if is_https(&kind) { 443 } else { 80 };
        of.port.get_or_insert(port);
        of.resource_path.get_or_insert_with(|| "/".to_owned());
    }
    of.request_interval.get_or_insert(REQUEST_INTERVAL);
    of.failure_threshold.get_or_insert(FAILURE_THRESHOLD);
    of.enable_sni.get_or_insert(sends_name(&kind));
    for member in [&mut of.inverted, &mut of.disabled, &mut of.measure_latency] {
        member.get_or_insert(false);
    }
    sort_set(&mut of.regions);
    let every = HealthCheckRegion::values().iter();
    if every.eq(&of.regions) {
        of.regions.clear();
    }
    of.check_type = kind;
}

pub(super) fn properties(of: &SdkConfig) -> Properties {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let regions = of.regions().iter();
    let health_check_config = HealthCheckConfig {
        check_type: of.r#type().as_str().to_owned(),
        fully_qualified_domain_name: of
            .fully_qualified_domain_name()
            .unwrap_or_default()
            .to_owned(),
        port: of.port(),
        resource_path: text(of.resource_path()),
        search_string: text(of.search_string()),
        request_interval: of.request_interval(),
        failure_threshold: of.failure_threshold(),
        enable_sni: of.enable_sni(),
        regions: regions.map(|region| region.as_str().to_owned()).collect(),
        inverted: of.inverted(),
        disabled: of.disabled(),
        measure_latency: of.measure_latency(),
    };
    HealthCheck {
        health_check_config,
    }
}

/// A new check. What has AWS's default is left to AWS.
pub(super) fn create(of: &Properties) -> Result<SdkConfig, DriverError> {
    let of = &of.health_check_config;
    let yes = |stated: Option<bool>| stated.filter(|stated| *stated);
    let sni = of.enable_sni;
    let sni = sni.filter(|stated| *stated != sends_name(&of.check_type));
    SdkConfig::builder()
        .r#type(HealthCheckType::from(of.check_type.as_str()))
        .fully_qualified_domain_name(&of.fully_qualified_domain_name)
        .set_port(of.port)
        .set_resource_path(of.resource_path.clone())
        .set_search_string(of.search_string.clone())
        .set_request_interval(of.request_interval)
        .set_failure_threshold(of.failure_threshold)
        .set_enable_sni(sni)
        .set_regions(regions(of))
        .set_inverted(yes(of.inverted))
        .set_disabled(yes(of.disabled))
        .set_measure_latency(yes(of.measure_latency))
        .build()
        .map_err(incomplete)
}

fn regions(of: &HealthCheckConfig<String>) -> Option<Vec<HealthCheckRegion>> {
    let regions = of.regions.iter();
    let regions: Vec<_> = regions
        .map(|region| HealthCheckRegion::from(region.as_str()))
        .collect();
    (!regions.is_empty()).then_some(regions)
}

/// A change with the changed members alone: Route 53 leaves the others as they are.
pub(super) fn update(
    mut call: UpdateHealthCheckFluentBuilder,
    of: &Properties,
    changes: &Changes,
) -> UpdateHealthCheckFluentBuilder {
    let of = &of.health_check_config;
    let changed = |member: &str| changes.affects(&format!("HealthCheckConfig.{member}"));
    if changed("FullyQualifiedDomainName") {
        call = call.fully_qualified_domain_name(&of.fully_qualified_domain_name);
    }
    if changed("Port") {
        call = call.set_port(of.port);
    }
    if changed("ResourcePath") {
        call = call.set_resource_path(of.resource_path.clone());
    }
    if changed("SearchString") {
        call = call.set_search_string(of.search_string.clone());
    }
    if changed("FailureThreshold") {
        call = call.set_failure_threshold(of.failure_threshold);
    }
    if changed("EnableSNI") {
        call = call.set_enable_sni(of.enable_sni);
    }
    if changed("Inverted") {
        call = call.set_inverted(of.inverted);
    }
    if changed("Disabled") {
        call = call.set_disabled(of.disabled);
    }
    match regions(of) {
        _ if !changed("Regions") => call,
        None => call.reset_elements(ResettableElementName::Regions),
        regions => call.set_regions(regions),
    }
}
