//! The toggle-snapshot function: writes the state of all toggles to a file, after each change.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_runtime::event::{BatchResponse, StreamEvent};
use toggle_runtime::init::Snapshot;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let resources = Snapshot::start().await?;
    lambda_runtime::run(service_fn(|event| handle(event, &resources))).await
}

async fn handle(
    event: LambdaEvent<StreamEvent>,
    resources: &Snapshot,
) -> Result<BatchResponse, Error> {
    let LambdaEvent { payload, context } = event;
    Ok(Box::pin(resources.write(&payload, &context)).await)
}
