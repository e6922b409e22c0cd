//! The stack `toggles`: real-time feature toggles.
//!
//! A client's `$connect` puts its connection into a table, whose stream sends it the whole state; a changed
//! toggle's stream sends the change to every connection. docs/architecture.md has the picture.

use std::collections::BTreeMap;

use crate::description::{Functions, System};
use crate::model::{Graph, Handle, Pseudo, StackBuilder, StackName, Text};
use crate::types::apigatewayv2::{Api, Deployment, Integration, Route, Stage};
use crate::types::dynamodb::{
    AttributeDefinition, AttributeType, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    SseSpecification, StreamSpecification, StreamViewType, Table, TableClass, TimeToLiveSpecification,
};
use crate::types::iam::{Policy, PolicyDocument, Role, Statement};
use crate::types::lambda::{
    Code, DestinationConfig, Environment, EphemeralStorage, EventSourceMapping, Filter, FilterCriteria, Function,
    LoggingConfig, OnFailure, Permission, StartingPosition, TracingConfig, TracingMode,
};
use crate::types::logs::{LogGroup, LogGroupClass};
use crate::types::sqs::Queue;

/// The stack's name.
pub const STACK: &str = "toggles";

/// Stores and deletes connections.
pub const CONNECTION_MANAGER: &str = "connection-manager";
/// Sends the whole state to a new connection.
pub const NEW_CONNECTION: &str = "new-connection";
/// Sends each change to every connection.
pub const TOGGLE_MESSAGE: &str = "toggle-message";

/// Seconds that a function may run. The connection manager's bounds how long a connection can be known to the
/// table and not yet to API Gateway; the others' is for retries of posts.
const CONNECT_TIMEOUT: i32 = 10; // below toggle_runtime's YOUNG
const SEND_TIMEOUT: i32 = 60;

/// The base64 SHA-256 of each function's zip, by function name.
pub type CodeHashes = BTreeMap<String, String>;

/// Adds the stack to the graph.
pub fn add(graph: &mut Graph, system: &System, code: &CodeHashes) {
    let stack = &mut graph.stack(StackName::new(STACK));
    let tables = tables(stack, system);
    let builder = &mut Builder { stack, settings: &system.functions, code };
    let manager = connection_manager(builder, &tables);
    let api = websocket_api(builder.stack, &manager, &system.toggles.stage);
    let sender = Sender { system, tables: &tables, api: &api.api };
    new_connection(builder, &sender);
    toggle_message(builder, &sender);
    stack.output("websocket_url", api.stage.websocket_url());
    stack.output("toggles_table", tables.toggles.name());
    stack.output("connections_table", tables.connections.name());
}

struct Tables {
    toggles: Handle<Table>,
    connections: Handle<Table>,
}

fn tables(stack: &mut StackBuilder<'_>, system: &System) -> Tables {
    let mut toggles = table(stack.physical_name("toggles-table"), "featureId");
    toggles.deletion_protection_enabled = Some(system.toggles.deletion_protection);
    toggles.point_in_time_recovery_specification = recovery(system.toggles.point_in_time_recovery);
    let mut connections = table(stack.physical_name("connections-table"), "connectionId");
    let expiry = TimeToLiveSpecification { attribute_name: "expiry".to_owned(), enabled: true };
    connections.time_to_live_specification = Some(expiry);
    Tables { toggles: stack.add("toggles-table", toggles), connections: stack.add("connections-table", connections) }
}

/// A table on demand with one string key and a stream of new images.
fn table(table_name: String, key: &str) -> Table {
    Table {
        table_name,
        attribute_definitions: vec![AttributeDefinition {
            attribute_name: key.to_owned(),
            attribute_type: AttributeType::S,
        }],
        key_schema: vec![KeySchemaElement { attribute_name: key.to_owned(), key_type: KeyType::Hash }],
        billing_mode: Some(BillingMode::PayPerRequest),
        stream_specification: Some(StreamSpecification { stream_view_type: StreamViewType::NewImage }),
        sse_specification: Some(SseSpecification { sse_enabled: false, kms_master_key_id: None }),
        point_in_time_recovery_specification: recovery(false),
        table_class: Some(TableClass::Standard),
        provisioned_throughput: None,
        global_secondary_indexes: Vec::new(),
        time_to_live_specification: None,
        deletion_protection_enabled: Some(false),
    }
}

fn recovery(enabled: bool) -> Option<PointInTimeRecoverySpecification> {
    let (point_in_time_recovery_enabled, recovery_period_in_days) = (enabled, None);
    Some(PointInTimeRecoverySpecification { point_in_time_recovery_enabled, recovery_period_in_days })
}

/// Adds functions with what each needs to run: a log group and a role.
struct Builder<'s, 'g> {
    stack: &'s mut StackBuilder<'g>,
    settings: &'s Functions,
    code: &'s CodeHashes,
}

struct FunctionParts<'a> {
    name: &'a str,
    description: &'a str,
    timeout: i32,
    environment: BTreeMap<String, Text>,
    statements: Vec<Statement>,
}

impl Builder<'_, '_> {
    fn function(&mut self, parts: FunctionParts<'_>) -> Handle<Function> {
        let FunctionParts { name, description, timeout, environment, statements } = parts;
        let log_group = self.log_group(name);
        let role = self.role(name, &log_group, statements);
        let function = Function {
            function_name: self.stack.physical_name(name),
            description: Some(description.to_owned()),
            role: role.arn(),
            runtime: "provided.al2023".to_owned(),
            handler: "bootstrap".to_owned(),
            code: Code { code_sha256: self.code.get(name).cloned().unwrap_or_default() },
            architectures: vec![self.settings.architecture.as_str().to_owned()],
            memory_size: Some(self.settings.memory_mb),
            timeout: Some(timeout),
            environment: Some(Environment { variables: environment }),
            reserved_concurrent_executions: self.settings.reserved_concurrency,
            tracing_config: Some(TracingConfig { mode: self.tracing() }),
            logging_config: Some(LoggingConfig {
                log_group: Some(log_group.name()),
                log_format: Some("JSON".to_owned()),
                application_log_level: Some(self.settings.log_level.as_str().to_uppercase()),
                system_log_level: Some("WARN".to_owned()),
            }),
            ephemeral_storage: Some(EphemeralStorage { size: 512 }),
            layers: Vec::new(),
            dead_letter_config: None,
            kms_key_arn: None,
        };
        self.stack.add(name, function)
    }

    fn tracing(&self) -> TracingMode {
        if self.settings.tracing { TracingMode::Active } else { TracingMode::PassThrough }
    }

    fn log_group(&mut self, function: &str) -> Handle<LogGroup> {
        let group = LogGroup {
            log_group_name: format!("/aws/lambda/{}", self.stack.physical_name(function)),
            retention_in_days: Some(self.settings.log_retention_days),
            log_group_class: Some(LogGroupClass::Standard),
            kms_key_id: None,
        };
        self.stack.add(&format!("{function}-logs"), group)
    }

    /// A role that its function alone takes on. It cannot make log groups, so that a deleted one stays deleted.
    fn role(&mut self, function: &str, log_group: &Handle<LogGroup>, statements: Vec<Statement>) -> Handle<Role> {
        let streams = Text::concat([log_group.arn(), Text::from(":*")]);
        let mut statements = statements;
        statements.push(Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"], vec![streams]));
        if self.settings.tracing {
            // X-Ray has no resources to narrow these to.
            let actions = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];
            statements.push(Statement::allow(actions, vec![Text::from("*")]));
        }
        let role = Role {
            role_name: self.stack.physical_name(function),
            path: None,
            description: Some(format!("What the function {function} may do")),
            assume_role_policy_document: PolicyDocument::trust("lambda.amazonaws.com"),
            managed_policy_arns: Vec::new(),
            policies: vec![Policy {
                policy_name: "function".to_owned(),
                policy_document: PolicyDocument::new(statements),
            }],
            max_session_duration: Some(3600),
            permissions_boundary: None,
        };
        self.stack.add(&format!("{function}-role"), role)
    }
}

fn connection_manager(builder: &mut Builder<'_, '_>, tables: &Tables) -> Handle<Function> {
    builder.function(FunctionParts {
        name: CONNECTION_MANAGER,
        description: "Stores and deletes connections",
        timeout: CONNECT_TIMEOUT,
        environment: BTreeMap::from([("CONNECTIONS_TABLE".to_owned(), tables.connections.name())]),
        statements: vec![Statement::allow(["dynamodb:DeleteItem", "dynamodb:PutItem"], vec![tables.connections.arn()])],
    })
}

struct Sockets {
    api: Handle<Api>,
    stage: Handle<Stage>,
}

/// The API with exactly the routes `$connect` and `$disconnect`: clients send nothing.
fn websocket_api(stack: &mut StackBuilder<'_>, manager: &Handle<Function>, stage_name: &str) -> Sockets {
    let api = Api {
        name: stack.physical_name("websocket-api"),
        description: Some("Sends feature toggles to clients as they change".to_owned()),
        protocol_type: "WEBSOCKET".to_owned(),
        route_selection_expression: "$request.body.action".to_owned(),
        api_key_selection_expression: None,
        disable_execute_api_endpoint: Some(false),
    };
    let api = stack.add("websocket-api", api);
    let integration = stack.add("connection-manager-integration", integration(&api, manager));
    let connect = route(stack, &api, &integration, manager, "connect", stage_name);
    let disconnect = route(stack, &api, &integration, manager, "disconnect", stage_name);
    let deployed = [
        integration.id(),
        stack.content(&integration),
        connect.id(),
        stack.content(&connect),
        disconnect.id(),
        stack.content(&disconnect),
    ];
    let deployment = Deployment { api_id: api.id(), description: Text::fingerprint(deployed) };
    let deployment = stack.add("deployment", deployment);
    let stage = Stage {
        api_id: api.id(),
        stage_name: stage_name.to_owned(),
        description: None,
        deployment_id: Some(deployment.id()),
        auto_deploy: Some(false),
        default_route_settings: None,
        route_settings: BTreeMap::new(),
        stage_variables: BTreeMap::new(),
        access_log_settings: None,
    };
    Sockets { stage: stack.add("stage", stage), api }
}

fn integration(api: &Handle<Api>, function: &Handle<Function>) -> Integration {
    let uri = [
        Text::from("arn:"),
        Pseudo::Partition.into(),
        Text::from(":apigateway:"),
        Pseudo::Region.into(),
        Text::from(":lambda:path/2015-03-31/functions/"),
        function.arn(),
        Text::from("/invocations"),
    ];
    Integration {
        api_id: api.id(),
        integration_type: "AWS_PROXY".to_owned(),
        integration_uri: Some(Text::concat(uri)),
        integration_method: Some("POST".to_owned()),
        connection_type: Some("INTERNET".to_owned()),
        credentials_arn: None,
        timeout_in_millis: Some(29_000),
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
        target: Some(Text::concat([Text::from("integrations/"), integration.id()])),
        operation_name: None,
        authorization_type: Some("NONE".to_owned()),
        authorizer_id: None,
        api_key_required: Some(false),
        model_selection_expression: None,
        route_response_selection_expression: None,
    };
    stack.add(&format!("{name}-route"), route)
}

/// What both functions that send to clients refer to.
struct Sender<'a> {
    system: &'a System,
    tables: &'a Tables,
    api: &'a Handle<Api>,
}

fn new_connection(builder: &mut Builder<'_, '_>, sender: &Sender<'_>) {
    let Tables { toggles, connections } = sender.tables;
    let statements = vec![
        Statement::allow(["dynamodb:Scan"], vec![toggles.arn()]),
        Statement::allow(["dynamodb:DeleteItem", "dynamodb:GetItem"], vec![connections.arn()]),
    ];
    let parts = Streaming {
        name: NEW_CONNECTION,
        description: "Sends the whole state to a new connection",
        source: connections,
        pattern: Some(r#"{"eventName":["INSERT"]}"#),
        // Connections have nothing to do with each other.
        parallel_batches: 10,
    };
    stream_function(builder, sender, &parts, statements);
}

fn toggle_message(builder: &mut Builder<'_, '_>, sender: &Sender<'_>) {
    let Tables { toggles, connections } = sender.tables;
    let actions = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Scan"];
    let statements = vec![
        Statement::allow(["dynamodb:GetItem"], vec![toggles.arn()]),
        Statement::allow(actions, vec![connections.arn()]),
    ];
    let parts = Streaming {
        name: TOGGLE_MESSAGE,
        description: "Sends each change to every connection",
        source: toggles,
        pattern: None,
        // One fan-out at a time: two would share the account's quota of posts.
        parallel_batches: 1,
    };
    stream_function(builder, sender, &parts, statements);
}

struct Streaming<'a> {
    name: &'a str,
    description: &'a str,
    source: &'a Handle<Table>,
    pattern: Option<&'a str>,
    parallel_batches: i32,
}

/// A function that a table's stream invokes and that posts to connections; what it fails at for good is told
/// to a dead-letter queue.
fn stream_function(
    builder: &mut Builder<'_, '_>,
    sender: &Sender<'_>,
    parts: &Streaming<'_>,
    statements: Vec<Statement>,
) {
    let Streaming { name, description, source, pattern, parallel_batches } = *parts;
    let Tables { toggles, connections } = sender.tables;
    let settings = &sender.system.toggles;
    let dead_letters = dead_letters(builder.stack, name, settings.dead_letter_retention_days);
    // POST sends; DELETE closes a connection that cannot be told, so that its client comes back.
    let sockets = ["POST", "DELETE"].map(|verb| {
        let path = format!("/{}/{verb}/@connections/*", settings.stage);
        Text::regional_arn("execute-api", [sender.api.id(), Text::Known(path)])
    });
    let mut statements = statements;
    statements.extend([
        // The stream's label changes when the table is made anew, so the role names any of this table.
        Statement::allow(
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            vec![Text::concat([source.arn(), Text::from("/stream/*")])],
        ),
        // The action has no resource type to narrow it to.
        Statement::allow(["dynamodb:ListStreams"], vec![Text::from("*")]),
        Statement::allow(["execute-api:ManageConnections"], sockets.to_vec()),
        Statement::allow(["sqs:SendMessage"], vec![dead_letters.arn()]),
    ]);
    let function = builder.function(FunctionParts {
        name,
        description,
        timeout: SEND_TIMEOUT,
        environment: BTreeMap::from([
            ("CONNECTIONS_TABLE".to_owned(), connections.name()),
            ("TOGGLES_TABLE".to_owned(), toggles.name()),
        ]),
        statements,
    });
    let mapping = EventSourceMapping {
        function_name: function.name(),
        event_source_arn: source.stream_arn(),
        // LATEST can lose what comes before polling has begun; the functions are idempotent.
        starting_position: Some(StartingPosition::TrimHorizon),
        enabled: Some(true),
        batch_size: Some(100),
        maximum_batching_window_in_seconds: Some(settings.batch_window_seconds),
        parallelization_factor: Some(parallel_batches),
        bisect_batch_on_function_error: Some(true),
        maximum_retry_attempts: Some(settings.max_retries),
        maximum_record_age_in_seconds: Some(settings.max_record_age_seconds),
        tumbling_window_in_seconds: None,
        function_response_types: vec!["ReportBatchItemFailures".to_owned()],
        filter_criteria: pattern
            .map(|pattern| FilterCriteria { filters: vec![Filter { pattern: pattern.to_owned() }] }),
        destination_config: Some(DestinationConfig { on_failure: OnFailure { destination: dead_letters.arn() } }),
    };
    builder.stack.add(&format!("{name}-stream"), mapping);
}

fn dead_letters(stack: &mut StackBuilder<'_>, function: &str, days: i32) -> Handle<Queue> {
    let name = format!("{function}-dead-letters");
    let queue = Queue {
        queue_name: stack.physical_name(&name),
        fifo_queue: None,
        content_based_deduplication: None,
        delay_seconds: None,
        maximum_message_size: None,
        message_retention_period: Some(days * 86_400),
        receive_message_wait_time_seconds: None,
        visibility_timeout: None,
        sqs_managed_sse_enabled: Some(true),
        kms_master_key_id: None,
        kms_data_key_reuse_period_seconds: None,
        redrive_policy: None,
        redrive_allow_policy: None,
    };
    stack.add(&name, queue)
}
