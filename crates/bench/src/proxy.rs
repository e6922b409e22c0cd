//! A proxy that adds latency, and records when its first byte arrived.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::http::authority;
use crate::outcome::Outcome;

/// A proxy on the loopback. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    first_byte: Arc<Mutex<Option<Instant>>>,
    listener: JoinHandle<()>,
}

impl Proxy {
    /// Passes bytes to and from an endpoint. Bytes to it arrive later by `delay`, as over a longer
    /// line: any number of connections and requests are in flight at once.
    pub(crate) async fn start(endpoint: &str, delay: Duration) -> Outcome<Self> {
        let target = authority(endpoint).to_owned();
        let socket = TcpListener::bind("127.0.0.1:0").await?;
        let port = socket.local_addr()?.port();
        let first_byte = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&first_byte);
        let listener = tokio::spawn(async move {
            while let Ok((client, _)) = socket.accept().await {
                tokio::spawn(connect(client, target.clone(), delay, Arc::clone(&noted)));
            }
        });
        Ok(Self {
            port,
            first_byte,
            listener,
        })
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// When the first byte arrived since the previous call.
    pub(crate) fn take_first_byte(&self) -> Option<Instant> {
        self.first_byte
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn connect(
    client: TcpStream,
    target: String,
    delay: Duration,
    noted: Arc<Mutex<Option<Instant>>>,
) {
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    if client.set_nodelay(true).is_err() || server.set_nodelay(true).is_err() {
        return;
    }
    let ((from_client, to_client), (from_server, to_server)) =
        (client.into_split(), server.into_split());
    let note = move |at| {
        noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(at);
    };
    tokio::join!(
        pass(from_client, to_server, delay, note),
        pass(from_server, to_client, Duration::ZERO, |_| ())
    );
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    delay: Duration,
    note: impl Fn(Instant),
) {
    let (sender, mut line) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let read = async move {
        let mut bytes = vec![0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut bytes).await {
            let now = Instant::now();
            note(now);
            if sender
                .send((now + delay, bytes[..length].to_vec()))
                .is_err()
            {
                break;
            }
        }
    };
    let write = async move {
        while let Some((due, bytes)) = line.recv().await {
            if !delay.is_zero() {
                sleep_until(due).await;
            }
            if to.write_all(&bytes).await.is_err() {
                break;
            }
        }
        // Dropped with its half of the connection, which closes it.
    };
    tokio::join!(read, write);
}
