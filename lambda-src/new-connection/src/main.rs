//! The new-connection function: sends the whole state to each new connection.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_runtime::event::{BatchResponse, StreamEvent};
use toggle_runtime::init::Broadcast;
use toggle_runtime::policy::Policy;
use toggle_runtime::welcome::welcome;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let resources = Broadcast::start(Policy::welcome()).await?;
    lambda_runtime::run(service_fn(|event| handle(event, &resources))).await
}

async fn handle(
    event: LambdaEvent<StreamEvent>,
    resources: &Broadcast,
) -> Result<BatchResponse, Error> {
    let LambdaEvent {
        payload: batch,
        context,
    } = event;
    let invocation = resources.invocation(context);
    let exchange = invocation.exchange();
    // Boxed, since the compiler limits how deeply futures nest in one type.
    let first_failed = Box::pin(welcome(&batch, &resources.toggles, &exchange)).await;
    Ok(invocation.done(&batch, first_failed))
}
