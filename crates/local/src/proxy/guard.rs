//! Who may use a proxy whose emulator runs functions on this machine: programs that have its keys,
//! and the pages of this machine.
//!
//! Any page that is open in a browser can send requests to a port of the loopback. It cannot choose
//! what the browser says about it: `Host` is the name in the URL, so that of a page whose own name
//! was made to resolve to the loopback is not the loopback's; `Origin` is sent with whatever is not
//! a plain GET or HEAD, and with every handshake of a WebSocket; `Sec-Fetch-Site` with all of them
//! (<https://fetch.spec.whatwg.org/#origin-header>, <https://www.w3.org/TR/fetch-metadata/>). Where
//! a browser sends neither, a call still needs the key, which no page has.

use std::borrow::Cow;

use hyper::header::{
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN,
};
use hyper::{Method, Request, Response, StatusCode, Uri};
use percent_encoding::percent_decode_str;

use super::hosts::Host;
use super::upstream::{Body, say, upgrade};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The emulator's own API; it resets everything and asks for no key.
const INTERNAL: [&str; 2] = ["/_ministack", "/_localstack"];
/// The addresses of WebSocket and HTTP APIs.
const APIS: &str = "/_aws/execute-api/";
/// The management of connections among them, a call to AWS.
const CONNECTIONS: &str = "/@connections";
/// The description of an HTTP API, which it shows everybody.
const DESCRIPTION: &str = "/openapi.json";
/// A user pool's public keys.
const WELL_KNOWN: &str = "/.well-known/";

/// The conditions of one proxy.
pub(super) struct Guard {
    port: u16,
    access_key_id: String,
}

impl Guard {
    pub(super) fn new(port: u16, access_key_id: &str) -> Self {
        Self {
            port,
            access_key_id: access_key_id.to_owned(),
        }
    }

    /// The response to a request that must not reach the emulator.
    pub(super) fn refuse<B>(&self, request: &Request<B>, host: &Host) -> Option<Response<Body>> {
        let why = self.objection(request, host)?;
        tracing::debug!(path = request.uri().path(), why, "refused");
        Some(say(StatusCode::FORBIDDEN, &format!("Refused: {why}.\n")))
    }

    fn objection<B>(&self, request: &Request<B>, host: &Host) -> Option<&'static str> {
        let headers = request.headers();
        let path = decoded(request.uri());
        if !self.is_named_by(headers) {
            return Some("the host is not this machine's");
        }
        if INTERNAL.iter().any(|internal| path.starts_with(internal)) {
            return Some("the emulator's own API is not served");
        }
        if !is_from_here(headers, reads(request.method()) && *host != Host::Endpoint) {
            return Some("it is from a page of another site");
        }
        let allowed = match host {
            Host::Endpoint => self.is_call(request) || is_open(request, &path),
            Host::Site(name) if name.ends_with(".execute-api") => is_handshake(request),
            // The sites are static. Some paths of the emulator's services win over a site's.
            Host::Site(_) => reads(request.method()),
            Host::Login(_) => is_login(&path),
        };
        (!allowed).then_some("it has none of the keys that `frontage dev` prints")
    }

    /// Whether the URL's host is this machine, which is true of no other site's name.
    fn is_named_by(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let Some(authority) = host.and_then(|host| host.parse().ok()) else {
            return false;
        };
        let authority: hyper::http::uri::Authority = authority;
        is_this_machine(authority.host()) && authority.port_u16() == Some(self.port)
    }

    /// Whether a call to AWS has the key, in a header or in a presigned URL.
    fn is_call<B>(&self, request: &Request<B>) -> bool {
        let header = request.headers().get(AUTHORIZATION);
        let header =
            header.and_then(|value| Some(value.to_str().ok()?.split_once("Credential=")?.1));
        let query = request.uri().query().unwrap_or_default();
        let presigned = form_urlencoded::parse(query.as_bytes())
            .find_map(|(name, value)| (name == "X-Amz-Credential").then_some(value));
        let credential = header.map(Cow::Borrowed).or(presigned);
        credential.is_some_and(|of| of.split('/').next() == Some(&self.access_key_id))
    }
}

/// Whether a program or a page of this machine sends this. A page of another site may show what is
/// `public`, as a link does.
fn is_from_here(headers: &HeaderMap, public: bool) -> bool {
    let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
    let same = matches!(site, Some(b"same-origin" | b"none"));
    match headers.get(ORIGIN).map(|origin| origin.to_str()) {
        None => same || site.is_none() || public,
        // As of a form on a page without a referrer.
        Some(Ok("null")) => same,
        Some(Ok(origin)) => origin
            .parse::<Uri>()
            .is_ok_and(|origin| origin.host().is_some_and(is_this_machine)),
        Some(Err(_)) => false,
    }
}

/// What AWS serves without a signature at its own addresses.
fn is_open<B>(request: &Request<B>, path: &str) -> bool {
    let is_request = || calls_with_token(request) || is_preflight(request) || shows(request, path);
    (path.starts_with(APIS)
        && !path.contains(CONNECTIONS)
        && (is_handshake(request) || is_request()))
        || (path.contains(WELL_KNOWN) && reads(request.method()))
}

/// Whether a request to an HTTP API has a token, which the API verifies. A page can send one only after a
/// preflight, and only if it has one.
fn calls_with_token<B>(request: &Request<B>) -> bool {
    let header = request.headers().get(AUTHORIZATION);
    header.is_some_and(|value| {
        let scheme = value.as_bytes().get(..7);
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
    })
}

/// Whether a browser asks what a page may send, which changes nothing.
fn is_preflight<B>(request: &Request<B>) -> bool {
    let asks = request
        .headers()
        .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    *request.method() == Method::OPTIONS && asks
}

fn shows<B>(request: &Request<B>, path: &str) -> bool {
    path.ends_with(DESCRIPTION) && *request.method() == Method::GET
}

fn is_login(path: &str) -> bool {
    ["/login", "/logout"].contains(&path)
        || path.starts_with("/oauth2/")
        || path.contains(WELL_KNOWN)
}

fn is_handshake<B>(request: &Request<B>) -> bool {
    upgrade(request.headers()).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// A preflight changes nothing either.
fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_this_machine(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "127.0.0.1" || host == "localhost" || host.ends_with(".localhost")
}

/// The emulator decodes a path before it looks at it.
fn decoded(uri: &Uri) -> Cow<'_, str> {
    percent_decode_str(uri.path()).decode_utf8_lossy()
}
