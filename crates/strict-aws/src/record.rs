//! Records requests, one per line, so that they can be checked against the services' own models.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use serde_json::{Value, json};

/// An empty archive, in base64: in place of a function's, of which a run would record gigabytes.
const EMPTY_ZIP: &str = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";

/// The body of a request, without the zip of a function.
fn without_zip<'b>(service: &str, body: &'b Bytes) -> Cow<'b, [u8]> {
    if service != "lambda" {
        return Cow::Borrowed(body);
    }
    let Ok(mut request) = serde_json::from_slice::<Value>(body) else {
        return Cow::Borrowed(body);
    };
    for path in ["/Code/ZipFile", "/ZipFile"] {
        if let Some(zip) = request.pointer_mut(path) {
            *zip = Value::from(EMPTY_ZIP);
        }
    }
    Cow::Owned(request.to_string().into_bytes())
}

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
            "body": STANDARD.encode(without_zip(service, body)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_zip_of_a_function_is_left_out() {
        let body = |zip: &str| {
            let body = json!({"FunctionName": "f", "Code": {"ZipFile": zip}});
            Bytes::from(body.to_string())
        };
        let (whole, short) = (body("UEsDBA=="), body(EMPTY_ZIP));
        assert_eq!(*without_zip("lambda", &whole), short[..]);
        assert_eq!(*without_zip("s3", &whole), whole[..]);
        let none = Bytes::from("no JSON");
        assert_eq!(*without_zip("lambda", &none), none[..]);
    }
}
