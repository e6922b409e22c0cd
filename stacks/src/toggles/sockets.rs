//! The WebSocket API.

use std::collections::BTreeMap;

use model::types::apigatewayv2::{
    AccessLogSettings, Api, Deployment, Integration, Route, RouteSettings, Stage,
};
use model::types::lambda::{Function, Permission};
use model::{Handle, StackBuilder, Text};

use crate::description::Toggles;
use crate::function::invocation_uri;

/// A line of the access log, in JSON. Source of the variables: the API Gateway developer guide, `Configure
/// logging for WebSocket APIs`.
const LINE: &str = r#"{"requestId":"$context.requestId","requestTime":"$context.requestTime","sourceIp":"$context.identity.sourceIp","routeKey":"$context.routeKey","status":"$context.status","connectionId":"$context.connectionId"}"#;

pub(super) struct Sockets {
    pub(super) api: Handle<Api>,
    pub(super) stage: Handle<Stage>,
}

/// The API with exactly the routes `$connect` and `$disconnect`: clients send nothing.
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
    let connect = route(stack, &api, &integration, manager, "connect", stage_name);
    let disconnect = route(stack, &api, &integration, manager, "disconnect", stage_name);
    // The API has no settings of its own that a description can change.
    let deployed = [
        integration.id(),
        stack.content(&integration),
        connect.id(),
        stack.content(&connect),
        disconnect.id(),
        stack.content(&disconnect),
    ];
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
        route_settings: BTreeMap::from([admitted(settings.connects_per_second)]),
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
    let settings = RouteSettings {
        throttling_burst_limit: Some(per_second),
        throttling_rate_limit: Some(f64::from(per_second)),
        detailed_metrics_enabled: None,
        data_trace_enabled: None,
        logging_level: None,
    };
    ("$connect".to_owned(), settings)
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
    name: &str,
    stage_name: &str,
) -> Handle<Route> {
    let source = [api.id(), Text::Known(format!("/{stage_name}/${name}"))];
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
        route_key: format!("${name}"),
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
