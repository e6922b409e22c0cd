//! A client of the toggle service: the state first, then each change.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::error::TogglesError;
use super::message::Message;

/// API Gateway closes a connection that is silent for ten minutes.
const PING_EVERY: Duration = Duration::from_mins(4);

/// A connection.
#[derive(Debug)]
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// A message, and its text as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The text, which is JSON.
    pub text: String,
    /// The message.
    pub message: Message,
}

impl Client {
    /// Connects.
    pub async fn connect(url: &str) -> Result<Self, TogglesError> {
        match connect_async(url).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(error) => Err(TogglesError::Unreachable {
                url: url.to_owned(),
                reason: error.to_string(),
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

    /// Closes the connection, as a client does that leaves.
    pub async fn close(mut self) {
        let _ = self.socket.close(None).await;
    }
}
