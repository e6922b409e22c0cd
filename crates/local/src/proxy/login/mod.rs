//! The login pages: MiniStack's, with features of Cognito's managed login that they lack.
//!
//! - A sign-in starts a session: a cookie on the login pages' host, for one hour from the sign-in,
//!   which later requests do not extend. With it `/oauth2/authorize` responds with a code at once;
//!   `prompt=none` without it responds with `error=login_required`; `prompt=login` shows the form
//!   anyway; `/logout` ends it. The proxy gets each code from the emulator by signing in again,
//!   with the credentials that it keeps in memory for that time. A sign-in with an e-mailed code
//!   has no session.
//! - `/oauth2/revoke`, which MiniStack offers only as the API's `RevokeToken`.
//! - A browser's preflight for a request with an `Authorization` header, as to `/oauth2/userInfo`,
//!   is answered with that header's name: `*` does not include it.
//!
//! MiniStack finds a client in any account, so no account is named. Two differences are left: a
//! domain without a pool shows the pages too, and the client's refresh tokens are not rotated.

mod pages;
mod sessions;

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Bytes;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS,
    CACHE_CONTROL, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE,
};
use hyper::{Method, Request, Response, StatusCode, Uri};
use pages::{Form, Prompt};
use sessions::{Credentials, Sessions};

use super::upstream::{Body, Upstream, full, say};

/// Far more than any form of the pages needs.
const LARGEST_FORM: usize = 64 * 1024;
/// The API's name for itself, and its action that ends a refresh token.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const REVOKE_TOKEN: HeaderValue =
    HeaderValue::from_static("AWSCognitoIdentityProviderService.RevokeToken");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The login pages of all domains.
#[derive(Default)]
pub(super) struct Login {
    sessions: Mutex<Sessions>,
}

impl Login {
    /// Responds to a request for the pages of a domain.
    pub(super) async fn answer(
        &self,
        upstream: &Upstream,
        domain: &str,
        request: Request<Body>,
    ) -> Response<Body> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/oauth2/authorize") => self.authorize(upstream, domain, request).await,
            (&Method::POST, "/login") => self.sign_in(upstream, domain, request).await,
            (&Method::GET, "/logout") => self.sign_out(upstream, request).await,
            (&Method::POST, "/oauth2/revoke") => revoke(upstream, request).await,
            (&Method::OPTIONS, _) => preflight(upstream, request).await,
            _ => upstream.forward(request).await,
        }
    }

    /// The emulator sees the request first: it refuses unknown clients and redirect URLs.
    async fn authorize(
        &self,
        upstream: &Upstream,
        domain: &str,
        request: Request<Body>,
    ) -> Response<Body> {
        let form = Form::of(request.uri().query().unwrap_or_default().as_bytes());
        let prompt = Prompt::of(&form);
        let session = sessions::id(request.headers()).filter(|_| prompt != Prompt::Login);
        let credentials =
            session.and_then(|id| self.with_sessions(|all| all.find(&id, domain, Instant::now())));
        let shown = upstream.forward(request).await;
        if shown.status() != StatusCode::OK {
            return shown;
        }
        if let Some(credentials) = credentials
            && let Some(answer) = sign_in_again(upstream, &form, &credentials).await
        {
            return answer;
        }
        if prompt == Prompt::None {
            login_required(&form)
        } else {
            shown
        }
    }

    async fn sign_in(
        &self,
        upstream: &Upstream,
        domain: &str,
        request: Request<Body>,
    ) -> Response<Body> {
        let old = sessions::id(request.headers());
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LARGEST_FORM)
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
        else {
            return say(
                StatusCode::PAYLOAD_TOO_LARGE,
                "This is not a form of the login pages.\n",
            );
        };
        let credentials = self.credentials(&Form::of(&body));
        let answer = upstream
            .forward(Request::from_parts(head, full(body)))
            .await;
        if has_code(&answer) {
            return self.begin(domain, old.as_deref(), credentials, answer);
        }
        match credentials {
            Some(credentials) => self.note_next_page(credentials, answer).await,
            None => answer,
        }
    }

    /// The name and the password of a form. The pages after the first have a token instead of the
    /// name.
    fn credentials(&self, form: &Form) -> Option<Credentials> {
        let password = form
            .first(&["password", "new_password"])
            .unwrap_or_default()
            .to_owned();
        let username = match form.first(&["np_token", "ua_token"]) {
            Some(token) => self.with_sessions(|all| all.username(token))?,
            None => form.first(&["username"])?.to_owned(),
        };
        Some(Credentials { username, password })
    }

    fn begin(
        &self,
        domain: &str,
        old: Option<&str>,
        credentials: Option<Credentials>,
        mut answer: Response<Body>,
    ) -> Response<Body> {
        let credentials = credentials.filter(|credentials| !credentials.password.is_empty());
        let begun = self.with_sessions(|all| {
            old.inspect(|old| all.end(old));
            all.begin(domain, credentials?, Instant::now())
        });
        let cookie = begun
            .as_deref()
            .map_or_else(sessions::no_cookie, sessions::cookie);
        answer.headers_mut().append(SET_COOKIE, cookie);
        answer
    }

    /// Remembers the user of the next page.
    async fn note_next_page(
        &self,
        credentials: Credentials,
        answer: Response<Body>,
    ) -> Response<Body> {
        let (head, body) = answer.into_parts();
        let Ok(page) = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
        else {
            return say(
                StatusCode::BAD_GATEWAY,
                "The emulator's response broke off.\n",
            );
        };
        if let Some(token) = pages::token(&String::from_utf8_lossy(&page)) {
            self.with_sessions(|all| {
                all.note_username(token, credentials.username, Instant::now());
            });
        }
        Response::from_parts(head, full(page))
    }

    async fn sign_out(&self, upstream: &Upstream, request: Request<Body>) -> Response<Body> {
        let session = sessions::id(request.headers());
        let mut answer = upstream.forward(request).await;
        if answer.status().is_redirection() {
            session.inspect(|id| self.with_sessions(|all| all.end(id)));
            answer
                .headers_mut()
                .append(SET_COOKIE, sessions::no_cookie());
        }
        answer
    }

    fn with_sessions<T>(&self, act: impl FnOnce(&mut Sessions) -> T) -> T {
        act(&mut self.sessions.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Submits the form; `None` if the emulator rejects it, as after a change of the password.
async fn sign_in_again(
    upstream: &Upstream,
    form: &Form,
    credentials: &Credentials,
) -> Option<Response<Body>> {
    let request = post(
        "/login",
        "application/x-www-form-urlencoded",
        pages::filled_in(form, credentials),
    );
    let answer = upstream.forward(request).await;
    has_code(&answer).then_some(answer)
}

fn has_code(answer: &Response<Body>) -> bool {
    let location = answer
        .headers()
        .get(LOCATION)
        .filter(|_| answer.status().is_redirection());
    let location: Option<Uri> = location.and_then(|location| location.to_str().ok()?.parse().ok());
    let query = location.as_ref().and_then(Uri::query).unwrap_or_default();
    Form::of(query.as_bytes()).first(&["code"]).is_some()
}

fn login_required(form: &Form) -> Response<Body> {
    let mut response = say(StatusCode::FOUND, "");
    let location =
        pages::login_required(form).and_then(|location| HeaderValue::from_str(&location).ok());
    let Some(location) = location else {
        return say(StatusCode::BAD_REQUEST, "redirect_uri is missing.\n");
    };
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}

/// RFC 7009, as Cognito implements it: an empty 200, whether the token was valid or not.
async fn revoke(upstream: &Upstream, request: Request<Body>) -> Response<Body> {
    let body = Limited::new(request.into_body(), LARGEST_FORM)
        .collect()
        .await;
    let form = Form::of(
        &body
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default(),
    );
    let (token, client) = (form.first(&["token"]), form.first(&["client_id"]));
    let mut answer = match token {
        None => say(StatusCode::BAD_REQUEST, r#"{"error":"invalid_request"}"#),
        Some(token) => {
            let call = serde_json::json!({ "Token": token, "ClientId": client }).to_string();
            let mut request = post("/", "application/x-amz-json-1.1", call);
            request.headers_mut().insert(TARGET, REVOKE_TOKEN);
            let answer = upstream.forward(request).await;
            if answer.status() == StatusCode::OK {
                say(StatusCode::OK, "")
            } else {
                answer
            }
        }
    };
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}

async fn preflight(upstream: &Upstream, request: Request<Body>) -> Response<Body> {
    let asked = request
        .headers()
        .get(ACCESS_CONTROL_REQUEST_HEADERS)
        .cloned();
    let mut answer = upstream.forward(request).await;
    if let Some(asked) = asked {
        answer
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_HEADERS, asked);
    }
    answer
}

fn post(path: &'static str, content_type: &'static str, body: impl Into<Bytes>) -> Request<Body> {
    let mut request = Request::new(full(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from_static(path);
    request
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    request
}

/// The values of a cookie.
fn cookies<'h>(headers: &'h HeaderMap, name: &'static str) -> impl Iterator<Item = &'h str> {
    let values = headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let pairs = values
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(move |(found, _)| *found == name)
        .map(|(_, value)| value)
}
