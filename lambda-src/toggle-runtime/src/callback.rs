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

    /// Without a status the connection to the service was closed or refused: nothing more will
    /// happen to what was sent on it.
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
            Err(Unsent::Broken(error)) => Err(CallbackError::Again(error)),
        }
    }
}

fn classify(answer: &Answer) -> Result<(), CallbackError> {
    let text = || answer.to_string();
    match answer.status {
        200..300 => Ok(()),
        410 => Err(CallbackError::Gone),
        429 | 500.. => Err(CallbackError::Again(text())),
        _ => Err(CallbackError::Refused(text())),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use fake_aws::FakeAws;

    use crate::wire::signed;

    const CALL: &str = "POST https://fake/live/@connections/c%3D";

    fn connection() -> Connection {
        Connection {
            id: "c=".into(),
            endpoint: "https://fake/live".into(),
            connected_at: 0,
            expiry: None,
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
        for status in [429, 500, 503, 504] {
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
    enum Silent {
        Broken,
        Hanging,
    }

    impl HttpConnector for Silent {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            match self {
                Self::Broken => HttpConnectorFuture::ready(Err(ConnectorError::io("reset".into()))),
                Self::Hanging => HttpConnectorFuture::new(pending()),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_doubt_and_a_broken_connection_is_none() {
        let post = async |http| management(http).post(&connection(), b"x").await;
        assert!(matches!(
            post(Silent::Hanging).await,
            Err(CallbackError::InDoubt(_))
        ));
        assert!(matches!(
            post(Silent::Broken).await,
            Err(CallbackError::Again(_))
        ));
    }
}
