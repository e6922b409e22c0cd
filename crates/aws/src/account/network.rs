//! How hosts are reached: through which proxies, and which certificate authorities are trusted.

use std::io;
use std::sync::Arc;

use aws_config::profile::ProfileSet;
use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service as _;

use super::connection::AccountError;
use super::proxies::Proxies;
use super::trust::Trust;
use super::variables::Variables;

/// How hosts are reached: through which proxies, and which certificate authorities are trusted.
///
/// By default directly, trusting the operating system's.
#[derive(Clone, Debug, Default)]
pub struct Network {
    pub(super) proxies: Proxies,
    pub(super) trust: Trust,
}

/// A connection to a host, or through a tunnel of a proxy.
pub type Stream = TokioIo<MaybeHttpsStream<TokioIo<TcpStream>>>;

impl Network {
    pub(super) fn new(
        variables: &Variables,
        profiles: Option<&ProfileSet>,
    ) -> Result<Self, AccountError> {
        Ok(Self {
            proxies: Proxies::new(variables)?,
            trust: Trust::new(variables, profiles)?,
        })
    }

    /// The TLS settings of a client.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn tls(&self) -> io::Result<Arc<ClientConfig>> {
        self.trust.tls().map_err(io::Error::other)
    }

    /// Connects to the host and port of a URL, whose scheme decides on the proxy: `https` and `wss`
    /// are reached through `HTTPS_PROXY`, others through `HTTP_PROXY`. TLS is up to the caller.
    ///
    /// # Errors
    /// If the host or the proxy is not reached, or the proxy refuses the tunnel.
    pub async fn connect(&self, url: &Uri) -> io::Result<Stream> {
        let target = target(url)?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let mut connector = HttpsConnector::from((tcp, self.tls()?));
        let Some(proxy) = self.proxies.on_the_way_to(&target) else {
            // Without TLS, which is the caller's.
            let address = with_scheme(&target, "http")?;
            let stream = connector.call(address).await.map_err(io::Error::other)?;
            return Ok(TokioIo::new(stream));
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), connector);
        if let Some(authorization) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        let stream = tunnel.call(target).await.map_err(|error| {
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            let source = source.unwrap_or_default();
            io::Error::other(format!("the proxy {}: {error}{source}", proxy.uri()))
        })?;
        Ok(TokioIo::new(stream))
    }
}

/// Where a URL leads: `http` or `https`, the host and the port, which is always said.
fn target(url: &Uri) -> io::Result<Uri> {
    let secure = matches!(url.scheme_str(), Some("https" | "wss"));
    let (scheme, port) = if secure { ("https", 443) } else { ("http", 80) };
    let host = url.host().unwrap_or_default();
    let port = url.port_u16().unwrap_or(port);
    let target = Uri::builder()
        .scheme(scheme)
        .authority(format!("{host}:{port}"));
    target
        .path_and_query("/")
        .build()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

fn with_scheme(url: &Uri, scheme: &str) -> io::Result<Uri> {
    let mut parts = url.clone().into_parts();
    parts.scheme = scheme.parse().ok();
    Uri::from_parts(parts).map_err(io::Error::other)
}

#[cfg(test)]
mod tests;
