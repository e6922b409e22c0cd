//! Passes requests on to the emulator, and responses back, unchanged.

use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as HttpBody, Bytes};
use hyper::header::{
    CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_PROTOCOL, UPGRADE,
};
use hyper::http::uri::{Authority, PathAndQuery, Scheme, Uri};
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use toggle_contract::doors::SUBPROTOCOL;
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// A body that passes through, or a short one from the proxy itself.
pub type Body = BoxBody<Bytes, hyper::Error>;

/// The emulator closes a connection that was idle for 75 s. One that is reused before that is never
/// closed during a request.
const IDLE: Duration = Duration::from_secs(30);

/// How many of the browsers' requests the emulator handles at a time; the others wait for their
/// turn.
///
/// `MiniStack` runs a `CloudFront` function in a Node.js process: it starts one more for each
/// request that finds all of them busy, keeps two, and answers 503 if one takes more than five
/// seconds, including its start. Two requests at a time are served by the same two processes.
const BROWSER_REQUESTS: usize = 2;

/// The maximum number of attempts for a browser's request if the emulator answers 503.
const ATTEMPTS: u32 = 5;

/// The pause before the second attempt; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(200);

/// The headers of a single connection (RFC 9110, 7.6.1), in addition to those that `Connection`
/// names.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Proves to an emulator's gate that a request is from its proxy.
const GATE: HeaderName = HeaderName::from_static("x-frontage-gate");

/// The emulator.
pub(crate) struct Upstream {
    client: Client<HttpConnector, Body>,
    authority: Authority,
    gate: Option<HeaderValue>,
    turns: Semaphore,
}

impl Upstream {
    /// The emulator at an address, and the key of its gate if it has one.
    pub(super) fn new(authority: Authority, gate: Option<&str>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self {
            client,
            authority,
            gate: gate.and_then(|key| HeaderValue::from_str(key).ok()),
            turns: Semaphore::new(BROWSER_REQUESTS),
        }
    }

    /// The emulator's response to a browser's request to a site. The request waits for its turn,
    /// and a read that is answered with 503 is sent again: a busy emulator makes a page slow but
    /// does not break it.
    pub(super) async fn forward_in_turn(&self, request: Request<Body>) -> Response<Body> {
        if upgrade(request.headers()).is_some() {
            return self.forward(request).await;
        }
        // Held until the response begins. Nothing closes the semaphore.
        let _turn = self.turns.acquire().await;
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return self.forward(request).await;
        }
        let (head, _) = request.into_parts();
        let mut pause = PAUSE;
        let mut attempt = 1;
        loop {
            let request = Request::from_parts(head.clone(), full(""));
            let response = self.forward(request).await;
            if response.status() != StatusCode::SERVICE_UNAVAILABLE || attempt == ATTEMPTS {
                return response;
            }
            tracing::debug!(path = head.uri.path(), attempt, "the emulator is busy");
            sleep(pause).await;
            pause *= 2;
            attempt += 1;
        }
    }

    /// The emulator's response to a request, including a protocol upgrade. 502 if there is none.
    pub(super) async fn forward(&self, mut request: Request<Body>) -> Response<Body> {
        let protocol = upgrade(request.headers());
        let here = protocol.is_some().then(|| hyper::upgrade::on(&mut request));
        one_hop(request.headers_mut(), protocol.as_ref());
        let chosen = subprotocol(request.headers());
        let mut response = match self.send(request).await {
            Ok(response) => response,
            Err(error) => return self.away(&error),
        };
        let switched = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        one_hop(
            response.headers_mut(),
            protocol.as_ref().filter(|_| switched),
        );
        if let Some(chosen) = chosen.filter(|_| switched) {
            let headers = response.headers_mut();
            headers.entry(SEC_WEBSOCKET_PROTOCOL).or_insert(chosen);
        }
        if let Some(here) = here.filter(|_| switched) {
            tokio::spawn(tunnel(here, hyper::upgrade::on(&mut response)));
        }
        response
    }

    /// A request whose response the proxy itself reads.
    pub(super) async fn send(&self, mut request: Request<Body>) -> Result<Response<Body>, Error> {
        *request.uri_mut() = self.address(request.uri());
        *request.version_mut() = Version::HTTP_11;
        if let Some(gate) = &self.gate {
            request.headers_mut().insert(GATE, gate.clone());
        }
        Ok(self.client.request(request).await?.map(boxed))
    }

    fn address(&self, uri: &Uri) -> Uri {
        let mut parts = hyper::http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(
            uri.path_and_query()
                .cloned()
                .unwrap_or(PathAndQuery::from_static("/")),
        );
        Uri::from_parts(parts).unwrap_or_default()
    }

    pub(super) fn away(&self, error: &Error) -> Response<Body> {
        tracing::debug!(%error, "the emulator gave no answer");
        let why = if error.is_connect() {
            "is not listening: start it again"
        } else {
            "did not respond"
        };
        say(
            StatusCode::BAD_GATEWAY,
            &format!("The emulator at {} {why}.\n", self.authority),
        )
    }
}

/// A response of the proxy itself.
pub(super) fn say(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(full(text.to_owned()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

/// A body that is in memory.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed()
}

pub(super) fn boxed<B>(body: B) -> Body
where
    B: HttpBody<Data = Bytes, Error = hyper::Error> + Send + Sync + 'static,
{
    body.boxed()
}

/// The protocol that a request asks to upgrade to.
pub(super) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let asks = connection_options(headers).any(|option| option == UPGRADE);
    headers.get(UPGRADE).filter(|_| asks).cloned()
}

/// The toggles' subprotocol, if a handshake offers it: their function chooses it then, and `MiniStack`
/// ignores the headers of a function's answer. A browser closes a connection without it.
fn subprotocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let offers = headers.get_all(SEC_WEBSOCKET_PROTOCOL).into_iter();
    let mut offers = offers
        .filter_map(|offers| offers.to_str().ok())
        .flat_map(|offers| offers.split(','));
    let is_offered = offers.any(|offer| offer.trim() == SUBPROTOCOL);
    is_offered.then(|| HeaderValue::from_static(SUBPROTOCOL))
}

fn connection_options(headers: &HeaderMap) -> impl Iterator<Item = HeaderName> {
    let values = headers
        .get_all(CONNECTION)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .filter_map(|option| option.trim().parse().ok())
}

/// Removes the headers of a single connection; an upgrade concerns both.
fn one_hop(headers: &mut HeaderMap, protocol: Option<&HeaderValue>) {
    let named: Vec<HeaderName> = connection_options(headers).collect();
    for name in named {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    if let Some(protocol) = protocol {
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, protocol.clone());
    }
}

/// Copies bytes in both directions until both ends have closed.
async fn tunnel(here: OnUpgrade, there: OnUpgrade) {
    let (here, there) = match tokio::try_join!(here, there) {
        Ok(ends) => ends,
        Err(error) => return tracing::debug!(%error, "a connection was not upgraded"),
    };
    if let Err(error) =
        tokio::io::copy_bidirectional(&mut TokioIo::new(here), &mut TokioIo::new(there)).await
    {
        tracing::debug!(%error, "a connection ended");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_concerns_one_connection_stays_there() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "keep-alive, X-Own"),
            ("x-own", "1"),
            ("upgrade", "h2c"),
            ("transfer-encoding", "chunked"),
            ("content-type", "text/html"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        assert_eq!(upgrade(&headers), None);
        one_hop(&mut headers, None);
        assert_eq!(
            headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
            ["content-type"]
        );
    }

    #[test]
    fn the_toggles_subprotocol_is_chosen_if_it_is_offered() {
        let chosen = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(line));
            }
            subprotocol(&headers)
        };
        let toggles = HeaderValue::from_static("frontage.toggles.v1");
        assert_eq!(
            chosen(&["frontage.toggles.v1, jwt.a.b.c"]),
            Some(toggles.clone())
        );
        assert_eq!(chosen(&["jwt.a.b.c", "frontage.toggles.v1"]), Some(toggles));
        assert_eq!(chosen(&["chat,jwt.a.b.c"]), None);
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn a_change_of_protocol_passes() {
        let mut headers = HeaderMap::new();
        headers.insert(CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        let protocol = upgrade(&headers);
        assert_eq!(protocol, Some(HeaderValue::from_static("websocket")));
        one_hop(&mut headers, protocol.as_ref());
        assert_eq!(
            headers.get(CONNECTION),
            Some(&HeaderValue::from_static("Upgrade"))
        );
    }
}
