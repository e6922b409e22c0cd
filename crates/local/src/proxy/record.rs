//! Records requests, one per line, so that they can be checked against the services' own models.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use hyper::Request;
use hyper::header::AUTHORIZATION;
use serde_json::json;

use super::upstream::{Body, full};

/// A file of requests.
pub(super) struct Record(Mutex<File>);

impl Record {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        File::options()
            .create(true)
            .append(true)
            .open(path)
            .map(Mutex::new)
            .map(Self)
    }

    /// Records a signed request, and returns the same request. Nothing of the signature is kept.
    pub(super) async fn note(&self, request: Request<Body>) -> Request<Body> {
        let scope = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|value| scope(value.to_str().ok()?));
        let Some(service) = scope.map(str::to_owned) else {
            return request;
        };
        let (head, body) = request.into_parts();
        let body = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let headers = head
            .headers
            .iter()
            .filter(|(name, _)| *name != AUTHORIZATION);
        let headers: serde_json::Map<_, _> = headers
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into(),
                )
            })
            .collect();
        let line = json!({
            "service": service,
            "method": head.method.as_str(),
            "path": head.uri.path_and_query().map_or("/", |path| path.as_str()),
            "headers": headers,
            "body": STANDARD.encode(&body),
        });
        // In one write, since others may append to the file too.
        let line = format!("{line}\n");
        if let Err(error) = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write_all(line.as_bytes())
        {
            tracing::error!(%error, "a request was not recorded");
        }
        Request::from_parts(head, full(body))
    }
}

/// The service that a request is signed for.
fn scope(authorization: &str) -> Option<&str> {
    let credential = authorization
        .strip_prefix("AWS4-HMAC-SHA256 ")?
        .split_once("Credential=")?
        .1;
    credential.split(',').next()?.split('/').nth(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_signed_for_a_service() {
        let signed = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/codeartifact/aws4_request, SignedHeaders=host";
        assert_eq!(scope(signed), Some("codeartifact"));
        assert_eq!(scope("Bearer token"), None);
    }
}
