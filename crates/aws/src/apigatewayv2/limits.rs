//! What AWS refuses and emulators accept, checked before any call.
//!
//! Sources: the service model of API Gateway v2 (lengths, the timeout's range, the alphabets of
//! stages and stage variables) and the developer guide (authorization on `$connect` alone; access
//! log formats).

use std::collections::BTreeMap;

use engine::DriverError;
use model::types::apigatewayv2::{Api, Authorizer, Integration, Route, RouteSettings, Stage};

type Checked = Result<(), DriverError>;

pub(super) fn api(api: &Api) -> Checked {
    length("an API's Name", &api.name, 1, 128)?;
    length(
        "an API's Description",
        api.description.as_deref().unwrap_or_default(),
        0,
        1024,
    )?;
    one_of("ProtocolType", &api.protocol_type, &["WEBSOCKET", "HTTP"])
}

pub(super) fn integration(integration: &Integration<String>) -> Checked {
    one_of(
        "IntegrationType",
        &integration.integration_type,
        &["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"],
    )?;
    optional(
        "ConnectionType",
        integration.connection_type.as_ref(),
        &["INTERNET", "VPC_LINK"],
    )?;
    let behaviors = ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];
    optional(
        "PassthroughBehavior",
        integration.passthrough_behavior.as_ref(),
        &behaviors,
    )?;
    let strategies = ["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"];
    optional(
        "ContentHandlingStrategy",
        integration.content_handling_strategy.as_ref(),
        &strategies,
    )?;
    if integration
        .timeout_in_millis
        .is_some_and(|timeout| !(50..=29_000).contains(&timeout))
    {
        return refuse("a WebSocket integration's TimeoutInMillis is from 50 to 29,000");
    }
    no_empty_values("RequestParameters", &integration.request_parameters)?;
    no_empty_values("RequestTemplates", &integration.request_templates)
}

pub(super) fn authorizer(authorizer: &Authorizer<String>) -> Checked {
    length("an authorizer's Name", &authorizer.name, 1, 128)?;
    one_of(
        "a WebSocket API's AuthorizerType",
        &authorizer.authorizer_type,
        &["REQUEST"],
    )
}

pub(super) fn route(route: &Route<String>) -> Checked {
    if route.route_key.is_empty() {
        return refuse("a route has a RouteKey");
    }
    length(
        "an OperationName",
        route.operation_name.as_deref().unwrap_or_default(),
        0,
        64,
    )?;
    let authorization = route.authorization_type.as_deref().unwrap_or("NONE");
    one_of(
        "AuthorizationType",
        authorization,
        &["NONE", "AWS_IAM", "CUSTOM"],
    )?;
    if authorization != "NONE" && route.route_key != "$connect" {
        return refuse("a WebSocket API authorizes on the route $connect alone");
    }
    if (authorization == "CUSTOM") != route.authorizer_id.is_some() {
        return refuse("a route has an AuthorizerId exactly when its AuthorizationType is CUSTOM");
    }
    Ok(())
}

pub(super) fn stage(stage: &Stage<String>) -> Checked {
    length("a StageName", &stage.stage_name, 1, 128)?;
    let alphabet = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !stage.stage_name.chars().all(alphabet) {
        return refuse(format!(
            "the StageName `{}` may have letters, digits, - and _ only",
            stage.stage_name
        ));
    }
    length(
        "a stage's Description",
        stage.description.as_deref().unwrap_or_default(),
        0,
        1024,
    )?;
    stage
        .default_route_settings
        .iter()
        .chain(stage.route_settings.values())
        .try_for_each(settings)?;
    if let Some(logs) = &stage.access_log_settings {
        access_log_format(&logs.format)?;
    }
    stage
        .stage_variables
        .iter()
        .try_for_each(|(name, value)| stage_variable(name, value))
}

fn settings(settings: &RouteSettings) -> Checked {
    optional(
        "LoggingLevel",
        settings.logging_level.as_ref(),
        &["OFF", "ERROR", "INFO"],
    )?;
    let negative = settings
        .throttling_burst_limit
        .is_some_and(|limit| limit < 0)
        || settings
            .throttling_rate_limit
            .is_some_and(|limit| limit < 0.0);
    if negative {
        refuse("a throttling limit is not negative")
    } else {
        Ok(())
    }
}

fn access_log_format(format: &str) -> Checked {
    if format.contains('\n') {
        return refuse("an access log's Format is one line");
    }
    if !format.contains("$context.requestId") && !format.contains("$context.extendedRequestId") {
        return refuse("an access log's Format has at least $context.requestId");
    }
    Ok(())
}

fn stage_variable(name: &str, value: &str) -> Checked {
    let name_fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let value_fits = !value.is_empty()
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._~:/?#&=,".contains(c));
    if name_fits && value_fits {
        return Ok(());
    }
    refuse(format!(
        "the stage variable `{name}` may have letters, digits and _ in its name, and letters, digits and -._~:/?#&=, \
         in its value"
    ))
}

/// An empty value takes an entry away, so it cannot be one.
fn no_empty_values(property: &str, map: &BTreeMap<String, String>) -> Checked {
    match map.iter().find(|(_, value)| value.is_empty()) {
        Some((key, _)) => refuse(format!(
            "{property}.{key} is empty, which API Gateway takes for its removal"
        )),
        None => Ok(()),
    }
}

fn length(what: &str, text: &str, least: usize, most: usize) -> Checked {
    let long = text.chars().count();
    if (least..=most).contains(&long) {
        return Ok(());
    }
    refuse(format!(
        "{what} has {least} to {most} characters, not {long}"
    ))
}

fn optional(what: &str, value: Option<&String>, values: &[&str]) -> Checked {
    value.map_or(Ok(()), |value| one_of(what, value, values))
}

fn one_of(what: &str, value: &str, values: &[&str]) -> Checked {
    if values.contains(&value) {
        return Ok(());
    }
    refuse(format!(
        "{what} is one of {}, not `{value}`",
        values.join(", ")
    ))
}

fn refuse(message: impl Into<String>) -> Checked {
    Err(DriverError::Invalid(message.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(checked: Checked) -> String {
        checked.map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn stage_names_and_variables_have_an_alphabet() {
        assert!(stage_variable("table", "a-b.c").is_ok());
        assert!(stage_variable("ta-ble", "a").is_err());
        assert!(stage_variable("table", "a b").is_err());
        assert!(stage_variable("table", "").is_err());
    }

    #[test]
    fn access_logs_name_the_request() {
        assert!(access_log_format("$context.requestId $context.status").is_ok());
        assert_eq!(
            message(access_log_format("$context.status")),
            "an access log's Format has at least $context.requestId"
        );
        assert_eq!(
            message(access_log_format("$context.requestId\n")),
            "an access log's Format is one line"
        );
    }

    #[test]
    fn lengths_and_values_are_said() {
        assert_eq!(
            message(length("a Name", "", 1, 128)),
            "a Name has 1 to 128 characters, not 0"
        );
        assert_eq!(
            message(one_of("Type", "C", &["A", "B"])),
            "Type is one of A, B, not `C`"
        );
        assert!(
            settings(&RouteSettings {
                throttling_burst_limit: Some(-1),
                throttling_rate_limit: None,
                detailed_metrics_enabled: None,
                data_trace_enabled: None,
                logging_level: None,
            })
            .is_err()
        );
    }
}
