//! Scripted HTTP responses, for the error paths that no emulator shows.
//!
//! A client of the SDK uses [`FakeAws`] as its HTTP client, so a test sees the very bytes that
//! would be sent, and responses are parsed like AWS's. The SDK's own mocks need the `test-util`
//! features of its crates, for which Cargo would compile every one of them a second time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

/// Answers each request with the first unused response whose name is contained in the request's
/// name.
///
/// A request's name is its method, URL, target header and body:
/// `POST https://… DynamoDB_20120810.Scan {…}`. A body in CBOR, CloudWatch's protocol, is named in
/// JSON, and answered in CBOR from a response in JSON. If it names the version that it is for, that
/// follows: `DELETE https://… [if-match: E2]`. A request without a response fails with the code
/// `NoScriptedAnswer`.
#[derive(Clone, Debug, Default)]
pub struct FakeAws(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    answers: Vec<(String, u16, String)>,
    requests: Vec<String>,
}

impl FakeAws {
    /// Responses: a part of the request's name, the status, the body.
    ///
    /// The code of an error is the body's `__type`, as in
    /// `("CreateTable", 400, r#"{"__type":"LimitExceeded"}"#)`. A body may be preceded by headers,
    /// separated by an empty line: `"ETag: E1\n\n<Distribution>…"`.
    #[must_use]
    pub fn new<'a>(answers: impl IntoIterator<Item = (&'a str, u16, &'a str)>) -> Self {
        let answers = answers
            .into_iter()
            .map(|(name, status, body)| (name.to_owned(), status, body.to_owned()));
        Self(Arc::new(Mutex::new(State {
            answers: answers.collect(),
            requests: Vec::new(),
        })))
    }

    /// The HTTP client for an SDK configuration.
    #[must_use]
    pub fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// The names of the requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.state().requests.clone()
    }

    /// The number of requests with this text in their names.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        self.requests()
            .iter()
            .filter(|request| request.contains(name))
            .count()
    }

    /// Checks that every response was used.
    ///
    /// # Panics
    /// If one was not.
    pub fn assert_used(&self) {
        let state = self.state();
        assert!(
            state.answers.is_empty(),
            "not asked for: {:?}; asked: {:?}",
            state.answers,
            state.requests
        );
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let cbor = request.headers().get("smithy-protocol") == Some("rpc-v2-cbor");
        let body = text(request.body().bytes().unwrap_or_default(), cbor);
        let mut name = format!("{} {} {target} {body}", request.method(), request.uri());
        if let Some(version) = request.headers().get("if-match") {
            name = format!("{} [if-match: {version}]", name.trim_end());
        }
        let mut state = self.state();
        let (status, body) = match state
            .answers
            .iter()
            .position(|(part, ..)| name.contains(part))
        {
            Some(index) => {
                let (_, status, body) = state.answers.remove(index);
                (status, body)
            }
            None => (
                400,
                format!(
                    r#"{{"__type":"NoScriptedAnswer","message":"no fake answer for {target}"}}"#
                ),
            ),
        };
        state.requests.push(name);
        let status = StatusCode::try_from(status).expect("an answer's status is one of HTTP's");
        let (headers, body) = headers(&body);
        let code = error_code(body);
        let mut response =
            HttpResponse::new(status, if cbor { in_cbor(body) } else { body.into() });
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        if cbor {
            response
                .headers_mut()
                .insert("smithy-protocol", "rpc-v2-cbor");
        }
        // restJson services name the error in a header, the others in the body.
        if let Some(code) = code {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        response
    }
}

/// A request's body as text.
fn text(body: &[u8], cbor: bool) -> String {
    if !cbor {
        return String::from_utf8_lossy(body).into_owned();
    }
    let value: Value = ciborium::from_reader(body).expect("a request is CBOR");
    value.to_string()
}

/// A body in JSON, in CBOR.
fn in_cbor(json: &str) -> SdkBody {
    let value: Value = serde_json::from_str(json).expect("an answer is JSON");
    let mut body = Vec::new();
    ciborium::into_writer(&value, &mut body).expect("an answer is written");
    body.into()
}

/// The headers before a body, if there are any, and the body.
fn headers(body: &str) -> (Vec<(String, String)>, &str) {
    let found = body.split_once("\n\n").and_then(|(head, rest)| {
        let header = |line: &str| {
            line.split_once(": ")
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        };
        let headers = head.lines().map(header).collect::<Option<Vec<_>>>()?;
        let names = |(name, _): &(String, String)| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        headers.iter().all(names).then_some((headers, rest))
    });
    found.unwrap_or((Vec::new(), body))
}

fn error_code(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    body["__type"].as_str().map(str::to_owned)
}

impl HttpClient for FakeAws {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for FakeAws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Ok(self.answer(&request)))
    }
}
