//! The toggle-api function: the toggles over HTTP.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_api::{Event, Response, answer};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Event>) -> Result<Response, Error> {
    Ok(answer(&event.payload))
}
