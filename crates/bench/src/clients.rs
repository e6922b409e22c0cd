//! Clients of the toggle service, each with its own WebSocket.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::outcome::Outcome;

/// The number of concurrent connection attempts.
const CONNECTING: usize = 8;
/// How long a state or a change may take to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

/// A message that a client received, and when.
struct Arrival {
    client: usize,
    at: Instant,
    text: String,
}

/// Connected clients. They disconnect when this is dropped.
#[derive(Debug)]
pub(crate) struct Clients {
    url: String,
    readers: JoinSet<()>,
    sender: mpsc::UnboundedSender<Arrival>,
    arrivals: mpsc::UnboundedReceiver<Arrival>,
}

impl Clients {
    /// No clients yet, for the service at this URL.
    pub(crate) fn of(url: String) -> Self {
        let (sender, arrivals) = mpsc::unbounded_channel();
        Self {
            url,
            readers: JoinSet::new(),
            sender,
            arrivals,
        }
    }

    /// The number of clients.
    pub(crate) fn count(&self) -> usize {
        self.readers.len()
    }

    /// Connects more clients, until there are this many and each has received the state.
    pub(crate) async fn grow(&mut self, count: usize) -> Outcome<()> {
        let url = self.url.as_str();
        let sockets = stream::iter(self.count()..count)
            .map(|client| async move { (client, connect_async(url).await) });
        let mut sockets = sockets.buffer_unordered(CONNECTING);
        let mut new = 0;
        while let Some((client, socket)) = sockets.next().await {
            let (mut socket, _) = socket?;
            let sender = self.sender.clone();
            self.readers.spawn(async move {
                while let Some(Ok(message)) = socket.next().await {
                    let Message::Text(text) = message else {
                        continue;
                    };
                    if sender
                        .send(Arrival {
                            client,
                            at: Instant::now(),
                            text: text.to_string(),
                        })
                        .is_err()
                    {
                        break;
                    }
                }
            });
            new += 1;
        }
        drop(sockets);
        self.heard(new, |text| text.starts_with('['))
            .await
            .map(drop)
    }

    /// Waits until so many have received the state again.
    pub(crate) async fn have_the_state(&mut self, count: usize) -> Outcome<()> {
        self.heard(count, |text| text.starts_with('['))
            .await
            .map(drop)
    }

    /// Waits until all have received a message that contains this text, and returns when the last
    /// one did.
    pub(crate) async fn all_heard(&mut self, marker: &str) -> Outcome<Instant> {
        self.heard(self.count(), |text| text.contains(marker)).await
    }

    async fn heard(&mut self, count: usize, is_it: impl Fn(&str) -> bool) -> Outcome<Instant> {
        let mut heard = BTreeSet::new();
        let mut last = Instant::now();
        while heard.len() < count {
            let arrival = timeout(PATIENCE, self.arrivals.recv()).await;
            let arrival = arrival
                .map_err(|_| format!("{} of {count} clients received the message", heard.len()))?;
            let arrival = arrival.ok_or("the clients have disconnected")?;
            if is_it(&arrival.text) && heard.insert(arrival.client) {
                last = arrival.at;
            }
        }
        Ok(last)
    }
}
