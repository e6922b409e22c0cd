//! Calls and answers for the tests of rules.

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::HeaderMap;

use crate::Refusal;
use crate::call::{Answer, Call, Signature};
use crate::memory::Memory;

/// The account of these calls.
pub(crate) const ACCOUNT: &str = "111122223333";

/// A request that a test completes.
pub(crate) struct Request {
    service: &'static str,
    builder: hyper::http::request::Builder,
    body: String,
}

/// A call to a service, as `METHOD /path?query`.
pub(crate) fn call(service: &'static str, line: &str, body: impl Into<String>) -> Request {
    let (method, uri) = line.split_once(' ').unwrap();
    Request {
        service,
        builder: hyper::Request::builder().method(method).uri(uri),
        body: body.into(),
    }
}

/// A call to a service with operations.
pub(crate) fn operation(service: &'static str, name: &str, body: impl Into<String>) -> Request {
    call(service, "POST /", body).with("x-amz-target", &format!("Target.{name}"))
}

impl Request {
    pub(crate) fn with(mut self, header: &str, value: &str) -> Self {
        self.builder = self.builder.header(header, value);
        self
    }

    pub(crate) fn call(self) -> Call {
        let (head, ()) = self.builder.body(()).unwrap().into_parts();
        let signature = Signature {
            account: ACCOUNT.to_owned(),
            service: self.service.to_owned(),
        };
        Call::new(&head, signature, Bytes::from(self.body))
    }

    /// The refusal of this call, if there is one.
    pub(crate) fn refused(self, memory: &Memory) -> Option<Refusal> {
        memory.refuse(&self.call())
    }

    /// The code of this call's refusal, or what AWS does instead.
    pub(crate) fn code(self, memory: &Memory) -> &'static str {
        self.refused(memory)
            .map_or("passes", |refusal| refusal.code)
    }

    /// The call passes and succeeds with this version and body.
    pub(crate) fn done(self, memory: &Memory, version: &str, body: &str) {
        let call = self.call();
        assert_eq!(memory.refuse(&call), None, "{call:?}");
        let mut headers = HeaderMap::new();
        headers.insert("etag", version.parse().unwrap());
        let answer = Answer {
            status: StatusCode::OK,
            headers,
            body: Bytes::from(body.to_owned()),
        };
        memory.note(&call, &answer);
    }
}
