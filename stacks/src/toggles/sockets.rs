//! The WebSocket API.

use std::collections::BTreeMap;

use model::types::apigatewayv2::{
    AccessLogSettings, Api, Deployment, Integration, Route, RouteSettings, Stage,
};
use model::types::lambda::{Function, Permission};
use model::{Handle, StackBuilder, Text};
use toggle_contract::exposure;

use crate::description::Toggles;
use crate::function::invocation_uri;

/// A line of the access log, in JSON. Source of the variables: the API Gateway developer guide, `Configure
/// logging for WebSocket APIs`.
const LINE: &str = r#"{"requestId":"$context.requestId","requestTime":"$context.requestTime","sourceIp":"$context.identity.sourceIp","routeKey":"$context.routeKey","status":"$context.status","connectionId":"$context.connectionId"}"#;

pub(super) struct Sockets {
    pub(super) api: Handle<Api>,
    pub(super) stage: Handle<Stage>,
}

/// The messages per second, and at once, in which clients tell what they asked for, of all of them together: 20 are those
/// of 2,000 page loads per second at a share of 0.01. Each writes up to 100 counts, so strangers who send nothing else cost
/// at most 2,000 writes per second. What is above that is dropped: API Gateway tells the client, which does not send it again.
const EXPOSURES_PER_SECOND: f64 = 20.0;
const EXPOSURES_AT_ONCE: i32 = 100;

/// The API with exactly the routes `$connect` and `$disconnect`, and one more if what is asked for is counted: clients
/// send nothing else.
pub(super) fn websocket_api(
    stack: &mut StackBuilder<'_>,
    manager: &Handle<Function>,
    settings: &Toggles,
) -> Sockets {
    let stage_name = settings.stage.as_str();
    let api = Api {
        name: stack.physical_name("websocket-api"),
        description: Some("Sends feature toggles to clients as they change".to_owned()),
        protocol_type: "WEBSOCKET".to_owned(),
        route_selection_expression: Some("$request.body.action".to_owned()),
        api_key_selection_expression: None,
        cors_configuration: None,
        disable_execute_api_endpoint: Some(false),
    };
    let api = stack.add("websocket-api", api);
    let integration = stack.add("connection-manager-integration", integration(&api, manager));
    let counts = settings.exposure.is_some();
    let keys = ["$connect", "$disconnect"].into_iter();
    let keys = keys.chain(counts.then_some(exposure::ROUTE));
    let routes: Vec<_> = keys
        .map(|key| route(stack, &api, &integration, manager, key, stage_name))
        .collect();
    // The API has no settings of its own that a description can change.
    let mut deployed = vec![integration.id(), stack.content(&integration)];
    for route in &routes {
        deployed.extend([route.id(), stack.content(route)]);
    }
    let deployment = Deployment {
        api_id: api.id(),
        description: Text::fingerprint(deployed),
    };
    let deployment = stack.add("deployment", deployment);
    let stage = Stage {
        api_id: api.id(),
        stage_name: stage_name.to_owned(),
        description: None,
        deployment_id: Some(deployment.id()),
        auto_deploy: Some(false),
        default_route_settings: None,
        route_settings: [admitted(settings.connects_per_second)]
            .into_iter()
            .chain(counts.then(counted))
            .collect(),
        stage_variables: BTreeMap::new(),
        access_log_settings: settings.access_logs.as_deref().map(access_logs),
    };
    Sockets {
        stage: stack.add("stage", stage),
        api,
    }
}

/// The connections that the API accepts: so many per second, and no more at once. Source: `RouteSettings` in the
/// reference of API Gateway's version 2.
fn admitted(per_second: i32) -> (String, RouteSettings) {
    let settings = throttled(f64::from(per_second), per_second);
    ("$connect".to_owned(), settings)
}

fn counted() -> (String, RouteSettings) {
    let settings = throttled(EXPOSURES_PER_SECOND, EXPOSURES_AT_ONCE);
    (exposure::ROUTE.to_owned(), settings)
}

const fn throttled(per_second: f64, at_once: i32) -> RouteSettings {
    RouteSettings {
        throttling_burst_limit: Some(at_once),
        throttling_rate_limit: Some(per_second),
        detailed_metrics_enabled: None,
        data_trace_enabled: None,
        logging_level: None,
    }
}

fn access_logs(log_group: &str) -> AccessLogSettings {
    AccessLogSettings {
        destination_arn: Text::from(log_group),
        format: LINE.to_owned(),
    }
}

fn integration(api: &Handle<Api>, function: &Handle<Function>) -> Integration {
    Integration {
        api_id: api.id(),
        integration_type: "AWS_PROXY".to_owned(),
        integration_uri: Some(invocation_uri(function)),
        integration_method: Some("POST".to_owned()),
        connection_type: Some("INTERNET".to_owned()),
        credentials_arn: None,
        timeout_in_millis: Some(29_000),
        payload_format_version: None,
        passthrough_behavior: None,
        content_handling_strategy: None,
        request_parameters: BTreeMap::new(),
        request_templates: BTreeMap::new(),
        template_selection_expression: None,
    }
}

/// A route, and the permission to call the function for it alone.
fn route(
    stack: &mut StackBuilder<'_>,
    api: &Handle<Api>,
    integration: &Handle<Integration>,
    function: &Handle<Function>,
    key: &str,
    stage_name: &str,
) -> Handle<Route> {
    let name = key.trim_start_matches('$');
    let source = [api.id(), Text::Known(format!("/{stage_name}/{key}"))];
    let permission = Permission {
        function_name: function.name(),
        action: "lambda:InvokeFunction".to_owned(),
        principal: "apigateway.amazonaws.com".to_owned(),
        source_arn: Some(Text::regional_arn("execute-api", source)),
        source_account: None,
    };
    stack.add(&format!("{name}-permission"), permission);
    let route = Route {
        api_id: api.id(),
        route_key: key.to_owned(),
        target: Some(Text::concat([
            Text::from("integrations/"),
            integration.id(),
        ])),
        operation_name: None,
        authorization_type: Some("NONE".to_owned()),
        authorizer_id: None,
        authorization_scopes: Vec::new(),
        api_key_required: Some(false),
        model_selection_expression: None,
        route_response_selection_expression: None,
    };
    stack.add(&format!("{name}-route"), route)
}
