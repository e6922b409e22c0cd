//! The connection manager: stores a connection on `$connect`, unless it is refused, and deletes it on
//! `$disconnect`. Counts what clients tell that they asked for, if that is wanted.

use std::time::Instant;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use toggle_runtime::clock::Clock;
use toggle_runtime::line::millis;
use toggle_runtime::register::Registry;
use toggle_runtime::websocket::{SocketEvent, SocketResponse};
use tracing::info;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let registry = Registry::start().await?;
    lambda_runtime::run(service_fn(|event| handle(event, &registry))).await
}

async fn handle(
    event: LambdaEvent<SocketEvent>,
    registry: &Registry,
) -> Result<SocketResponse, Error> {
    let began = Instant::now();
    let registered = registry.register(&event.payload, Clock::system).await?;
    let socket = event.payload.request_context;
    let refusal = registered.refusal.map(|refusal| refusal.to_string());
    let counted = registered.counted;
    info!(
        request_id = event.context.request_id,
        connection = socket.connection_id,
        route = socket.route_key,
        took_ms = millis(began.elapsed()),
        refusal,
        toggles = counted.map(|of| of.counted),
        unknown = counted.map(|of| of.unknown),
        failed = counted.map(|of| of.failed),
        malformed = counted.map(|of| of.is_malformed),
        "{}",
        match (&refusal, counted) {
            (Some(_), _) => "refused",
            (None, Some(_)) => "counted",
            (None, None) => "registered",
        }
    );
    Ok(registered.response)
}
