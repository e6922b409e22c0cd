//! The two functions that send to clients, each behind a table's stream.

use std::collections::BTreeMap;

use model::types::apigatewayv2::Api;
use model::types::dynamodb::Table;
use model::types::iam::Statement;
use model::types::lambda::{
    DestinationConfig, EventSourceMapping, Filter, FilterCriteria, OnFailure, StartingPosition,
};
use model::types::sqs::Queue;
use model::{Handle, StackBuilder, Text};
use toggle_contract::{API_ID, API_STAGE, CONNECTIONS_TABLE, NAMES, TOGGLES_TABLE};

use super::function::{Builder, FunctionParts, use_of_key};
use super::tables::Tables;
use crate::description::{System, Toggles};

/// Seconds that a function which sends may run: enough to post again what was throttled.
const SEND_TIMEOUT: i32 = 60;

/// The resources that both functions that send to clients refer to.
pub(super) struct Sender<'a> {
    pub(super) system: &'a System,
    pub(super) tables: &'a Tables,
    pub(super) api: &'a Handle<Api>,
}

pub(super) fn new_connection(builder: &mut Builder<'_, '_>, sender: &Sender<'_>) {
    let Tables {
        toggles,
        connections,
    } = sender.tables;
    let statements = vec![
        Statement::allow(["dynamodb:Scan"], vec![toggles.arn()]),
        Statement::allow(
            [
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:UpdateItem",
            ],
            vec![connections.arn()],
        ),
    ];
    let parts = Streaming {
        name: NAMES.new_connection,
        code: &builder.code.new_connection,
        description: "Sends the whole state to a new connection",
        source: connections,
        // The function itself modifies the items of connections that are not open yet.
        pattern: Some(r#"{"eventName":["INSERT","MODIFY"]}"#),
        // Connections are independent of each other.
        parallel_batches: 10,
    };
    stream_function(builder, sender, &parts, statements);
}

pub(super) fn toggle_message(builder: &mut Builder<'_, '_>, sender: &Sender<'_>) {
    let Tables {
        toggles,
        connections,
    } = sender.tables;
    let actions = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Scan"];
    let statements = vec![
        Statement::allow(["dynamodb:GetItem"], vec![toggles.arn()]),
        Statement::allow(actions, vec![connections.arn()]),
    ];
    let parts = Streaming {
        name: NAMES.toggle_message,
        code: &builder.code.toggle_message,
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
    code: &'a str,
    description: &'a str,
    source: &'a Handle<Table>,
    pattern: Option<&'a str>,
    parallel_batches: i32,
}

/// A function that a table's stream invokes and that posts to connections; records that it fails on
/// for good are reported to a dead-letter queue.
fn stream_function(
    builder: &mut Builder<'_, '_>,
    sender: &Sender<'_>,
    parts: &Streaming<'_>,
    statements: Vec<Statement>,
) {
    let Streaming {
        name,
        code,
        description,
        source,
        pattern,
        parallel_batches,
    } = *parts;
    let Tables {
        toggles,
        connections,
    } = sender.tables;
    let settings = &sender.system.toggles;
    let dead_letters = dead_letters(builder.stack, name, settings);
    // POST sends; DELETE closes a connection that cannot be reached, so that its client reconnects.
    let sockets = ["POST", "DELETE"].map(|verb| {
        let path = format!("/{}/{verb}/@connections/*", settings.stage);
        Text::regional_arn("execute-api", [sender.api.id(), Text::Known(path)])
    });
    let mut statements = statements;
    statements.extend([
        // The stream's label changes when the table is recreated, so the role allows any stream of
        // this table.
        Statement::allow(
            [
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
            ],
            vec![Text::concat([source.arn(), Text::from("/stream/*")])],
        ),
        // The action has no resource type to restrict it to.
        Statement::allow(["dynamodb:ListStreams"], vec![Text::from("*")]),
        Statement::allow(["execute-api:ManageConnections"], sockets.to_vec()),
        Statement::allow(["sqs:SendMessage"], vec![dead_letters.arn()]),
    ]);
    // The second is for messages to the queue. Source: the Amazon SQS developer guide, `Key
    // management`.
    let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
    statements.extend(use_of_key(settings.kms_key.as_deref(), &actions));
    let function = builder.function(FunctionParts {
        name,
        code,
        description,
        timeout: SEND_TIMEOUT,
        environment: BTreeMap::from([
            (CONNECTIONS_TABLE.to_owned(), connections.name()),
            (TOGGLES_TABLE.to_owned(), toggles.name()),
            (API_ID.to_owned(), sender.api.id()),
            (API_STAGE.to_owned(), Text::from(settings.stage.as_str())),
        ]),
        statements,
    });
    let mapping = EventSourceMapping {
        function_name: function.name(),
        event_source_arn: source.stream_arn(),
        // LATEST can lose records from before polling has begun; the functions are idempotent.
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
        filter_criteria: pattern.map(|pattern| FilterCriteria {
            filters: vec![Filter {
                pattern: pattern.to_owned(),
            }],
        }),
        destination_config: Some(DestinationConfig {
            on_failure: OnFailure {
                destination: dead_letters.arn(),
            },
        }),
        scaling_config: None,
    };
    builder.stack.add(&format!("{name}-stream"), mapping);
}

fn dead_letters(stack: &mut StackBuilder<'_>, function: &str, settings: &Toggles) -> Handle<Queue> {
    let name = format!("{function}-dead-letters");
    let queue = Queue {
        queue_name: stack.physical_name(&name),
        fifo_queue: None,
        content_based_deduplication: None,
        delay_seconds: None,
        maximum_message_size: None,
        message_retention_period: Some(settings.dead_letter_retention_days * 86_400),
        receive_message_wait_time_seconds: None,
        visibility_timeout: None,
        sqs_managed_sse_enabled: None,
        kms_master_key_id: settings.kms_key.clone().map(Text::Known),
        kms_data_key_reuse_period_seconds: None,
        redrive_policy: None,
        redrive_allow_policy: None,
    };
    stack.add(&name, queue)
}
