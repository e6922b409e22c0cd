//! The toggle-api function: the toggles over HTTP.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_api::{Event, Response, Service};
use toggle_runtime::init::Api;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let service = Service::new(Api::start().await?);
    lambda_runtime::run(service_fn(|event| handle(event, &service))).await
}

async fn handle(event: LambdaEvent<Event>, service: &Service) -> Result<Response, Error> {
    let LambdaEvent { payload, context } = event;
    Ok(Box::pin(service.answer(&payload, &context.request_id)).await)
}
