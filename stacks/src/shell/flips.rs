//! The HTTP API by which people see and flip toggles without IAM, and the function behind it.
//!
//! API Gateway verifies who calls: a token of the user pool, for the shell's client. What somebody may do is
//! the function's to decide, since it depends on the toggle. The API itself is added first: the page's policy
//! and `config.json` name its address, and the client that its tokens are for names the page's.

use std::collections::{BTreeMap, BTreeSet};

use model::types::apigatewayv2::{
    Api, Authorizer, Cors, Integration, JwtConfiguration, Route, RouteSettings, Stage,
};
use model::types::dynamodb::Table;
use model::types::iam::Statement;
use model::types::lambda::{Function, Permission};
use model::{Address, Graph, Handle, StackBuilder, StackName, Text};
use toggle_contract::{
    CLIENT_ID, CONNECTIONS_TABLE, HISTORY_TABLE, ISSUER, MAY_FLIP, NAMES, PROPOSALS_TABLE,
    TOGGLES_TABLE, exposure,
};

use super::{API_OUTPUT, STACK, ShellInputs};
use crate::artifacts::Sources;
use crate::description::System;
use crate::function::{Builder, FunctionParts, invocation_uri, use_of_key};
use crate::identity::SignIn;
use crate::toggles::{Service, Watched, alarms, protected};

/// The stage, whose URL is the API's.
const STAGE: &str = "$default";

/// Seconds that the function may run: less than API Gateway waits for it.
const TIMEOUT: i32 = 29;

/// Milliseconds that API Gateway waits, the most. Source: its developer guide, `Quotas for configuring and running
/// an HTTP API`.
const PATIENCE: i32 = 30_000;

/// Requests per second, and at once, that the API accepts: those of people. API Gateway answers others with
/// 429.
const REQUESTS_PER_SECOND: f64 = 50.0;
const REQUESTS_AT_ONCE: i32 = 100;

/// Seconds that a browser keeps what it was allowed.
const PREFLIGHT_AGE: i32 = 3_600;

/// The routes, by the names of their resources. Ids are in the query, since API Gateway decodes paths before it
/// matches routes.
const ROUTES: [(&str, &str); 10] = [
    ("list-toggles", "GET /toggles"),
    ("get-toggle", "GET /toggle"),
    ("change-toggle", "PATCH /toggle"),
    ("delete-toggle", "DELETE /toggle"),
    ("history", "GET /history"),
    ("rollback", "POST /rollback"),
    ("audience", "POST /audience"),
    ("explain", "POST /explain"),
    ("approve", "POST /approve"),
    ("delete-proposal", "DELETE /proposal"),
];

/// The route of a system that counts what is asked for.
const COUNTED: (&str, &str) = ("exposure", "GET /exposure");

/// The route of the API's description, which needs no token.
const OPEN: (&str, &str) = ("openapi", "GET /openapi.json");

/// Adds the API, if anybody may flip a toggle.
pub(crate) fn api(graph: &mut Graph, system: &System) -> Option<Handle<Api>> {
    if system.toggles.may_flip.is_empty() {
        return None;
    }
    let stack = &mut graph.stack(StackName::new(STACK));
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let api = Api {
        name: stack.physical_name("http-api"),
        description: Some("Shows and flips feature toggles".to_owned()),
        protocol_type: "HTTP".to_owned(),
        route_selection_expression: None,
        api_key_selection_expression: None,
        // There are no cookies: a page that calls has a token.
        cors_configuration: Some(Cors {
            allow_origins: texts(&["*"]),
            allow_methods: texts(&["DELETE", "GET", "PATCH", "POST"]),
            allow_headers: texts(&["authorization", "content-type"]),
            max_age: Some(PREFLIGHT_AGE),
            ..Cors::default()
        }),
        disable_execute_api_endpoint: Some(false),
    };
    let api = stack.add("http-api", api);
    stack.output(API_OUTPUT, api.http_url());
    Some(api)
}

/// Adds the function and what of the API leads to it. Returns what has to exist before the API is used.
pub(super) fn add(
    stack: &mut StackBuilder<'_>,
    system: &System,
    code: &Sources,
    around: &ShellInputs<'_>,
    sign_in: &SignIn,
) -> BTreeSet<Address> {
    let Some(api) = around.flips else {
        return BTreeSet::new();
    };
    let function = function(stack, system, code, around, sign_in);
    let watched = Watched {
        functions: vec![(NAMES.toggle_api, &function)],
        ..Watched::default()
    };
    alarms(stack, around.toggles.topic.as_ref(), &watched);
    let integration = stack.add("http-api-integration", integration(api, &function));
    let authorizer = stack.add("http-api-users", authorizer(api, around, sign_in));
    let counted = around.toggles.exposures.as_ref().map(|_| COUNTED);
    let guarded = ROUTES.into_iter().chain(counted);
    let guarded = guarded.map(|route| (route, Some(&authorizer)));
    let routes = guarded.chain([(OPEN, None)]);
    let routes = routes.map(|((name, key), authorizer)| {
        let route = route(api, &integration, key, authorizer);
        stack.add(&format!("{name}-route"), route).address().clone()
    });
    let routes: BTreeSet<_> = routes.collect();
    let permission = stack.add("http-api-permission", permission(api, &function));
    // It deploys what exists.
    let stage = stack.add_after("http-api-stage", stage(api), &routes);
    [permission.address(), stage.address()]
        .into_iter()
        .cloned()
        .collect()
}

fn function(
    stack: &mut StackBuilder<'_>,
    system: &System,
    code: &Sources,
    around: &ShellInputs<'_>,
    sign_in: &SignIn,
) -> Handle<Function> {
    let mut builder = Builder {
        stack,
        settings: &system.functions,
        code,
    };
    let service = around.toggles;
    let key = system.toggles.kms_key.as_deref();
    let statements = statements(service).into_iter();
    // DynamoDB decrypts a table's key for each caller.
    let statements = statements.chain(use_of_key(key, &["kms:Decrypt"]));
    let proposals = service.proposals.as_ref();
    let proposals = proposals.map(|table| (PROPOSALS_TABLE.to_owned(), table.name()));
    // A map of texts: JSON can represent each.
    let may_flip = serde_json::to_string(&system.toggles.may_flip).unwrap_or_default();
    let environment = [
        (TOGGLES_TABLE.to_owned(), service.table.name()),
        (HISTORY_TABLE.to_owned(), service.history.name()),
        (CONNECTIONS_TABLE.to_owned(), service.connections.name()),
        (MAY_FLIP.to_owned(), Text::from(may_flip)),
        (ISSUER.to_owned(), around.login.issuer.clone()),
        (CLIENT_ID.to_owned(), sign_in.client_id.clone()),
    ];
    let exposures = service.exposures.as_ref();
    let exposures = exposures.map(|table| (exposure::TABLE.to_owned(), table.name()));
    let share = system.toggles.exposure;
    let share = share.map(|share| (exposure::SHARE.to_owned(), Text::from(share.to_string())));
    let environment = environment.into_iter().chain(proposals);
    let environment = environment.chain(exposures).chain(share);
    builder.function(FunctionParts {
        name: NAMES.toggle_api,
        code: &code.toggle_api,
        description: "Shows and flips toggles for people",
        timeout: TIMEOUT,
        environment: environment.chain(protected(&system.toggles)).collect(),
        statements: statements.collect(),
    })
}

/// What the function does with each table. An approval is a transaction, which needs the rights of its parts.
fn statements(service: &Service) -> Vec<Statement> {
    let allow = |actions: &[&str], table: &Handle<Table>| {
        Statement::allow(actions.iter().copied(), vec![table.arn()])
    };
    let changes = [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
    ];
    let proposes = [
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Scan",
    ];
    let proposals = service.proposals.as_ref();
    let proposals = proposals.map(|table| allow(&proposes, table));
    let exposures = service.exposures.as_ref();
    let exposures = exposures.map(|table| allow(&["dynamodb:Query", "dynamodb:Scan"], table));
    [
        allow(&changes, &service.table),
        allow(&["dynamodb:Query"], &service.history),
        allow(&["dynamodb:Scan"], &service.connections),
    ]
    .into_iter()
    .chain(proposals)
    .chain(exposures)
    .collect()
}

fn integration(api: &Handle<Api>, function: &Handle<Function>) -> Integration {
    Integration {
        api_id: api.id(),
        integration_type: "AWS_PROXY".to_owned(),
        integration_uri: Some(invocation_uri(function)),
        integration_method: Some("POST".to_owned()),
        connection_type: Some("INTERNET".to_owned()),
        credentials_arn: None,
        timeout_in_millis: Some(PATIENCE),
        payload_format_version: Some("2.0".to_owned()),
        passthrough_behavior: None,
        content_handling_strategy: None,
        request_parameters: BTreeMap::new(),
        request_templates: BTreeMap::new(),
        template_selection_expression: None,
    }
}

/// The tokens of the user pool for the shell's client.
fn authorizer(api: &Handle<Api>, around: &ShellInputs<'_>, sign_in: &SignIn) -> Authorizer {
    Authorizer {
        api_id: api.id(),
        name: "users".to_owned(),
        authorizer_type: "JWT".to_owned(),
        authorizer_uri: None,
        authorizer_credentials_arn: None,
        identity_source: vec!["$request.header.Authorization".to_owned()],
        jwt_configuration: Some(JwtConfiguration {
            audience: vec![sign_in.client_id.clone()],
            issuer: around.login.issuer.clone(),
        }),
    }
}

/// A route; without an authorizer it needs no token.
fn route(
    api: &Handle<Api>,
    integration: &Handle<Integration>,
    key: &str,
    authorizer: Option<&Handle<Authorizer>>,
) -> Route {
    let authorization = authorizer.map_or("NONE", |_| "JWT");
    Route {
        api_id: api.id(),
        route_key: key.to_owned(),
        target: Some(Text::concat([
            Text::from("integrations/"),
            integration.id(),
        ])),
        operation_name: None,
        authorization_type: Some(authorization.to_owned()),
        authorizer_id: authorizer.map(Handle::<Authorizer>::id),
        authorization_scopes: Vec::new(),
        api_key_required: None,
        model_selection_expression: None,
        route_response_selection_expression: None,
    }
}

/// The permission to call the function for this API alone.
fn permission(api: &Handle<Api>, function: &Handle<Function>) -> Permission {
    let source = [api.id(), Text::from(format!("/{STAGE}/*"))];
    Permission {
        function_name: function.name(),
        action: "lambda:InvokeFunction".to_owned(),
        principal: "apigateway.amazonaws.com".to_owned(),
        source_arn: Some(Text::regional_arn("execute-api", source)),
        source_account: None,
    }
}

fn stage(api: &Handle<Api>) -> Stage {
    Stage {
        api_id: api.id(),
        stage_name: STAGE.to_owned(),
        description: None,
        deployment_id: None,
        auto_deploy: Some(true),
        default_route_settings: Some(RouteSettings {
            throttling_burst_limit: Some(REQUESTS_AT_ONCE),
            throttling_rate_limit: Some(REQUESTS_PER_SECOND),
            detailed_metrics_enabled: None,
            data_trace_enabled: None,
            logging_level: None,
        }),
        route_settings: BTreeMap::new(),
        stage_variables: BTreeMap::new(),
        access_log_settings: None,
    }
}
