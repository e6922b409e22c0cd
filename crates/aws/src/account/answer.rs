//! Answers that are none: without a body, cut off, or a page of something between here and AWS.
//!
//! To the SDK, an empty body with the status 200 is an answer without members, so a resource would
//! seem absent, and a plan would create it again. Here it is a failure of the connection, which the
//! SDK tries again and then reports.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;

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
    /// A text in a form of its own, which is not empty.
    Text,
    /// The answer to a write: it may be empty, and is no page.
    Written,
    /// An object's content, which may be anything.
    Content,
}

impl Form {
    /// The form of the answer to a request to a service, by its signing name.
    ///
    /// Source: Smithy's specifications of AWS's protocols. An operation is in a header, in the path, or in
    /// a form; services with paths read with GET, but for the POSTs of CodeArtifact's lists.
    pub(super) fn of(request: &HttpRequest, service: &str) -> Self {
        let uri = request.uri();
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let or_written = |form: Self, operation: &str| {
            if is_read(operation) {
                form
            } else {
                Self::Written
            }
        };
        if let Some(target) = request.headers().get("x-amz-target") {
            let operation = target.rsplit('.').next().unwrap_or_default();
            let describes = operation.starts_with("Describe");
            return or_written(
                if describes {
                    Self::Described
                } else {
                    Self::Json
                },
                operation,
            );
        }
        if let Some((_, operation)) = path.split_once("/operation/") {
            return or_written(Self::Cbor, operation);
        }
        let form = request.body().bytes().unwrap_or_default();
        if let Some(operation) = form.strip_prefix(b"Action=") {
            return or_written(
                Self::Xml,
                std::str::from_utf8(operation).unwrap_or_default(),
            );
        }
        let has = |parameter: &str| query.split('&').any(|of| of == parameter);
        match (request.method(), service) {
            ("HEAD", _) => Self::Content,
            ("GET", "s3") if has("x-id=GetObject") => Self::Content,
            // A policy is the body, in JSON.
            ("GET", "s3") if has("policy") => Self::Json,
            // A function's code is the body.
            ("GET", "cloudfront")
                if path.contains("/function/") && !path.ends_with("/describe") =>
            {
                Self::Text
            }
            ("GET", "s3" | "cloudfront" | "route53") => Self::Xml,
            ("GET", _) => Self::Json,
            ("POST", "codeartifact") if lists_of_codeartifact(path) => Self::Json,
            _ => Self::Written,
        }
    }

    /// Why a body is no answer, if it is none.
    fn flaw(self, body: &[u8]) -> Option<&'static str> {
        if self != Self::Text && is_page(body) {
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

/// Whether an operation's name says that it changes nothing.
fn is_read(operation: &str) -> bool {
    let reads = ["Get", "List", "Describe", "Scan", "Query", "BatchGet"];
    reads.iter().any(|read| operation.starts_with(read))
}

/// CodeArtifact's lists are POSTs. Source: its API reference.
fn lists_of_codeartifact(path: &str) -> bool {
    let lists = [
        "/v1/domains",
        "/v1/repositories",
        "/v1/domain/repositories",
        "/v1/package-groups",
        "/v1/tags",
    ];
    lists.iter().any(|list| path.ends_with(list))
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
