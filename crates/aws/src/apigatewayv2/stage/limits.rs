//! The limits of a stage that AWS enforces and emulators do not.

use model::types::apigatewayv2::Stage;

use super::settings::HTTP_STAGE;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of API Gateway v2";
const LEVELS: &[&str] = &["OFF", "ERROR", "INFO"];
const MOST: i64 = i32::MAX as i64;

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("StageName", 1, 128, MODEL),
    Limit::length("Description", 0, 1024, MODEL),
    Limit::one_of("DefaultRouteSettings.LoggingLevel", LEVELS, MODEL),
    Limit::range("DefaultRouteSettings.ThrottlingBurstLimit", 0, MOST, MODEL),
    Limit::range("DefaultRouteSettings.ThrottlingRateLimit", 0, MOST, MODEL),
    Limit::one_of("RouteSettings{}.LoggingLevel", LEVELS, MODEL),
    Limit::range("RouteSettings{}.ThrottlingBurstLimit", 0, MOST, MODEL),
    Limit::range("RouteSettings{}.ThrottlingRateLimit", 0, MOST, MODEL),
    Limit::length("StageVariables{}", 1, 2048, MODEL),
    Limit::characters(
        "StageVariables{}",
        |c| c.is_ascii_alphanumeric() || "-._~:/?#&=,".contains(c),
        "letters, digits and -._~:/?#&=,",
        MODEL,
    ),
];

/// The service model, for the names of stages and variables, and the settings of HTTP APIs; the developer guide, for the format of access
/// logs.
pub(super) fn check(stage: &Stage<String>, checks: &mut Checks) {
    let name = &stage.stage_name;
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    checks.require(
        name == HTTP_STAGE || !is_known(name) || name.chars().all(fits),
        "StageName",
        format!("is `{name}`; letters, digits, - and _ are allowed, and $default"),
    );
    let settings = stage.default_route_settings.iter();
    let mut settings = settings.chain(stage.route_settings.values());
    let logs = settings.any(|of| of.logging_level.is_some() || of.data_trace_enabled.is_some());
    checks.require(
        name != HTTP_STAGE || !logs,
        "DefaultRouteSettings",
        "has execution logs, which an HTTP API cannot have",
    );
    for name in stage.stage_variables.keys() {
        let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        checks.require(
            fits || !is_known(name),
            "StageVariables",
            format!("has the name `{name}`; only letters, digits and _ are allowed"),
        );
    }
    let Some(logs) = &stage.access_log_settings else {
        return;
    };
    let format = &logs.format;
    checks.require(
        !format.contains('\n'),
        "AccessLogSettings.Format",
        "has several lines; one is allowed",
    );
    let ids = ["$context.requestId", "$context.extendedRequestId"];
    checks.require(
        !is_known(format) || ids.iter().any(|id| format.contains(id)),
        "AccessLogSettings.Format",
        "does not contain $context.requestId",
    );
}
