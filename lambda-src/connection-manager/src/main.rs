//! The connection manager: stores a connection on `$connect` and deletes it on `$disconnect`.

use std::time::Instant;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_runtime::clock::Clock;
use toggle_runtime::init::Register;
use toggle_runtime::line::millis;
use toggle_runtime::register::register;
use toggle_runtime::websocket::{SocketEvent, SocketResponse};
use tracing::info;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let resources = Register::start().await?;
    lambda_runtime::run(service_fn(|event| handle(event, &resources))).await
}

async fn handle(
    event: LambdaEvent<SocketEvent>,
    resources: &Register,
) -> Result<SocketResponse, Error> {
    let began = Instant::now();
    let socket = event.payload.request_context;
    let response = register(
        &socket,
        &resources.connections,
        &resources.base,
        Clock::system(),
    )
    .await?;
    info!(
        request_id = event.context.request_id,
        connection = socket.connection_id,
        route = socket.route_key,
        took_ms = millis(began.elapsed()),
        "registered"
    );
    Ok(response)
}
