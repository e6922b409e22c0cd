//! A bare HTTP client: one connection that is kept open, one request at a time, and nothing that an
//! SDK adds.

use std::io::ErrorKind::{BrokenPipe, ConnectionReset, InvalidData, UnexpectedEof};
use std::io::{Error, Result};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A connection to an endpoint without TLS.
#[derive(Debug)]
pub(crate) struct Connection {
    endpoint: String,
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Connects to `http://HOST:PORT`.
    pub(crate) async fn open(endpoint: &str) -> Result<Self> {
        let stream = TcpStream::connect(authority(endpoint)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            endpoint: endpoint.to_owned(),
            stream: BufReader::new(stream),
        })
    }

    /// Posts, and returns the response's status and body. Retries once if the server has closed an
    /// idle connection.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Result<(u16, Vec<u8>)> {
        match self.exchange(path, headers, body).await {
            Err(error) if matches!(error.kind(), UnexpectedEof | ConnectionReset | BrokenPipe) => {
                *self = Self::open(&self.endpoint).await?;
                self.exchange(path, headers, body).await
            }
            answer => answer,
        }
    }

    async fn exchange(&mut self, path: &str, headers: &str, body: &[u8]) -> Result<(u16, Vec<u8>)> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        self.stream
            .get_mut()
            .write_all(&[head.as_bytes(), body].concat())
            .await?;
        let status = self.line().await?;
        let status = status
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| Error::from(InvalidData))?;
        let mut length = 0;
        loop {
            let line = self.line().await?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| Error::from(InvalidData))?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok((status, body))
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line).await? {
            0 => Err(UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

/// The `HOST:PORT` of `http://HOST:PORT/…`.
pub(crate) fn authority(endpoint: &str) -> &str {
    let rest = endpoint.strip_prefix("http://").unwrap_or(endpoint);
    rest.split('/').next().unwrap_or(rest)
}
