//! An HTTP server before an API of the emulator, which finds an API without its account only in its first one.

use std::convert::Infallible;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

/// The emulator ends a function's idle process now and then just as it is invoked again.
const ATTEMPTS: usize = 4;

/// Starts a server that names the account to the API, and ends with the test. Returns its URL.
pub async fn in_front_of_api(api: &str, account: &str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (api, account) = (api.to_owned(), account.to_owned());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (api, account) = (api.clone(), account.clone());
            let service = service_fn(move |request| forward(api.clone(), account.clone(), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    format!("http://{address}")
}

async fn forward(
    api: String,
    account: String,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let http = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let asked = head.uri.path_and_query().expect("a path").as_str();
    let mark = if asked.contains('?') { '&' } else { '?' };
    let uri = format!("{api}{asked}{mark}AWSAccessKeyId={account}");
    for attempt in 1.. {
        let mut request = Request::builder().method(head.method.clone()).uri(&uri);
        for name in ["authorization", "content-type"] {
            if let Some(value) = head.headers.get(name) {
                request = request.header(name, value);
            }
        }
        let request = request.body(Full::from(body.clone())).expect("a request");
        let answer = http.request(request).await.expect("answered");
        if !answer.status().is_server_error() || attempt == ATTEMPTS {
            let (head, body) = answer.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            return Ok(Response::from_parts(head, Full::from(body)));
        }
    }
    unreachable!("the last attempt is answered")
}
