//! An HTTP API's events and responses, limited to the parts that are read and written.
//!
//! Source: the API Gateway developer guide, `Create AWS Lambda proxy integrations for HTTP APIs`, payload
//! format 2.0.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A request. It contains a token, so it cannot be printed.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The path, decoded.
    pub raw_path: String,
    /// The headers; API Gateway writes their names in lower case.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The parameters of the URL, decoded. Of one that is repeated, all values with commas between them.
    #[serde(default)]
    pub query_string_parameters: Option<BTreeMap<String, String>>,
    /// Its context.
    pub request_context: Context,
    /// The body.
    #[serde(default)]
    pub body: Option<String>,
    /// Whether the body is in Base64.
    #[serde(default)]
    pub is_base64_encoded: bool,
}

/// The context of a request.
#[derive(Clone, Deserialize)]
pub struct Context {
    /// Its method.
    pub http: Http,
}

/// The request line.
#[derive(Clone, Deserialize)]
pub struct Http {
    /// `GET`.
    pub method: String,
}

impl Event {
    /// The method.
    pub(crate) fn method(&self) -> &str {
        &self.request_context.http.method
    }

    /// A header. Names of headers have no case (RFC 9110, 5.1).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// A parameter of the URL.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let parameters = self.query_string_parameters.as_ref()?;
        parameters.get(name).map(String::as_str)
    }

    /// The body; empty if there is none. `None` if it is no text.
    pub(crate) fn text(&self) -> Option<String> {
        let body = self.body.as_deref().unwrap_or_default();
        if !self.is_base64_encoded {
            return Some(body.to_owned());
        }
        String::from_utf8(STANDARD.decode(body).ok()?).ok()
    }
}

/// The answer to API Gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The HTTP status.
    pub status_code: u16,
    /// Its headers.
    pub headers: BTreeMap<&'static str, &'static str>,
    /// The body: JSON, or nothing.
    pub body: String,
}

impl Response {
    /// An answer in JSON, which nobody keeps: it is of this moment, and for one person.
    #[must_use]
    pub fn json(status_code: u16, body: String) -> Self {
        Self::of(status_code, "application/json", body)
    }

    /// An answer in JSON. What is answered always serialises.
    pub(crate) fn with(status_code: u16, body: &impl Serialize) -> Self {
        Self::json(status_code, serde_json::to_string(body).unwrap_or_default())
    }

    /// An answer without a body.
    pub(crate) fn done() -> Self {
        Self {
            status_code: 204,
            headers: BTreeMap::from([("cache-control", "no-store")]),
            body: String::new(),
        }
    }

    /// An answer of a type.
    pub(crate) fn of(status_code: u16, content_type: &'static str, body: String) -> Self {
        Self {
            status_code,
            headers: BTreeMap::from([
                ("cache-control", "no-store"),
                ("content-type", content_type),
            ]),
            body,
        }
    }
}
