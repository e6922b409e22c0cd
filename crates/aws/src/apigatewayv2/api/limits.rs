//! The limits of an API that AWS enforces and emulators do not.

use model::types::apigatewayv2::Api;

use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of API Gateway v2";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Name", 1, 128, MODEL),
    Limit::length("Description", 0, 1024, MODEL),
    Limit::one_of("ProtocolType", &["WEBSOCKET", "HTTP"], MODEL),
    Limit::range("CorsConfiguration.MaxAge", -1, 86_400, MODEL),
];

/// The service model, `RouteSelectionExpression` and `CorsConfiguration`: the one is required of
/// WebSocket APIs, the other is supported for HTTP APIs alone. The developer guide, `Configure CORS for
/// HTTP APIs`: credentials are not allowed from any origin.
pub(super) fn check(api: &Api, checks: &mut Checks) {
    if api.protocol_type == "WEBSOCKET" {
        checks.require(
            api.route_selection_expression.is_some(),
            "RouteSelectionExpression",
            "is missing; a WebSocket API has one",
        );
        checks.require(
            api.cors_configuration.is_none(),
            "CorsConfiguration",
            "is for HTTP APIs alone",
        );
    }
    let Some(cors) = &api.cors_configuration else {
        return;
    };
    let from_any = cors.allow_origins.iter().any(|origin| origin == "*");
    checks.require(
        cors.allow_credentials != Some(true) || !from_any,
        "CorsConfiguration.AllowCredentials",
        "is not allowed with the origin `*`",
    );
}
