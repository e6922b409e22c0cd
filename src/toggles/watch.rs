//! A client that connects again whenever its connection closes, as the service's do every two
//! hours.

use std::time::Duration;

use aws::Network;
use tokio::time::sleep;

use super::client::{Client, Received};
use super::error::ServiceError;
use super::revisions::Revisions;

/// The pause before the second attempt to connect again; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// An event in the life of a client that watches.
#[derive(Debug)]
pub enum Event {
    /// The service sent a message.
    Received(Received),
    /// The connection closed; the client is about to connect again.
    Closed,
    /// Connecting again failed; the client tries again after the pause.
    Failed {
        /// Why.
        error: ServiceError,
        /// The pause.
        pause: Duration,
    },
}

/// A client that connects again whenever its connection closes. The state arrives first on each
/// connection, so nothing that happened in between is missed.
#[derive(Debug)]
pub struct Watch {
    network: Network,
    url: String,
    token: Option<String>,
    client: Option<Client>,
    revisions: Revisions,
    pause: Duration,
}

impl Watch {
    /// Connects over a network, with a token if there is one.
    ///
    /// # Errors
    /// As [`Client::connect`]: before a first connection it is more likely that the service does
    /// not exist than that it is about to answer.
    pub async fn connect(
        network: &Network,
        url: &str,
        token: Option<String>,
    ) -> Result<Self, ServiceError> {
        Ok(Self {
            network: network.clone(),
            url: url.to_owned(),
            client: Some(Client::connect(network, url, token.as_deref()).await?),
            token,
            revisions: Revisions::default(),
            pause: Duration::ZERO,
        })
    }

    /// Waits for the next event. A wait that is dropped and begun again misses no message.
    pub async fn next(&mut self) -> Event {
        loop {
            if let Some(client) = &mut self.client {
                let Some(received) = client.next().await else {
                    self.client = None;
                    self.revisions = Revisions::default();
                    return Event::Closed;
                };
                match self.revisions.newest(received) {
                    Some(received) => return Event::Received(received),
                    None => continue,
                }
            }
            sleep(self.pause).await;
            let token = self.token.as_deref();
            match Client::try_connect(&self.network, &self.url, token).await {
                Ok(client) => {
                    self.client = Some(client);
                    self.pause = Duration::ZERO;
                }
                Err(error) => {
                    let pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
                    self.pause = pause;
                    return Event::Failed { error, pause };
                }
            }
        }
    }

    /// Closes the connection, as a client does when it leaves.
    pub async fn close(self) {
        if let Some(client) = self.client {
            client.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::SinkExt as _;
    use tokio::net::TcpListener;
    use tokio_tungstenite::accept_async;
    use tokio_tungstenite::tungstenite::Message as Frame;

    use super::*;
    use crate::toggles::Message;

    async fn listen() -> (TcpListener, String) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        (listener, url)
    }

    /// Accepts one connection, sends a message, and closes.
    async fn serve(listener: &TcpListener, message: &str) {
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = accept_async(stream).await.unwrap();
        socket.send(Frame::text(message)).await.unwrap();
        socket.close(None).await.unwrap();
    }

    #[tokio::test]
    async fn it_connects_again_when_the_service_closes_the_connection() {
        let (listener, url) = listen().await;
        let service = tokio::spawn(async move {
            serve(&listener, "[]").await;
            serve(&listener, r#"[{"featureId": {"S": "1"}}]"#).await;
        });
        let mut watch = Watch::connect(&Network::default(), &url, None)
            .await
            .unwrap();
        let mut counts = Vec::new();
        for _ in 0..2 {
            let Event::Received(Received {
                message: Message::State(toggles),
                ..
            }) = watch.next().await
            else {
                panic!("a state comes first");
            };
            counts.push(toggles.len());
            assert!(matches!(watch.next().await, Event::Closed));
        }
        assert_eq!(counts, [0, 1]);
        service.await.unwrap();
    }

    #[tokio::test]
    async fn it_pauses_longer_and_longer_while_nobody_answers() {
        let (listener, url) = listen().await;
        let service = tokio::spawn(async move { serve(&listener, "[]").await });
        let mut watch = Watch::connect(&Network::default(), &url, None)
            .await
            .unwrap();
        service.await.unwrap();
        assert!(matches!(watch.next().await, Event::Received(_)));
        assert!(matches!(watch.next().await, Event::Closed));
        tokio::time::pause();
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let Event::Failed { pause, .. } = watch.next().await else {
                panic!("nobody listens");
            };
            pauses.push(pause.as_secs());
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
    }
}
