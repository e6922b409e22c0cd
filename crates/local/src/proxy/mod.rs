//! The reverse proxy in front of the emulator: it gives each site and the login pages a URL that a
//! browser can open.
//!
//! A host is the one on AWS with its last label replaced by `localhost`, which browsers resolve by
//! themselves and treat as a secure context, as code with PKCE requires: `d123.cloudfront.net` is
//! `http://d123.cloudfront.localhost:PORT`. Everything else passes through unchanged: AWS calls,
//! and WebSocket connections. So a program that gets this proxy as its endpoint needs no other URL.
//!
//! It adds behaviour of AWS that MiniStack lacks; see the modules `sites` and `login`. What it keeps
//! away from an emulator whose functions run on a person's machine is in the module `guard`.

mod guard;
mod hosts;
mod layer;
mod login;
mod sites;
mod upstream;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use guard::Guard;
use hosts::Host;
use hyper::body::Incoming;
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use login::Login;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sites::Sites;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use upstream::{Upstream, boxed};

use crate::keys::Keys;

pub use layer::{Emulator, Layer};
pub use upstream::{Body, full};

/// The pause before retrying on a listener that cannot accept, as when there are too many
/// connections.
const RECOVERY: Duration = Duration::from_millis(50);

/// Why the proxy is not running.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The requested port is taken.
    #[error(
        "port {0} on 127.0.0.1 is in use: stop the program that listens there, or choose another port"
    )]
    PortInUse(u16),
    /// The emulator's URL is invalid.
    #[error("{0} is not a URL such as http://127.0.0.1:4566")]
    Upstream(String),
    /// The operating system refused something that serving needs.
    #[error("cannot {action}")]
    Io {
        /// The action.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

/// A running proxy, on its own thread. Dropping it stops it and closes every connection through it.
///
/// # Guarantees
/// It listens on 127.0.0.1 only. Bodies are streamed in both directions. No connection is closed
/// for being idle. Credentials and codes are in no log and no file.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts a proxy on a port of 127.0.0.1, by default any free one, in front of the emulator at
    /// a URL such as `http://127.0.0.1:4566`. The emulator needs to answer only once requests
    /// arrive.
    pub fn start(port: Option<u16>, upstream: &str) -> Result<Self, ProxyError> {
        Self::start_with(port, upstream, None, None)
    }

    /// Like [`Proxy::start`], in front of an emulator that these keys belong to. Only programs that
    /// have them, and pages of this machine, get a response.
    pub fn guarded(port: Option<u16>, upstream: &str, keys: &Keys) -> Result<Self, ProxyError> {
        Self::start_with(port, upstream, None, Some(keys))
    }

    /// Like [`Proxy::start`], on any free port, with a layer that handles the calls to AWS.
    pub fn layered(upstream: &str, layer: Arc<dyn Layer>) -> Result<Self, ProxyError> {
        Self::start_with(None, upstream, Some(layer), None)
    }

    fn start_with(
        port: Option<u16>,
        upstream: &str,
        layer: Option<Arc<dyn Layer>>,
        keys: Option<&Keys>,
    ) -> Result<Self, ProxyError> {
        let upstream = Upstream::new(authority(upstream)?, keys.map(Keys::gate));
        let listener = bind(port.unwrap_or(0))?;
        let port = listener
            .local_addr()
            .map_err(failed("find the proxy's port"))?
            .port();
        let gateway = Gateway {
            emulator: Emulator(Arc::new(upstream)),
            guard: keys.map(|keys| Guard::new(port, keys.access_key_id())),
            sites: Sites::default(),
            login: Login::default(),
            layer,
        };
        allow_connections();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed("start the proxy's runtime"))?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("proxy".into())
            .spawn(move || runtime.block_on(serve(listener, gateway, stopped)))
            .map_err(failed("start the proxy's thread"))?;
        Ok(Self {
            port,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The endpoint for AWS clients: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::debug!("the proxy panicked");
        }
    }
}

fn authority(upstream: &str) -> Result<Authority, ProxyError> {
    let authority = upstream
        .strip_prefix("http://")
        .and_then(|rest| rest.trim_end_matches('/').parse().ok());
    authority.ok_or_else(|| ProxyError::Upstream(upstream.to_owned()))
}

fn bind(port: u16) -> Result<TcpListener, ProxyError> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ProxyError::PortInUse(port),
            _ => failed("listen on 127.0.0.1")(source),
        })?;
    listener
        .set_nonblocking(true)
        .map_err(failed("listen on 127.0.0.1"))?;
    Ok(listener)
}

/// Each connection takes two file descriptors, and many systems start programs with a limit of
/// 1024, or 256, which they may raise.
fn allow_connections() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    ) {
        tracing::debug!(%error, "the limit of open files is unchanged");
    }
}

async fn serve(listener: TcpListener, gateway: Gateway, mut stopped: oneshot::Receiver<()>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the proxy cannot listen"),
    };
    let gateway = Arc::new(gateway);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tokio::spawn(connection(stream, Arc::clone(&gateway)))),
                Err(error) => {
                    tracing::debug!(%error, "the proxy cannot accept a connection");
                    tokio::time::sleep(RECOVERY).await;
                }
            },
            _ = &mut stopped => return,
        }
    }
}

async fn connection(stream: TcpStream, gateway: Arc<Gateway>) {
    // Messages are small, and clients wait for each.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection's delay could not be turned off");
    }
    let service = service_fn(|request| {
        let gateway = Arc::clone(&gateway);
        async move {
            let response = gateway.answer(request).await;
            response.ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionAborted))
        }
    });
    // Without a timer hyper has no timeouts.
    let served = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}

/// Responds to the requests.
struct Gateway {
    emulator: Emulator,
    guard: Option<Guard>,
    sites: Sites,
    login: Login,
    layer: Option<Arc<dyn Layer>>,
}

impl Gateway {
    /// `None` ends the connection without a response.
    async fn answer(&self, request: Request<Incoming>) -> Option<Response<Body>> {
        let request = request.map(boxed);
        let upstream = &self.emulator.0;
        let host = Host::of(&request);
        let refused = self.guard.as_ref();
        if let Some(refusal) = refused.and_then(|guard| guard.refuse(&request, &host)) {
            return Some(refusal);
        }
        Some(match host {
            Host::Login(host) => self.login.answer(upstream, &host, request).await,
            Host::Site(name) => self.sites.answer(upstream, &name, request).await,
            Host::Endpoint => {
                self.sites.note_account(request.headers());
                match &self.layer {
                    Some(layer) => return layer.answer(request, &self.emulator).await,
                    None => upstream.forward(request).await,
                }
            }
        })
    }
}

fn failed(action: &'static str) -> impl FnOnce(io::Error) -> ProxyError {
    move |source| ProxyError::Io { action, source }
}
