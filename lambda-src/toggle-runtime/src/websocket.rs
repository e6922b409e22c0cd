//! API Gateway's WebSocket proxy events, limited to the parts that the connection manager reads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An event of a route. It may contain a token, so it cannot be printed.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketEvent {
    /// Its context.
    pub request_context: RequestContext,
    /// The headers of the handshake, in the client's letter case. Source of this and the next: the API
    /// Gateway developer guide, `Set up Lambda proxy integrations`, the input format, which a WebSocket
    /// API's `$connect` has as well.
    #[serde(default)]
    pub multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    /// The same, the last value of each: for callers that send nothing else.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// The parameters of the URL, decoded. Of one that is repeated, the last.
    #[serde(default)]
    pub query_string_parameters: Option<BTreeMap<String, String>>,
    /// The message of a client, of a route that is for messages.
    #[serde(default)]
    pub body: Option<String>,
}

impl SocketEvent {
    /// The values of a header of the handshake. Names of headers have no case (RFC 9110, 5.1).
    pub fn header<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e str> {
        let is_named = move |given: &str| given.eq_ignore_ascii_case(name);
        let lists = self.multi_value_headers.iter().flatten();
        let lists = lists.filter(move |(given, _)| is_named(given));
        let single = self.headers.as_ref();
        let single = single.filter(|_| self.multi_value_headers.is_none());
        let single = single.into_iter().flatten();
        let single = single.filter(move |(given, _)| is_named(given));
        lists
            .flat_map(|(_, values)| values)
            .chain(single.map(|(_, value)| value))
            .map(String::as_str)
    }

    /// A parameter of the URL.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let parameters = self.query_string_parameters.as_ref()?;
        parameters.get(name).map(String::as_str)
    }
}

/// The context of an event.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContext {
    /// The route: `$connect`, `$disconnect`, or the `action` of a message.
    pub route_key: String,
    /// The connection.
    pub connection_id: String,
    /// The API.
    pub api_id: String,
    /// The API's stage.
    pub stage: String,
}

/// The response to API Gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketResponse {
    /// The HTTP status: on `$connect`, 200 opens the connection, and the client gets any other.
    pub status_code: u16,
    /// Headers of the handshake's response. Source: the API Gateway developer guide, `$connect routes
    /// that require a WebSocket subprotocol`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<&'static str, &'static str>,
}

impl SocketResponse {
    /// A response without headers.
    #[must_use]
    pub const fn of(status_code: u16) -> Self {
        Self {
            status_code,
            headers: BTreeMap::new(),
        }
    }
}
