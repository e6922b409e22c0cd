//! The limits of a route that AWS enforces and emulators do not.

use model::types::apigatewayv2::Route;

use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of API Gateway v2";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("OperationName", 0, 64, MODEL),
    Limit::one_of(
        "AuthorizationType",
        &["NONE", "AWS_IAM", "CUSTOM", "JWT"],
        MODEL,
    ),
];

/// The developer guide: a WebSocket API authorizes only on `$connect`, and never by a JWT. The routes of an
/// HTTP API have a method and a path, but for `$default`.
pub(super) fn check(route: &Route<String>, checks: &mut Checks) {
    checks.require(!route.route_key.is_empty(), "RouteKey", "is empty");
    let authorization = route.authorization_type.as_deref().unwrap_or("NONE");
    if !is_known(authorization) {
        return;
    }
    let key = &*route.route_key;
    let requests = key.contains(" /") || (key == "$default" && authorization == "JWT");
    let connects = key == "$connect" && authorization != "JWT";
    checks.require(
        authorization == "NONE" || connects || requests || !is_known(key),
        "AuthorizationType",
        format!(
            "is {authorization}; a WebSocket API authorizes on the route $connect alone, and not by JWT"
        ),
    );
    checks.require(
        ["CUSTOM", "JWT"].contains(&authorization) == route.authorizer_id.is_some(),
        "AuthorizerId",
        "is required with AuthorizationType CUSTOM and JWT, and not allowed otherwise",
    );
    checks.require(
        authorization == "JWT" || route.authorization_scopes.is_empty(),
        "AuthorizationScopes",
        "is allowed with AuthorizationType JWT alone",
    );
}
