//! Throttling and logging of routes, and the destination of access logs.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigatewayv2::types::{
    AccessLogSettings as SdkAccessLogSettings, LoggingLevel, RouteSettings as SdkRouteSettings,
};
use model::types::apigatewayv2::{AccessLogSettings, RouteSettings};

use crate::apigatewayv2::convert;

/// The stage of HTTP APIs, which no WebSocket API can have.
pub(super) const HTTP_STAGE: &str = "$default";

/// A route's default settings: the account's throttling, no metrics, no logs.
pub(super) fn defaults(stage_name: &str) -> RouteSettings {
    let mut defaults = RouteSettings {
        throttling_burst_limit: None,
        throttling_rate_limit: None,
        detailed_metrics_enabled: None,
        data_trace_enabled: None,
        logging_level: None,
    };
    normaliser(stage_name)(&mut defaults);
    defaults
}

/// What states the defaults of a stage of this name.
pub(super) fn normaliser(stage_name: &str) -> fn(&mut RouteSettings) {
    if stage_name == HTTP_STAGE {
        normalise_http
    } else {
        normalise
    }
}

fn normalise(settings: &mut RouteSettings) {
    settings.detailed_metrics_enabled.get_or_insert(false);
    settings.data_trace_enabled.get_or_insert(false);
    settings
        .logging_level
        .get_or_insert_with(|| "OFF".to_owned());
}

/// As [`normalise`], for an HTTP API: it has no execution logs, and the members about them are refused
/// (the service model: `DataTraceEnabled` and `LoggingLevel` are supported for WebSocket APIs alone).
fn normalise_http(settings: &mut RouteSettings) {
    settings.detailed_metrics_enabled.get_or_insert(false);
    settings.data_trace_enabled.take_if(|traced| !*traced);
    settings.logging_level.take_if(|level| level == "OFF");
}

/// The ARN without the `:*` that API Gateway removes.
pub(super) fn normalise_logs(logs: &mut AccessLogSettings<String>) {
    if let Some(arn) = logs.destination_arn.strip_suffix(":*") {
        logs.destination_arn = arn.to_owned();
    }
}

pub(super) fn read(settings: &SdkRouteSettings) -> RouteSettings {
    RouteSettings {
        throttling_burst_limit: settings.throttling_burst_limit(),
        throttling_rate_limit: settings.throttling_rate_limit(),
        detailed_metrics_enabled: settings.detailed_metrics_enabled(),
        data_trace_enabled: settings.data_trace_enabled(),
        logging_level: convert::text(settings.logging_level().map(LoggingLevel::as_str)),
    }
}

/// A throttle that is absent is not sent: 0 would refuse every request.
pub(super) fn write(settings: &RouteSettings) -> SdkRouteSettings {
    SdkRouteSettings::builder()
        .set_throttling_burst_limit(settings.throttling_burst_limit)
        .set_throttling_rate_limit(settings.throttling_rate_limit)
        .set_detailed_metrics_enabled(settings.detailed_metrics_enabled)
        .set_data_trace_enabled(settings.data_trace_enabled)
        .set_logging_level(settings.logging_level.as_deref().map(LoggingLevel::from))
        .build()
}

pub(super) fn read_all(
    settings: Option<&HashMap<String, SdkRouteSettings>>,
) -> BTreeMap<String, RouteSettings> {
    settings
        .into_iter()
        .flatten()
        .map(|(route, settings)| (route.clone(), read(settings)))
        .collect()
}

pub(super) fn write_all(
    settings: &BTreeMap<String, RouteSettings>,
) -> HashMap<String, SdkRouteSettings> {
    settings
        .iter()
        .map(|(route, settings)| (route.clone(), write(settings)))
        .collect()
}

pub(super) fn read_logs(logs: Option<&SdkAccessLogSettings>) -> Option<AccessLogSettings<String>> {
    let destination_arn = convert::text(logs?.destination_arn())?;
    Some(AccessLogSettings {
        destination_arn,
        format: logs?.format().unwrap_or_default().to_owned(),
    })
}

pub(super) fn write_logs(logs: &AccessLogSettings<String>) -> SdkAccessLogSettings {
    SdkAccessLogSettings::builder()
        .destination_arn(&logs.destination_arn)
        .format(&logs.format)
        .build()
}
