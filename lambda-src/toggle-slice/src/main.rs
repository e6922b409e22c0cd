//! The toggle-slice function: sends changes to the connections of a slice.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use toggle_runtime as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let messages = event.payload["Records"].as_array().map_or(0, Vec::len);
    tracing::info!(request_id = event.context.request_id, messages, "received");
    Ok(json!({"batchItemFailures": []}))
}
