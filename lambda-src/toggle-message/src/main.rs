//! The toggle-message function: sends each change of a toggle to every connection.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_runtime::announce::announce;
use toggle_runtime::event::{BatchResponse, StreamEvent};
use toggle_runtime::init::Broadcast;
use toggle_runtime::known::Known;
use toggle_runtime::policy::Policy;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let resources = Broadcast::paced(Policy::announce()).await?;
    let known = Known::default();
    lambda_runtime::run(service_fn(|event| handle(event, &resources, &known))).await
}

async fn handle(
    event: LambdaEvent<StreamEvent>,
    resources: &Broadcast,
    known: &Known,
) -> Result<BatchResponse, Error> {
    let LambdaEvent {
        payload: batch,
        context,
    } = event;
    let invocation = resources.invocation(context);
    let exchange = invocation.exchange();
    // Boxed, since the compiler limits how deeply futures nest in one type.
    let first_failed = Box::pin(announce(&batch, &resources.toggles, known, &exchange)).await;
    Ok(invocation.done(&batch, first_failed))
}
