//! Records requests, one per line, so that they can be checked against the services' own models.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use serde_json::json;

/// A file of requests.
pub(crate) struct Record(Mutex<File>);

impl Record {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        File::options()
            .create(true)
            .append(true)
            .open(path)
            .map(Mutex::new)
            .map(Self)
    }

    /// Records a signed request. Nothing of the signature is kept.
    pub(crate) fn note(&self, head: &Parts, service: &str, body: &Bytes) {
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
            "body": STANDARD.encode(body),
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
    }
}
