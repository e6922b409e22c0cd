//! The toggle-message function: sends each change of a toggle to every connection, or leaves that to
//! toggle-slice.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_runtime::announce::announce;
use toggle_runtime::event::{BatchResponse, StreamEvent};
use toggle_runtime::init::Slicing;
use toggle_runtime::known::Known;
use toggle_runtime::policy::Policy;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let resources = Slicing::start(Policy::announce()).await?;
    let known = Known::default();
    lambda_runtime::run(service_fn(|event| handle(event, &resources, &known))).await
}

async fn handle(
    event: LambdaEvent<StreamEvent>,
    resources: &Slicing,
    known: &Known,
) -> Result<BatchResponse, Error> {
    let LambdaEvent {
        payload: batch,
        context,
    } = event;
    let invocation = resources.broadcast.invocation(context);
    let (exchange, outbox) = (invocation.exchange(), resources.outbox(&invocation));
    // Boxed, since the compiler limits how deeply futures nest in one type.
    let toggles = &resources.broadcast.toggles;
    let announced = announce(&batch, toggles, known, &exchange, &outbox);
    let first_failed = Box::pin(announced).await;
    Ok(invocation.done(&batch, first_failed))
}
