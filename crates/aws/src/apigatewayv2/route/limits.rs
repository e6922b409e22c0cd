//! The limits of a route that AWS enforces and emulators do not.

use model::types::apigatewayv2::Route;

use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of API Gateway v2";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("OperationName", 0, 64, MODEL),
    Limit::one_of("AuthorizationType", &["NONE", "AWS_IAM", "CUSTOM"], MODEL),
];

/// The developer guide: a WebSocket API authorizes only on `$connect`.
pub(super) fn check(route: &Route<String>, checks: &mut Checks) {
    checks.require(!route.route_key.is_empty(), "RouteKey", "is empty");
    let authorization = route.authorization_type.as_deref().unwrap_or("NONE");
    if !is_known(authorization) {
        return;
    }
    let connects = route.route_key == "$connect" || !is_known(&route.route_key);
    checks.require(
        authorization == "NONE" || connects,
        "AuthorizationType",
        format!("is {authorization}; a WebSocket API authorizes on the route $connect alone"),
    );
    checks.require(
        (authorization == "CUSTOM") == route.authorizer_id.is_some(),
        "AuthorizerId",
        "is required with AuthorizationType CUSTOM, and not allowed otherwise",
    );
}
