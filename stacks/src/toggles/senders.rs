//! The functions that tables' streams invoke and that send to clients.

use model::types::iam::Statement;
use model::types::sqs::Queue;
use model::{Handle, Text};
use toggle_contract::{NAMES, POSTS_PER_SECOND, SLICES_QUEUE_URL};

use super::posting::Sender;
use crate::function::Builder;
use crate::stream::{Streamed, Streaming, stream_function};

/// The function itself modifies the items of connections that are not open yet. Receipts, which are in
/// the table as well, have no endpoint. Source: the Lambda developer guide, `Using event filtering with
/// a DynamoDB event source`, of which `exists` is for leaves.
const CONNECTIONS: &str = r#"{"eventName":["INSERT","MODIFY"],"dynamodb":{"NewImage":{"connectionEndpoint":{"S":[{"exists":true}]}}}}"#;

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
        pattern: Some(CONNECTIONS),
        // Connections are independent of each other.
        parallel_batches: 10,
        statements: vec![
            Statement::allow(["dynamodb:Scan"], vec![tables.toggles.arn()]),
            Statement::allow(actions, vec![tables.connections.arn()]),
            sender.posting(),
        ],
        environment: sender.environment(),
    };
    stream_function(builder, &sender.system.toggles, parts)
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
    let mut environment = sender.environment();
    environment.insert(SLICES_QUEUE_URL.to_owned(), slices.url());
    let posts = Text::Known(sender.pace.posts().to_string());
    environment.insert(POSTS_PER_SECOND.to_owned(), posts);
    let parts = Streaming {
        name: NAMES.toggle_message,
        code: &builder.code.toggle_message,
        description: "Sends each change to every connection",
        source: &tables.toggles,
        pattern: None,
        // One fan-out of a shard at a time: several would share the account's quota of posts.
        parallel_batches: 1,
        statements: vec![
            // Toggles whose rules refer to one that has changed are found by a scan.
            Statement::allow(
                ["dynamodb:GetItem", "dynamodb:Scan"],
                vec![tables.toggles.arn()],
            ),
            Statement::allow(actions, vec![tables.connections.arn()]),
            sender.reporting(),
            Statement::allow(queue, vec![slices.arn()]),
            sender.posting(),
        ],
        environment,
    };
    stream_function(builder, &sender.system.toggles, parts)
}
