//! The toggle-clock function: wakes toggles at the edges of their windows and rollouts.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_runtime::event::BatchResponse;
use toggle_runtime::init::Clockwork;
use toggle_runtime::wake::Invocation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let resources = Clockwork::start().await?;
    lambda_runtime::run(service_fn(|event| handle(event, &resources))).await
}

async fn handle(
    event: LambdaEvent<Invocation>,
    resources: &Clockwork,
) -> Result<BatchResponse, Error> {
    let LambdaEvent { payload, context } = event;
    Ok(Box::pin(resources.run(&payload, &context)).await?)
}
