//! API Gateway's WebSocket proxy events, only as much of them as the connection manager reads.

use serde::{Deserialize, Serialize};

/// An event of a route.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketEvent {
    /// What it is about.
    pub request_context: RequestContext,
}

/// What an event is about.
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

/// The answer to API Gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketResponse {
    /// The HTTP status: on `$connect`, 200 opens the connection.
    pub status_code: u16,
}
