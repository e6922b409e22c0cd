//! API Gateway's WebSocket proxy events, limited to the parts that the connection manager reads.

use serde::{Deserialize, Serialize};

/// An event of a route.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketEvent {
    /// Its context.
    pub request_context: RequestContext,
}

/// The context of an event.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContext {
    /// The route: `$connect` or `$disconnect`.
    pub route_key: String,
    /// The connection.
    pub connection_id: String,
    /// The API.
    pub api_id: String,
    /// The API's stage.
    pub stage: String,
}

/// The response to API Gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketResponse {
    /// The HTTP status: on `$connect`, 200 opens the connection.
    pub status_code: u16,
}
