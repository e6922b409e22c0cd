//! The limits of an integration that AWS enforces and emulators do not.

use model::types::apigatewayv2::Integration;

use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of API Gateway v2";

pub(super) const LIMITS: &[Limit] = &[
    Limit::one_of(
        "IntegrationType",
        &["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"],
        MODEL,
    ),
    Limit::one_of("ConnectionType", &["INTERNET", "VPC_LINK"], MODEL),
    Limit::one_of(
        "PassthroughBehavior",
        &["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"],
        MODEL,
    ),
    Limit::one_of(
        "ContentHandlingStrategy",
        &["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"],
        MODEL,
    ),
    Limit::range("TimeoutInMillis", 50, 30_000, MODEL),
    Limit::one_of("PayloadFormatVersion", &["1.0", "2.0"], MODEL),
];

/// The service model: a WebSocket API waits for 29 s at most; an HTTP API has a version of its events.
///
/// An update interprets an empty value as the removal of its entry, so it cannot be one.
pub(super) fn check(integration: &Integration<String>, checks: &mut Checks) {
    let waits = integration.timeout_in_millis.unwrap_or_default();
    checks.require(
        waits <= 29_000 || integration.payload_format_version.is_some(),
        "TimeoutInMillis",
        format!("is {waits}; 50 to 29000 is allowed of a WebSocket API"),
    );
    for (property, map) in [
        ("RequestParameters", &integration.request_parameters),
        ("RequestTemplates", &integration.request_templates),
    ] {
        for (key, _) in map.iter().filter(|(_, value)| value.is_empty()) {
            checks.refuse(
                format!("{property}.{key}"),
                "is empty, which API Gateway takes as its removal",
            );
        }
    }
}
