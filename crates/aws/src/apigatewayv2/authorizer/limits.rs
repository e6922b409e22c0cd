//! The limits of an authorizer that AWS enforces and emulators do not.

use crate::kit::limits::Limit;

const MODEL: &str = "the service model of API Gateway v2";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Name", 1, 128, MODEL),
    Limit::one_of(
        "AuthorizerType",
        &["REQUEST"],
        "the developer guide: a JWT authorizes HTTP APIs alone",
    ),
];
