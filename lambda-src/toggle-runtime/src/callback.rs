//! The `@connections` API of API Gateway.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::timeout;

use crate::connection::Connection;
use crate::ports::{Callback, CallbackError};
use crate::signed::{Answer, Request, Signed, Unsent};

/// An attempt without a response by then is in doubt. A post takes milliseconds, and a worker has
/// nothing else to do at the end of its segment.
pub const SILENCE: Duration = Duration::from_secs(5);

/// The header that the SDK also sends.
const TYPE: (&str, &str) = ("content-type", "application/octet-stream");

/// The characters allowed in a path: RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Calls that are sent without the SDK's client of this API: that takes more than three times the
/// processor time per post, which is what bounds a fan-out in a small function.
#[derive(Debug)]
pub struct Management {
    /// Signs and sends.
    pub http: Signed,
}

impl Callback for Management {
    async fn post(&self, connection: &Connection, message: &[u8]) -> Result<(), CallbackError> {
        self.call("POST", connection, message).await
    }

    async fn close(&self, connection: &Connection) -> Result<(), CallbackError> {
        self.call("DELETE", connection, &[]).await
    }
}

impl Management {
    /// One attempt: only [`crate::line::ConnectionSender`] knows which retries are right.
    async fn call(
        &self,
        method: &str,
        connection: &Connection,
        body: &[u8],
    ) -> Result<(), CallbackError> {
        let answered = timeout(SILENCE, self.send(method, connection, body)).await;
        answered.unwrap_or_else(|_| Err(CallbackError::InDoubt(format!("none in {SILENCE:?}"))))
    }

    /// Without a connection to the service nothing was sent. One that breaks before an answer leaves
    /// doubt, as silence does.
    async fn send(
        &self,
        method: &str,
        connection: &Connection,
        body: &[u8],
    ) -> Result<(), CallbackError> {
        let request = Request {
            service: "execute-api",
            method,
            uri: format!(
                "{}/@connections/{}",
                connection.endpoint,
                utf8_percent_encode(&connection.id, SEGMENT)
            ),
            headers: &[TYPE],
            body,
        };
        match self.http.send(&request).await {
            Ok(answer) => classify(&answer),
            Err(Unsent::Invalid(error)) => Err(CallbackError::Refused(error)),
            Err(Unsent::Unreachable(error)) => Err(CallbackError::Again(error)),
            Err(Unsent::Broken(error)) => Err(CallbackError::InDoubt(error)),
        }
    }
}

/// 504 says that the gateway did not wait for what it had begun: that may take effect later.
fn classify(answer: &Answer) -> Result<(), CallbackError> {
    let text = || answer.to_string();
    match answer.status {
        200..300 => Ok(()),
        410 => Err(CallbackError::Gone),
        504 => Err(CallbackError::InDoubt(text())),
        429 | 500.. => Err(CallbackError::Again(text())),
        _ => Err(CallbackError::Refused(text())),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::io::Read as _;
    use std::net::{SocketAddr, TcpListener};
    use std::thread;

    use super::*;
    use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use fake_aws::FakeAws;

    use crate::wire::signed;

    const CALL: &str = "POST https://fake/live/@connections/c%3D";

    fn connection() -> Connection {
        Connection {
            id: "c=".into(),
            endpoint: "https://fake/live".into(),
            connected_at: 0,
            expiry: None,
            context: None,
        }
    }

    fn management(http: impl HttpConnector + 'static) -> Management {
        Management { http: signed(http) }
    }

    async fn answer(status: u16) -> Result<(), CallbackError> {
        let fake = FakeAws::new([(CALL, status, "")]);
        let sent = management(fake.clone()).post(&connection(), b"x").await;
        assert_eq!(fake.requests().len(), 1);
        fake.assert_used();
        sent
    }

    #[tokio::test]
    async fn answers_are_told_apart_by_their_status() {
        assert_eq!(answer(200).await, Ok(()));
        assert_eq!(answer(410).await, Err(CallbackError::Gone));
        assert!(matches!(answer(504).await, Err(CallbackError::InDoubt(_))));
        for status in [429, 500, 502, 503] {
            assert!(
                matches!(answer(status).await, Err(CallbackError::Again(_))),
                "{status}"
            );
        }
        for status in [400, 403, 413] {
            assert!(
                matches!(answer(status).await, Err(CallbackError::Refused(_))),
                "{status}"
            );
        }
    }

    /// A service that never returns a status.
    #[derive(Debug)]
    struct Hanging;

    impl HttpConnector for Hanging {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            HttpConnectorFuture::new(pending())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_doubt() {
        let posted = management(Hanging).post(&connection(), b"x").await;
        assert!(matches!(posted, Err(CallbackError::InDoubt(_))));
    }

    /// How a post ends at a port of this machine.
    async fn post_to(address: SocketAddr) -> CallbackError {
        let connector = aws_smithy_http_client::Connector::builder().build_http();
        let to = Connection {
            endpoint: format!("http://{address}/live"),
            ..connection()
        };
        let posted = management(connector).post(&to, b"x").await;
        posted.unwrap_err()
    }

    #[tokio::test]
    async fn a_connection_that_breaks_is_doubt_and_none_at_all_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // What is closed before it is read is a reset, and afterwards an end.
        let service = thread::spawn(move || {
            for is_read in [false, true] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 4096];
                let some = if is_read {
                    stream.read(&mut request)
                } else {
                    stream.peek(&mut request)
                };
                assert!(some.unwrap() > 0);
            }
        });
        for _ in 0..2 {
            let error = post_to(address).await;
            assert!(matches!(error, CallbackError::InDoubt(_)), "{error}");
        }
        service.join().unwrap();
        let error = post_to(address).await;
        assert!(matches!(error, CallbackError::Again(_)), "{error}");
    }
}
