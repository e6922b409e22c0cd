//! A slow line, for the tests of uploads.

use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A minute of the client and of the line takes 0.6 s here.
const FASTER: u32 = 100;

/// Bytes per second.
const SPEED: usize = 45_000;

/// A sleep that takes a hundredth of its time.
#[derive(Debug)]
pub(crate) struct FastSleep;

impl AsyncSleep for FastSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(duration / FASTER))
    }
}

/// A host that receives one upload over a line of 45 kB/s, and answers once it is there. It ends when
/// it is dropped.
pub(crate) struct SlowLine {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    host: JoinHandle<()>,
}

impl SlowLine {
    /// Starts the host, which answers with this status line and body.
    pub(crate) async fn start(status: &'static str, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let host = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            receive(&mut connection).await;
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
            let _ = connection.write_all(answer.as_bytes()).await;
        });
        Self { url, host }
    }
}

impl Drop for SlowLine {
    fn drop(&mut self) {
        self.host.abort();
    }
}

/// Receives one request, at the line's speed.
async fn receive(connection: &mut TcpStream) {
    let mut received = Vec::new();
    let mut chunk = vec![0; 9 * SPEED];
    while length(&received).is_none_or(|whole| received.len() < whole) {
        let read = connection.read(&mut chunk).await.unwrap();
        assert_ne!(read, 0, "the request ended early");
        received.extend(&chunk[..read]);
        let milliseconds = u64::try_from(1_000 * read / SPEED).unwrap();
        tokio::time::sleep(Duration::from_millis(milliseconds) / FASTER).await;
    }
}

/// The length of a request, once its headers are there.
fn length(received: &[u8]) -> Option<usize> {
    let end = received.windows(4).position(|of| of == b"\r\n\r\n")? + 4;
    let headers = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
    let body = headers.split_once("content-length:")?.1.lines().next()?;
    Some(end + body.trim().parse::<usize>().unwrap())
}
