//! The limits of an API that AWS enforces and emulators do not.

use crate::kit::limits::Limit;

const MODEL: &str = "the service model of API Gateway v2";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Name", 1, 128, MODEL),
    Limit::length("Description", 0, 1024, MODEL),
    Limit::one_of("ProtocolType", &["WEBSOCKET", "HTTP"], MODEL),
];
