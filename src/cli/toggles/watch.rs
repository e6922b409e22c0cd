//! A client of the toggle service: the state first, then each change.

use std::time::Duration;

use engine::Goal;
use futures_util::{SinkExt as _, StreamExt as _};
use miette::{Report, miette};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::cli::advice;
use crate::cli::context::{Context, Zips};
use crate::cli::global::Format;
use crate::cli::global::Global;
use crate::cli::interrupts::Interrupts;
use crate::cli::output::print;
use crate::cli::output::say;

/// A silent connection is closed after ten minutes.
const PING_EVERY: Duration = Duration::from_mins(4);
/// The first pause before reconnecting; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A message from the service.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) enum Message {
    /// The whole state.
    State(Vec<Value>),
    /// A new or changed toggle.
    Changed(Value),
    /// A deleted toggle.
    Removed(String),
}

impl Message {
    fn parse(text: &str) -> Option<Self> {
        match serde_json::from_str(text).ok()? {
            Value::Array(items) => Some(Self::State(items)),
            item if item.get("isRemoved").is_some() => Some(Self::Removed(
                item["featureId"]["featureId"]["S"].as_str()?.to_owned(),
            )),
            item => Some(Self::Changed(item)),
        }
    }

    fn lines(&self) -> Vec<String> {
        match self {
            Self::State(items) if items.is_empty() => vec!["(no toggles)".to_owned()],
            Self::State(items) => items.iter().map(line).collect(),
            Self::Changed(item) => vec![line(item)],
            Self::Removed(id) => vec![format!("{id}  removed")],
        }
    }
}

fn line(item: &Value) -> String {
    let state = if item["isActive"]["BOOL"] == true {
        "on "
    } else {
        "off"
    };
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    format!("{}  {state}  {}", text("featureId"), text("featureName"))
}

/// A connection.
#[derive(Debug)]
pub(in crate::cli) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    /// Connects.
    pub(in crate::cli) async fn connect(url: &str) -> Result<Self, SocketError> {
        Ok(Self {
            socket: connect_async(url).await?.0,
        })
    }

    /// The next message with its text; `None` once the service has closed the connection.
    pub(in crate::cli) async fn next(&mut self) -> Option<(String, Message)> {
        let mut ping = interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            tokio::select! {
                frame = self.socket.next() => match frame?.ok()? {
                    Frame::Text(text) => {
                        if let Some(message) = Message::parse(&text) {
                            return Some((text.to_string(), message));
                        }
                    }
                    Frame::Close(_) => return None,
                    _ => {}
                },
                _ = ping.tick() => self.socket.send(Frame::Ping(Vec::new().into())).await.ok()?,
            }
        }
    }

    /// Closes the connection like a departing client.
    pub(in crate::cli) async fn close(mut self) {
        let _ = self.socket.close(None).await;
    }
}

/// Prints until interrupted; reconnects when the service closes the connection, as it does every
/// two hours.
pub(super) async fn run(global: &Global) -> Result<(), Report> {
    let url = url(global).await?;
    say(&format!("watching {url} (Ctrl-C to stop)"));
    let failed = |error: SocketError| {
        miette!(
            help = "run `frontage plan` to check that the service is deployed as described",
            "{url}: {error}"
        )
    };
    let mut interrupts = Interrupts::listen();
    let mut client = Client::connect(&url).await.map_err(failed)?;
    loop {
        tokio::select! {
            message = client.next() => if let Some((text, message)) = message {
                show(global.format, &text, &message);
            } else {
                tokio::select! {
                    next = again(&url) => client = next,
                    () = interrupts.next() => return Ok(()),
                }
            },
            () = interrupts.next() => {
                client.close().await;
                return Ok(());
            }
        }
    }
}

pub(in crate::cli) fn show(format: Format, text: &str, message: &Message) {
    match format {
        Format::Json => print(text),
        Format::Human => message.lines().iter().for_each(|line| print(line)),
    }
}

async fn again(url: &str) -> Client {
    let mut pause = FIRST_PAUSE;
    loop {
        say("the connection was closed; reconnecting");
        match Client::connect(url).await {
            Ok(client) => return client,
            Err(error) => say(&format!("{error}; trying again in {} s", pause.as_secs())),
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn url(global: &Global) -> Result<String, Report> {
    let mut context = Context::open(global, Zips::None).await?;
    let inventory = context.read(Goal::Converge).await?;
    let outputs = context.outputs(&inventory.known);
    let url = outputs
        .values()
        .find_map(|values| values.get("websocket_url"));
    url.cloned()
        .ok_or_else(|| advice::advise(NotThere, "run `frontage apply` first"))
}

/// The service is not deployed.
#[derive(Debug, thiserror::Error)]
#[error("the toggle service is not deployed in this account and Region")]
struct NotThere;
