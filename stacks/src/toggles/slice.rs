//! The function that sends to the connections of a slice.

use model::Handle;
use model::Text;
use model::types::iam::Statement;
use model::types::lambda::{EventSourceMapping, Function, ScalingConfig};
use model::types::sqs::Queue;
use toggle_contract::{NAMES, POSTS_PER_SECOND, SLICES_QUEUE_URL};

use super::posting::Sender;
use crate::function::{Builder, FunctionParts};
use crate::stream::STREAM_TIMEOUT;

/// The function that the queue of slices invokes. It sends messages to the queue as well: for what is
/// left of a slice at its deadline, and for connections that it could not reach.
pub(super) fn toggle_slice(
    builder: &mut Builder<'_, '_>,
    sender: &Sender<'_>,
    slices: &Handle<Queue>,
) -> Handle<Function> {
    let tables = sender.tables;
    let connections = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Scan"];
    let queue = [
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
    ];
    let mut statements = vec![
        Statement::allow(["dynamodb:GetItem"], vec![tables.toggles.arn()]),
        Statement::allow(connections, vec![tables.connections.arn()]),
        sender.reporting(),
        Statement::allow(queue, vec![slices.arn()]),
        sender.posting(),
    ];
    statements.extend(sender.use_of_key());
    let mut environment = sender.environment();
    environment.insert(SLICES_QUEUE_URL.to_owned(), slices.url());
    environment.insert(
        POSTS_PER_SECOND.to_owned(),
        Text::Known(sender.pace.posts_of_a_worker().to_string()),
    );
    let function = builder.function(FunctionParts {
        name: NAMES.toggle_slice,
        code: &builder.code.toggle_slice,
        description: "Sends changes to the connections of a slice",
        timeout: STREAM_TIMEOUT,
        environment,
        statements,
    });
    let mapping = mapping(&function, slices, sender.pace.workers);
    let name = format!("{}-queue", NAMES.toggle_slice);
    builder.stack.add(&name, mapping);
    function
}

/// At most 10 messages of one segment in a batch, and as many batches at once as there are workers.
fn mapping(
    function: &Handle<Function>,
    slices: &Handle<Queue>,
    maximum_concurrency: i32,
) -> EventSourceMapping {
    EventSourceMapping {
        function_name: function.name(),
        event_source_arn: slices.arn(),
        starting_position: None,
        enabled: Some(true),
        batch_size: Some(10),
        maximum_batching_window_in_seconds: None,
        parallelization_factor: None,
        bisect_batch_on_function_error: None,
        maximum_retry_attempts: None,
        maximum_record_age_in_seconds: None,
        tumbling_window_in_seconds: None,
        function_response_types: vec!["ReportBatchItemFailures".to_owned()],
        filter_criteria: None,
        destination_config: None,
        scaling_config: Some(ScalingConfig {
            maximum_concurrency,
        }),
    }
}
