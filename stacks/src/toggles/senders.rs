//! The functions that tables' streams invoke and that send to clients.

use std::collections::BTreeMap;

use model::types::dynamodb::Table;
use model::types::iam::Statement;
use model::types::lambda::{
    DestinationConfig, EventSourceMapping, Filter, FilterCriteria, Function, OnFailure,
    StartingPosition,
};
use model::types::sqs::Queue;
use model::{Handle, Text};
use toggle_contract::{NAMES, POSTS_PER_SECOND, SLICES_QUEUE_URL};

use super::function::{Builder, FunctionParts};
use super::posting::{SEND_TIMEOUT, Sender};
use super::queues::dead_letters;

/// A function that a stream invokes.
pub(super) struct Streamed {
    pub(super) function: Handle<Function>,
    pub(super) dead_letters: Handle<Queue>,
}

pub(super) fn new_connection(builder: &mut Builder<'_, '_>, sender: &Sender<'_>) -> Streamed {
    let tables = sender.tables;
    let actions = [
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:UpdateItem",
    ];
    let parts = Streaming {
        name: NAMES.new_connection,
        code: &builder.code.new_connection,
        description: "Sends the whole state to a new connection",
        source: &tables.connections,
        // The function itself modifies the items of connections that are not open yet.
        pattern: Some(r#"{"eventName":["INSERT","MODIFY"]}"#),
        // Connections are independent of each other.
        parallel_batches: 10,
        statements: vec![
            Statement::allow(["dynamodb:Scan"], vec![tables.toggles.arn()]),
            Statement::allow(actions, vec![tables.connections.arn()]),
        ],
        environment: BTreeMap::new(),
    };
    stream_function(builder, sender, parts)
}

/// The function tells up to 20,000 connections itself, and leaves more than that to slices.
pub(super) fn toggle_message(
    builder: &mut Builder<'_, '_>,
    sender: &Sender<'_>,
    slices: &Handle<Queue>,
) -> Streamed {
    let tables = sender.tables;
    let actions = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Scan"];
    let queue = ["sqs:GetQueueAttributes", "sqs:SendMessage"];
    let parts = Streaming {
        name: NAMES.toggle_message,
        code: &builder.code.toggle_message,
        description: "Sends each change to every connection",
        source: &tables.toggles,
        pattern: None,
        // One fan-out at a time: two would share the account's quota of posts.
        parallel_batches: 1,
        statements: vec![
            Statement::allow(["dynamodb:GetItem"], vec![tables.toggles.arn()]),
            Statement::allow(actions, vec![tables.connections.arn()]),
            Statement::allow(queue, vec![slices.arn()]),
        ],
        environment: BTreeMap::from([
            (SLICES_QUEUE_URL.to_owned(), slices.url()),
            (
                POSTS_PER_SECOND.to_owned(),
                Text::Known(sender.pace.posts().to_string()),
            ),
        ]),
    };
    stream_function(builder, sender, parts)
}

struct Streaming<'a> {
    name: &'a str,
    code: &'a str,
    description: &'a str,
    source: &'a Handle<Table>,
    pattern: Option<&'a str>,
    parallel_batches: i32,
    statements: Vec<Statement>,
    environment: BTreeMap<String, Text>,
}

/// A function that a table's stream invokes and that posts to connections; records that it fails on
/// for good are reported to a dead-letter queue.
fn stream_function(
    builder: &mut Builder<'_, '_>,
    sender: &Sender<'_>,
    mut parts: Streaming<'_>,
) -> Streamed {
    let settings = &sender.system.toggles;
    let dead_letters = dead_letters(builder.stack, parts.name, settings);
    let mut statements = std::mem::take(&mut parts.statements);
    statements.extend(reading(parts.source));
    statements.push(sender.posting());
    statements.push(Statement::allow(
        ["sqs:SendMessage"],
        vec![dead_letters.arn()],
    ));
    statements.extend(sender.use_of_key());
    let mut environment = sender.environment();
    environment.append(&mut parts.environment);
    let function = builder.function(FunctionParts {
        name: parts.name,
        code: parts.code,
        description: parts.description,
        timeout: SEND_TIMEOUT,
        environment,
        statements,
    });
    let mapping = mapping(sender, &parts, &function, &dead_letters);
    let name = format!("{}-stream", parts.name);
    builder.stack.add(&name, mapping);
    Streamed {
        function,
        dead_letters,
    }
}

/// The permission to read a table's stream.
fn reading(source: &Handle<Table>) -> [Statement; 2] {
    [
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
    ]
}

fn mapping(
    sender: &Sender<'_>,
    parts: &Streaming<'_>,
    function: &Handle<Function>,
    dead_letters: &Handle<Queue>,
) -> EventSourceMapping {
    let settings = &sender.system.toggles;
    EventSourceMapping {
        function_name: function.name(),
        event_source_arn: parts.source.stream_arn(),
        // LATEST can lose records from before polling has begun; the functions are idempotent.
        starting_position: Some(StartingPosition::TrimHorizon),
        enabled: Some(true),
        batch_size: Some(100),
        maximum_batching_window_in_seconds: Some(settings.batch_window_seconds),
        parallelization_factor: Some(parts.parallel_batches),
        bisect_batch_on_function_error: Some(true),
        maximum_retry_attempts: Some(settings.max_retries),
        maximum_record_age_in_seconds: Some(settings.max_record_age_seconds),
        tumbling_window_in_seconds: None,
        function_response_types: vec!["ReportBatchItemFailures".to_owned()],
        filter_criteria: parts.pattern.map(|pattern| FilterCriteria {
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
    }
}
