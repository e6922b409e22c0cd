//! A client of the toggle service: the state first, then each change.

use std::time::Duration;

use aws::{Network, Stream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, HeaderValue};
use tokio_tungstenite::tungstenite::{self, Message as Frame};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use super::error::ServiceError;
use super::message::Message;

/// API Gateway closes a connection that is silent for ten minutes.
const PING_EVERY: Duration = Duration::from_mins(4);

/// The pauses between attempts to connect: the first client after a while may connect while the
/// functions of `$connect` are still starting, which API Gateway answers with 5xx.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// A connection.
#[derive(Debug)]
pub struct Client {
    socket: Socket,
}

/// A message, and its text as received.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The text, which is JSON.
    pub text: String,
    /// The message.
    pub message: Message,
}

impl Client {
    /// Connects over a network, with a token if there is one, and retries if that may help.
    ///
    /// # Errors
    /// [`ServiceError::Unreachable`], at once if the service refuses the connection.
    pub async fn connect(
        network: &Network,
        url: &str,
        token: Option<&str>,
    ) -> Result<Self, ServiceError> {
        for pause in PAUSES {
            match Self::try_connect(network, url, token).await {
                Err(error) if error.is_transient() => sleep(pause).await,
                ended => return ended,
            }
        }
        Self::try_connect(network, url, token).await
    }

    /// Connects, in one attempt.
    pub(super) async fn try_connect(
        network: &Network,
        url: &str,
        token: Option<&str>,
    ) -> Result<Self, ServiceError> {
        match open(network, url, token).await {
            Ok(socket) => Ok(Self { socket }),
            Err(error) => Err(ServiceError::Unreachable {
                url: url.to_owned(),
                source: Box::new(error),
            }),
        }
    }

    /// The next message; `None` once the connection is closed.
    pub async fn next(&mut self) -> Option<Received> {
        let mut ping = interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            tokio::select! {
                frame = self.socket.next() => match frame?.ok()? {
                    Frame::Text(text) => {
                        if let Some(message) = Message::parse(&text) {
                            return Some(Received { text: text.to_string(), message });
                        }
                    }
                    Frame::Close(_) => return None,
                    _ => {}
                },
                _ = ping.tick() => self.socket.send(Frame::Ping(Vec::new().into())).await.ok()?,
            }
        }
    }

    /// Closes the connection, as a client does when it leaves.
    pub async fn close(mut self) {
        let _ = self.socket.close(None).await;
    }
}

type Socket = WebSocketStream<MaybeTlsStream<Stream>>;

async fn open(
    network: &Network,
    url: &str,
    token: Option<&str>,
) -> Result<Socket, tungstenite::Error> {
    let mut request = url.into_client_request()?;
    if let Some(token) = token {
        let bearer = HeaderValue::try_from(format!("Bearer {token}"));
        let bearer = bearer.map_err(tungstenite::http::Error::from)?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
    }
    let stream = network.connect(request.uri()).await?;
    let tls = Connector::Rustls(network.tls()?);
    // The handshake's future is large.
    let handshake = client_async_tls_with_config(request, stream, None, Some(tls));
    let (socket, _) = Box::pin(handshake).await?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_tungstenite::accept_async;

    use super::*;

    /// A service that answers the first attempts with these statuses, and then accepts.
    async fn connect_to(statuses: &'static [&str]) -> (Result<Client, ServiceError>, usize) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let (sender, mut attempts) = tokio::sync::mpsc::unbounded_channel();
        let service = tokio::spawn(async move {
            for status in statuses {
                let (mut stream, _) = listener.accept().await.unwrap();
                sender.send(()).unwrap();
                let _ = stream.read(&mut [0; 4096]).await.unwrap();
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            let (stream, _) = listener.accept().await.unwrap();
            sender.send(()).unwrap();
            accept_async(stream).await
        });
        tokio::time::pause();
        let client = Client::connect(&Network::default(), &url, None).await;
        tokio::time::resume();
        service.abort();
        attempts.close();
        let mut count = 0;
        while attempts.recv().await.is_some() {
            count += 1;
        }
        (client, count)
    }

    #[tokio::test]
    async fn it_tries_again_while_the_service_is_not_ready() {
        let (client, attempts) = connect_to(&["502 Bad Gateway", "429 Too Many Requests"]).await;
        client.unwrap();
        assert_eq!(attempts, 3);
        let (client, attempts) = connect_to(&["500 Internal Server Error"; 9]).await;
        client.unwrap_err();
        assert_eq!(attempts, 4);
    }

    #[tokio::test]
    async fn a_refusal_is_final() {
        let (client, attempts) = connect_to(&["403 Forbidden"]).await;
        let error = client.unwrap_err().to_string();
        assert!(error.contains("403"), "{error}");
        assert_eq!(attempts, 1);
    }
}
