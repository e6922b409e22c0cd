//! Canned answers at the wire, for the error paths that no emulator shows.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// Answers each request with the first unused answer whose name is in the request's name.
///
/// A request's name is its method, path, target header and body: `Canned::new([("CreateTable", 400, "…")])`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Canned(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    answers: Vec<(String, u16, String)>,
    requests: Vec<String>,
}

impl Canned {
    /// Answers: a part of the request's name, the status, the body.
    pub(crate) fn new<'a>(answers: impl IntoIterator<Item = (&'a str, u16, &'a str)>) -> Self {
        let answers = answers.into_iter().map(|(name, status, body)| (name.to_owned(), status, body.to_owned()));
        Self(Arc::new(Mutex::new(State { answers: answers.collect(), requests: Vec::new() })))
    }

    /// A client for [`super::Account::for_tests`].
    pub(crate) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// The names of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.0.lock().unwrap().requests.clone()
    }

    /// How many requests had this in their name.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.requests().iter().filter(|request| request.contains(name)).count()
    }

    /// Fails if an answer was not asked for.
    pub(crate) fn assert_used(&self) {
        let state = self.0.lock().unwrap();
        assert!(state.answers.is_empty(), "not asked for: {:?}; asked: {:?}", state.answers, state.requests);
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let name = format!("{} {} {target} {body}", request.method(), request.uri());
        let mut state = self.0.lock().unwrap();
        let (status, body) = match state.answers.iter().position(|(part, ..)| name.contains(part)) {
            Some(index) => {
                let (_, status, body) = state.answers.remove(index);
                (status, body)
            }
            None => (400, format!(r#"{{"__type":"NoCannedAnswer","message":"no canned answer for {target}"}}"#)),
        };
        state.requests.push(name);
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.clone()));
        // restJson services name the error in a header, the others in the body.
        if let Some(code) = serde_json::from_str::<serde_json::Value>(&body)
            .ok()
            .and_then(|body| body["__type"].as_str().map(str::to_owned))
        {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        response
    }
}

impl HttpClient for Canned {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Ok(self.answer(&request)))
    }
}
