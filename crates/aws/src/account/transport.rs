//! The HTTP client of every AWS client: it counts the calls, bounds those in flight, keeps each
//! service under its quota, and sends throttled calls again.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::answer::Form;
use super::network::Network;
use super::pace::{IN_FLIGHT, Pace, at_once};
use super::throttle::{Throttling, expired};

/// The number of calls sent, retries included.
#[derive(Clone, Debug, Default)]
pub struct CallCount(Arc<AtomicU64>);

impl CallCount {
    /// The calls so far.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long a connection is kept for a later call, and how many to one host.
#[derive(Clone, Copy)]
struct Kept {
    seconds: u64,
    per_host: usize,
}

/// The dozen hosts of the services.
const SERVICES: Kept = Kept {
    seconds: 10,
    per_host: 12,
};

/// Each bucket is a host.
const BUCKETS: Kept = Kept {
    seconds: 1,
    per_host: 2,
};

/// The connections that all services share.
pub(crate) fn connections(network: &Network) -> SharedHttpClient {
    let (http, https) = (network.proxies.http(), network.proxies.https());
    let trust = network.trust.context();
    SharedHttpClient::new(Connections {
        http: connections_through(http, trust.clone(), SERVICES),
        https: connections_through(https.clone(), trust.clone(), SERVICES),
        buckets: connections_through(https, trust, BUCKETS),
        in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
    })
}

fn connections_through(proxy: ProxyConfig, trust: TlsContext, kept: Kept) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(proxy.clone())
            .pool_idle_timeout(Duration::from_secs(kept.seconds))
            .pool_max_idle_per_host(kept.per_host);
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(trust.clone())
            .build()
    })
}

/// Connections by what is called: the SDK's client has one proxy for all of its calls.
#[derive(Clone, Debug)]
struct Connections {
    http: SharedHttpClient,
    https: SharedHttpClient,
    buckets: SharedHttpClient,
    in_flight: Arc<Semaphore>,
}

impl HttpClient for Connections {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(ByHost {
            connections: self.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }
}

/// Chooses when the call is made: certificates are read only where TLS needs them.
#[derive(Debug)]
struct ByHost {
    connections: Connections,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for ByHost {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri();
        let client = if !uri.starts_with("https:") {
            &self.connections.http
        } else if uri.contains(".s3.") {
            &self.connections.buckets
        } else {
            &self.connections.https
        };
        let connector = client.http_connector(&self.settings, &self.components);
        let in_flight = Arc::clone(&self.connections.in_flight);
        HttpConnectorFuture::new(async move {
            // Never closed.
            let _place = in_flight.acquire().await.ok();
            connector.call(request).await
        })
    }
}

/// The header that marks an emulator's answers: an endpoint was set in place of AWS's.
pub(crate) const EMULATED: &str = "x-frontage-emulated";

/// A service's calls over shared connections: counted, bounded, and on AWS paced. The service is
/// given by its signing name.
pub(crate) fn client(
    connections: SharedHttpClient,
    count: CallCount,
    service: &str,
    to: Endpoint,
) -> SharedHttpClient {
    SharedHttpClient::new(Metered {
        connections,
        count,
        at_once: Arc::new(at_once(service)),
        throttling: Arc::new(Throttling::of(service)),
        service: service.to_owned(),
        to,
    })
}

/// The endpoint that answers.
#[derive(Clone)]
pub(crate) enum Endpoint {
    /// AWS, whose quotas apply.
    Aws(Option<Arc<Pace>>),
    /// An emulator, whose answers are marked.
    Emulator,
}

impl Endpoint {
    /// AWS's endpoint of a service, by its signing name.
    pub(crate) fn service(service: &str) -> Self {
        Self::Aws(Pace::of(service).map(Arc::new))
    }
}

#[derive(Clone)]
struct Metered {
    connections: SharedHttpClient,
    count: CallCount,
    at_once: Arc<Semaphore>,
    throttling: Arc<Throttling>,
    service: String,
    to: Endpoint,
}

impl fmt::Debug for Metered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metered")
            .field("count", &self.count.get())
            .finish_non_exhaustive()
    }
}

impl HttpClient for Metered {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(MeteredConnector {
            connector: self.connections.http_connector(settings, components),
            meter: self.clone(),
        })
    }
}

#[derive(Clone, Debug)]
struct MeteredConnector {
    connector: SharedHttpConnector,
    meter: Metered,
}

/// A signature is valid for five minutes (IAM's user guide, "Troubleshoot Signature Version 4
/// signing"). One that is older than this is not sent.
const SIGNED: Duration = Duration::from_mins(4);

impl HttpConnector for MeteredConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (this, signed) = (self.clone(), Instant::now());
        HttpConnectorFuture::new(async move {
            let send = |request| this.send(request, signed);
            let throttling = &this.meter.throttling;
            throttling.outlast(request, signed + SIGNED, send).await
        })
    }
}

impl MeteredConnector {
    /// Sends a request once, in its turn.
    async fn send(
        &self,
        request: HttpRequest,
        signed: Instant,
    ) -> Result<HttpResponse, ConnectorError> {
        if let Endpoint::Aws(Some(pace)) = &self.meter.to {
            pace.turn().await;
        }
        // Never closed.
        let _place = self.meter.at_once.acquire().await.ok();
        if signed.elapsed() > SIGNED {
            return Err(expired());
        }
        self.meter.count.0.fetch_add(1, Ordering::Relaxed);
        let form = Form::of(&request, &self.meter.service);
        let response = self.connector.call(request).await?;
        let mut response = form.check(response).await?;
        if matches!(self.meter.to, Endpoint::Emulator) {
            response.headers_mut().insert(EMULATED, "yes");
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
    use futures_util::future::try_join_all;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::sleep;

    use super::*;
    use crate::account::patience::stalled_streams;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

    /// Answers each request on a connection after a moment, until the client closes it.
    async fn serve(mut connection: TcpStream) {
        let mut bytes = [0; 8192];
        while connection.read(&mut bytes).await.is_ok_and(|read| read > 0) {
            sleep(Duration::from_millis(2)).await;
            let _ = connection.write_all(ANSWER).await;
        }
    }

    /// Serves in the background, and counts the most connections that are open at once.
    async fn server() -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let most = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&most);
        tokio::spawn(async move {
            let open = Arc::new(());
            while let Ok((connection, _)) = listener.accept().await {
                let one = Arc::clone(&open);
                counted.fetch_max(Arc::strong_count(&open) - 1, Ordering::Relaxed);
                tokio::spawn(async move {
                    serve(connection).await;
                    drop(one);
                });
            }
        });
        (url, most)
    }

    async fn call_often(service: &str, url: &str, connections: &SharedHttpClient) {
        let count = CallCount::default();
        let client = client(
            connections.clone(),
            count.clone(),
            service,
            Endpoint::Emulator,
        );
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .endpoint_url(url)
            .stalled_stream_protection(stalled_streams())
            .http_client(client)
            .build();
        let sqs = aws_sdk_sqs::Client::from_conf(config);
        let calls = (0..100).map(|_| sqs.list_queues().send());
        try_join_all(calls).await.unwrap();
        assert_eq!(count.get(), 100);
    }

    #[tokio::test]
    async fn any_number_of_calls_takes_few_connections() {
        let (url, most) = server().await;
        let connections = connections(&Network::default());
        call_often("sqs", &url, &connections).await;
        let of_one = most.load(Ordering::Relaxed);
        assert!((2..=2 * 12).contains(&of_one), "{of_one}");

        let names: Vec<_> = (0..10).map(|number| format!("service-{number}")).collect();
        let calls = names.iter().map(async |name| {
            call_often(name, &url, &connections).await;
            Ok::<_, ()>(())
        });
        try_join_all(calls).await.unwrap();
        let of_all = most.load(Ordering::Relaxed);
        assert!((25..=2 * IN_FLIGHT).contains(&of_all), "{of_all}");
    }
}
