//! The reverse proxy before the emulator: it gives each site and the login pages an address that a
//! browser can open.
//!
//! An address is the one on AWS with its last label replaced by `localhost`, which browsers resolve
//! by themselves and take for a secure context, as code with PKCE needs: `d123.cloudfront.net` is
//! `http://d123.cloudfront.localhost:PORT`. Everything else passes through as it is: AWS calls, and
//! WebSocket connections. So a program that is given this proxy as its endpoint needs no other
//! address.
//!
//! What it adds to the emulator is what AWS does and MiniStack doesn't; the modules `sites` and
//! `login` say what.

mod hosts;
mod login;
mod record;
mod sites;
mod upstream;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hosts::Host;
use hyper::body::Incoming;
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use login::Login;
use record::Record;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sites::Sites;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use upstream::{Body, Upstream, boxed};

/// Before the next look at a listener that cannot accept, as when there are too many connections.
const RECOVERY: Duration = Duration::from_millis(50);

/// Why the proxy doesn't run.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The asked port is taken.
    #[error("port {0} on 127.0.0.1 is in use: stop what listens there, or choose another port")]
    PortInUse(u16),
    /// The emulator's address is none.
    #[error("{0} is not an address such as http://127.0.0.1:4566")]
    Upstream(String),
    /// The system refused something that serving needs.
    #[error("cannot {action}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

/// A running proxy, on a thread of its own. Dropping it ends it with every connection through it.
///
/// # Guarantees
/// It listens on 127.0.0.1 only. Bodies pass in both directions as they come. No connection ends
/// for being idle. Credentials and codes are in no log and no file.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts a proxy on a port of 127.0.0.1, any free one by default, before the emulator at an
    /// address such as `http://127.0.0.1:4566`. Whether the emulator answers matters with each
    /// request only.
    pub fn start(port: Option<u16>, upstream: &str) -> Result<Self, ProxyError> {
        Self::start_with(port, upstream, None)
    }

    /// As [`Proxy::start`], on any free port, and appends each call to AWS to a file, a JSON object
    /// a line: `service` that it is signed for, `method`, `path` with its query, `headers` but for
    /// the signature, `body` in base64.
    pub fn recording(upstream: &str, file: &Path) -> Result<Self, ProxyError> {
        let record = Record::create(file).map_err(failed("create the record of requests"))?;
        Self::start_with(None, upstream, Some(record))
    }

    fn start_with(
        port: Option<u16>,
        upstream: &str,
        record: Option<Record>,
    ) -> Result<Self, ProxyError> {
        let upstream = authority(upstream)?;
        let listener = bind(port.unwrap_or(0))?;
        let port = listener
            .local_addr()
            .map_err(failed("find the proxy's port"))?
            .port();
        allow_connections();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed("start the proxy's runtime"))?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("proxy".into())
            .spawn(move || {
                runtime.block_on(serve(listener, Gateway::new(upstream, record), stopped));
            })
            .map_err(failed("start the proxy's thread"))?;
        Ok(Self {
            port,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The address to give to AWS clients: `http://127.0.0.1:PORT`.
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
/// 1024, or 256, that they may raise.
fn allow_connections() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    ) {
        tracing::debug!(%error, "the limit of open files stays");
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
    // Messages are small, and each is waited for.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let service = service_fn(|request| {
        let gateway = Arc::clone(&gateway);
        async move { Ok::<_, Infallible>(gateway.answer(request).await) }
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

/// What answers the requests.
struct Gateway {
    upstream: Upstream,
    sites: Sites,
    login: Login,
    record: Option<Record>,
}

impl Gateway {
    fn new(upstream: Authority, record: Option<Record>) -> Self {
        Self {
            upstream: Upstream::new(upstream),
            sites: Sites::default(),
            login: Login::default(),
            record,
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let request = request.map(boxed);
        match Host::of(&request) {
            Host::Login(host) => self.login.answer(&self.upstream, &host, request).await,
            Host::Site(name) => self.sites.answer(&self.upstream, &name, request).await,
            Host::Endpoint => {
                self.sites.note_account(request.headers());
                let request = match &self.record {
                    Some(record) => record.note(request).await,
                    None => request,
                };
                self.upstream.forward(request).await
            }
        }
    }
}

fn failed(action: &'static str) -> impl FnOnce(io::Error) -> ProxyError {
    move |source| ProxyError::Io { action, source }
}
