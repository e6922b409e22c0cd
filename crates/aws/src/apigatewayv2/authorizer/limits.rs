//! The limits of an authorizer that AWS enforces and emulators do not.

use model::types::apigatewayv2::Authorizer;

use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of API Gateway v2";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Name", 1, 128, MODEL),
    Limit::one_of("AuthorizerType", &["REQUEST", "JWT"], MODEL),
];

/// The service model, `CreateAuthorizer`: a function is for `REQUEST`, and an issuer, an audience and one
/// source of the token are for `JWT`.
pub(super) fn check(authorizer: &Authorizer<String>, checks: &mut Checks) {
    if !is_known(&authorizer.authorizer_type) {
        return;
    }
    let verifies = authorizer.authorizer_type == "JWT";
    checks.require(
        verifies == authorizer.jwt_configuration.is_some(),
        "JwtConfiguration",
        "is required with AuthorizerType JWT, and not allowed otherwise",
    );
    checks.require(
        verifies != authorizer.authorizer_uri.is_some(),
        "AuthorizerUri",
        "is required with AuthorizerType REQUEST, and not allowed otherwise",
    );
    checks.require(
        !verifies || authorizer.identity_source.len() == 1,
        "IdentitySource",
        "has to be the one place of the token with AuthorizerType JWT",
    );
    let audience = authorizer.jwt_configuration.as_ref().map(|of| &of.audience);
    checks.require(
        audience.is_none_or(|audience| !audience.is_empty()),
        "JwtConfiguration.Audience",
        "is empty",
    );
}
