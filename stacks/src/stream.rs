//! The functions that tables' streams invoke.

use std::collections::BTreeMap;

use model::types::dynamodb::Table;
use model::types::iam::Statement;
use model::types::lambda::{
    DestinationConfig, EventSourceMapping, Filter, FilterCriteria, Function, OnFailure,
    StartingPosition,
};
use model::types::sqs::Queue;
use model::{Handle, StackBuilder, Text};

use crate::description::Toggles;
use crate::function::{Builder, FunctionParts, use_of_key};

/// Seconds that a function which a stream invokes may run: enough to repeat what was throttled.
pub(crate) const STREAM_TIMEOUT: i32 = 60;

/// A function that a table's stream invokes.
pub(crate) struct Streaming<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// The digest of its sources.
    pub(crate) code: &'a str,
    /// What it does.
    pub(crate) description: &'a str,
    /// The table.
    pub(crate) source: &'a Handle<Table>,
    /// Which records it is invoked for; all, if there is none.
    pub(crate) pattern: Option<&'a str>,
    /// How many batches of a shard are processed at once.
    pub(crate) parallel_batches: i32,
    /// Its permissions, apart from those to read the stream and to report dropped records.
    pub(crate) statements: Vec<Statement>,
    /// Its environment.
    pub(crate) environment: BTreeMap<String, Text>,
}

/// The function, once it was added.
pub(crate) struct Streamed {
    /// The function.
    pub(crate) function: Handle<Function>,
    /// The queue of the records that were dropped.
    pub(crate) dead_letters: Handle<Queue>,
}

/// Adds a function that a table's stream invokes; records that it fails on for good are reported to
/// a dead-letter queue.
pub(crate) fn stream_function(
    builder: &mut Builder<'_, '_>,
    settings: &Toggles,
    mut parts: Streaming<'_>,
) -> Streamed {
    let dead_letters = dead_letters(builder.stack, parts.name, settings);
    let mut statements = std::mem::take(&mut parts.statements);
    statements.extend(reading(parts.source));
    statements.push(Statement::allow(
        ["sqs:SendMessage"],
        vec![dead_letters.arn()],
    ));
    // Of the table and the queue. The second action is for messages to a queue. Source: the Amazon
    // SQS developer guide, `Key management`.
    let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
    statements.extend(use_of_key(settings.kms_key.as_deref(), &actions));
    let function = builder.function(FunctionParts {
        name: parts.name,
        code: parts.code,
        description: parts.description,
        timeout: STREAM_TIMEOUT,
        environment: std::mem::take(&mut parts.environment),
        statements,
    });
    let mapping = mapping(settings, &parts, &function, &dead_letters);
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
    settings: &Toggles,
    parts: &Streaming<'_>,
    function: &Handle<Function>,
    dead_letters: &Handle<Queue>,
) -> EventSourceMapping {
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

/// The name of the queue of a function's records that were dropped.
pub(crate) fn dead_letters_name(function: &str) -> String {
    format!("{function}-dead-letters")
}

/// The queue of a function's records that were dropped.
fn dead_letters(stack: &mut StackBuilder<'_>, function: &str, settings: &Toggles) -> Handle<Queue> {
    let name = dead_letters_name(function);
    let queue = Queue {
        message_retention_period: Some(settings.dead_letter_retention_days * 86_400),
        ..queue(stack.physical_name(&name), settings)
    };
    stack.add(&name, queue)
}

/// A queue of the settings that all have.
pub(crate) fn queue(queue_name: String, settings: &Toggles) -> Queue {
    Queue {
        queue_name,
        kms_master_key_id: settings.kms_key.clone().map(Text::Known),
        ..Queue::default()
    }
}
