//! The toggle-history function: records each change of a toggle, and who made it.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_runtime::event::{BatchResponse, StreamEvent};
use toggle_runtime::init::History;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let resources = History::start().await?;
    lambda_runtime::run(service_fn(|event| handle(event, &resources))).await
}

async fn handle(
    event: LambdaEvent<StreamEvent>,
    resources: &History,
) -> Result<BatchResponse, Error> {
    let LambdaEvent { payload, context } = event;
    Ok(Box::pin(resources.write(&payload, &context)).await)
}
