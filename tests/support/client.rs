//! A browser's end of the toggle service.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_tls};

use super::PATIENCE;

/// A WebSocket client without any of Frontage's code.
#[derive(Debug)]
pub struct Client {
    protocol: Option<String>,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Every message so far.
    pub received: Vec<Value>,
    /// The last of them as it came.
    pub frame: String,
}

/// Toggles by id.
pub type Toggles = BTreeMap<String, Value>;

impl Client {
    /// Connects to a URL like a browser, or with a handshake of its own, and retries while the functions
    /// of `$connect` are still starting.
    pub async fn connect(to: impl IntoClientRequest + Clone) -> Self {
        for _ in 0..3 {
            match Self::try_connect(to.clone()).await {
                Err(Error::Http(answer)) if answer.status().is_server_error() => {
                    eprintln!("{}", answer.status());
                    sleep(Duration::from_secs(1)).await;
                }
                ended => return ended.expect("the service takes the connection"),
            }
        }
        panic!("it answers with nothing but 5xx");
    }

    pub async fn try_connect(to: impl IntoClientRequest) -> Result<Self, Error> {
        let request = to.into_client_request()?;
        let uri = request.uri();
        let authority = uri.authority().expect("ws://HOST:PORT/…").as_str();
        let stream = TcpStream::connect(authority)
            .await
            .expect("the endpoint listens");
        let (socket, answer) = client_async_tls(request, stream).await?;
        let protocol = answer.headers().get(SEC_WEBSOCKET_PROTOCOL);
        let protocol = protocol.and_then(|chosen| chosen.to_str().ok());
        Ok(Self {
            protocol: protocol.map(str::to_owned),
            socket,
            received: Vec::new(),
            frame: String::new(),
        })
    }

    /// The subprotocol that the service chose.
    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    /// Sends a message.
    pub async fn send(&mut self, text: &str) {
        let sent = self.socket.send(Message::text(text)).await;
        sent.expect("the connection is open");
    }

    /// The next message; `None` once the service has closed the connection.
    pub async fn next(&mut self) -> Option<Value> {
        let next = async {
            loop {
                match self.socket.next().await? {
                    Ok(Message::Text(text)) => return Some(text),
                    Ok(Message::Close(_)) | Err(_) => return None,
                    Ok(_) => {}
                }
            }
        };
        let text = timeout(PATIENCE, next)
            .await
            .unwrap_or_else(|_| panic!("no message came: {:#?}", self.received))?;
        let message: Value = serde_json::from_str(&text).expect("a message is JSON");
        self.received.push(message.clone());
        self.frame = text.to_string();
        Some(message)
    }

    /// Whether no message arrives for a while, or the service closes the connection without one.
    pub async fn is_told_nothing(&mut self, seconds: u64) -> bool {
        let told = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(_))) => return true,
                    None | Some(Err(_)) => return false,
                    Some(Ok(_)) => {}
                }
            }
        };
        !timeout(Duration::from_secs(seconds), told)
            .await
            .unwrap_or(false)
    }

    /// Waits for exactly this message, apart from revisions, which are times. Messages before it may only repeat earlier ones, since a
    /// message may arrive more than once, or be the last change to a toggle in the awaited state.
    pub async fn expect(&mut self, wanted: &Value) {
        let received: Vec<Value> = self.received.iter().cloned().map(unrevised).collect();
        let arrays = received.iter().chain([wanted]).filter_map(Value::as_array);
        let known: Vec<Value> = arrays.flatten().chain(&received).cloned().collect();
        loop {
            let message = self.next().await.expect("the connection stays open");
            let message = unrevised(message);
            if message == *wanted {
                return;
            }
            assert!(known.contains(&message), "{message} came, not {wanted}");
        }
    }

    /// The state as kept by a client that applies every message in order.
    pub fn state(&self) -> Toggles {
        let mut toggles = Toggles::new();
        let mut first = true;
        for message in &self.received {
            match message {
                Value::Array(items) => {
                    if std::mem::take(&mut first) {
                        toggles.clear();
                    }
                    toggles.extend(items.iter().map(|item| (id(item), item.clone())));
                }
                removed if removed.get("isRemoved").is_some() => {
                    toggles.remove(&id(&removed["featureId"]));
                }
                item => {
                    toggles.insert(id(item), item.clone());
                }
            }
        }
        toggles
    }

    /// Reads until the state is this.
    pub async fn reach(&mut self, wanted: &Toggles) {
        while !self.received.iter().any(Value::is_array) || self.state() != *wanted {
            self.next().await.expect("the connection stays open");
        }
    }

    /// Closes like a browser.
    pub async fn close(mut self) {
        self.socket.close(None).await.expect("closed");
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    /// Ends like a browser whose machine lost its power: a reset, and no close frame.
    pub fn reset(self) {
        let MaybeTlsStream::Plain(stream) = self.socket.get_ref() else {
            return;
        };
        stream.set_zero_linger().expect("set");
    }
}

/// A message without revisions.
fn unrevised(mut message: Value) -> Value {
    let items = match &mut message {
        Value::Array(items) => items.as_mut_slice(),
        item => std::slice::from_mut(item),
    };
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        item.remove("revision");
    }
    message
}

/// The id of an item.
fn id(item: &Value) -> String {
    item["featureId"]["S"]
        .as_str()
        .unwrap_or_else(|| panic!("an item has a featureId: {item}"))
        .to_owned()
}
