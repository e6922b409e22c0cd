//! The toggle-slice function: sends changes of toggles to a slice of the connections.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_runtime::event::{BatchResponse, QueueEvent};
use toggle_runtime::init::Slicing;
use toggle_runtime::policy::Policy;
use toggle_runtime::slice::tell_slices;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let resources = Slicing::start(Policy::announce()).await?;
    lambda_runtime::run(service_fn(|event| handle(event, &resources))).await
}

async fn handle(
    event: LambdaEvent<QueueEvent>,
    resources: &Slicing,
) -> Result<BatchResponse, Error> {
    let LambdaEvent {
        payload: batch,
        context,
    } = event;
    let invocation = resources.broadcast.invocation(context);
    let (exchange, outbox) = (invocation.exchange(), resources.outbox(&invocation));
    let toggles = &resources.broadcast.toggles;
    // Boxed, since the compiler limits how deeply futures nest in one type.
    let failed = Box::pin(tell_slices(&batch, toggles, &exchange, &outbox)).await;
    Ok(invocation.sliced(&batch, &failed))
}
