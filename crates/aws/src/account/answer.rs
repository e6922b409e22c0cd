//! Answers that are none: without a body, cut off, or a page of something between here and AWS.
//!
//! To the SDK, an empty body with the status 200 is an answer without members, so a resource would
//! seem absent, and a plan would create it again. Here it is a failure of the connection, which the
//! SDK tries again and then reports.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;

use super::operation::Operation;

/// The form that the answer to a request must have if the call succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The answer to a read: one value in JSON.
    Json,
    /// That of an operation which describes one thing: an object with members.
    Described,
    /// One value in CBOR.
    Cbor,
    /// One document in XML.
    Xml,
    /// A program in JavaScript: neither empty nor a page.
    Text,
    /// The answer to a write: it may be empty, and is no page.
    Written,
    /// An object's content, which may be anything.
    Content,
}

impl Form {
    /// The form of the answer to a request to a service, by its signing name.
    pub(super) fn of(request: &HttpRequest, service: &str) -> Self {
        let operation = Operation::of(request);
        if !operation.is_read(service) {
            return Self::Written;
        }
        match operation {
            Operation::Json(name) if name.starts_with("Describe") => Self::Described,
            Operation::Json(_) => Self::Json,
            Operation::Cbor(_) => Self::Cbor,
            Operation::Query(_) => Self::Xml,
            Operation::Rest(method, path) => Self::of_path(method, path, request.uri(), service),
        }
    }

    fn of_path(method: &str, path: &str, uri: &str, service: &str) -> Self {
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        let has = |parameter: &str| query.split('&').any(|of| of == parameter);
        match service {
            _ if method == "HEAD" => Self::Content,
            "s3" if has("x-id=GetObject") => Self::Content,
            // A policy is the body, in JSON.
            "s3" if has("policy") => Self::Json,
            // A function's code is the body.
            "cloudfront" if path.contains("/function/") && !path.ends_with("/describe") => {
                Self::Text
            }
            "s3" | "cloudfront" | "route53" => Self::Xml,
            _ => Self::Json,
        }
    }

    /// Why a body is no answer, if it is none.
    fn flaw(self, body: &[u8]) -> Option<&'static str> {
        if is_page(body) {
            return Some("it is a page in HTML");
        }
        if body.is_empty() && self != Self::Written {
            return Some("it is empty");
        }
        let whole = match self {
            Self::Json => serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok(),
            Self::Described => {
                let members = serde_json::from_slice::<Value>(body);
                members.is_ok_and(|value| value.as_object().is_some_and(|of| !of.is_empty()))
            }
            Self::Cbor => ciborium::from_reader::<ciborium::Value, _>(body).is_ok(),
            Self::Xml => std::str::from_utf8(body)
                .is_ok_and(|text| roxmltree::Document::parse(text.trim_start()).is_ok()),
            Self::Text | Self::Written | Self::Content => true,
        };
        (!whole).then_some("it is not complete")
    }

    /// A response, unless it says that the call succeeded and is no answer.
    ///
    /// # Errors
    /// One of the connection, which the SDK repeats.
    pub(super) async fn check(
        self,
        mut response: HttpResponse,
    ) -> Result<HttpResponse, ConnectorError> {
        if self == Self::Content || !response.status().is_success() {
            return Ok(response);
        }
        let body = ByteStream::new(response.take_body()).collect().await;
        let body = body.map_err(|error| ConnectorError::io(error.into()))?;
        let body = body.into_bytes();
        if let Some(flaw) = self.flaw(&body) {
            let status = response.status().as_u16();
            let flaw = format!("the body of an answer with the status {status} is none: {flaw}");
            return Err(ConnectorError::io(flaw.into()));
        }
        *response.body_mut() = body.into();
        Ok(response)
    }
}

/// Whether a body is a page: a proxy's or a captive portal's.
fn is_page(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    let begins = |with: &[u8]| {
        let begin = start.get(..with.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(with))
    };
    begins(b"<!doctype html") || begins(b"<html")
}

#[cfg(test)]
mod tests;
