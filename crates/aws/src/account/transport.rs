//! The HTTP client of every AWS client: it counts the calls and keeps each service under its quota.

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
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::network::Network;

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

/// The connections that all services share.
pub(crate) fn connections(network: &Network) -> SharedHttpClient {
    let trust = network.trust.context();
    SharedHttpClient::new(Connections {
        http: connections_through(network.proxies.http(), trust.clone()),
        https: connections_through(network.proxies.https(), trust),
    })
}

fn connections_through(proxy: ProxyConfig, trust: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(trust.clone())
            .build()
    })
}

/// Connections by the scheme of what is called: the SDK's client has one proxy for all of its calls.
#[derive(Clone, Debug)]
struct Connections {
    http: SharedHttpClient,
    https: SharedHttpClient,
}

impl HttpClient for Connections {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(ByScheme {
            connections: self.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }
}

/// Chooses when the call is made: certificates are read only where TLS needs them.
#[derive(Debug)]
struct ByScheme {
    connections: Connections,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = if request.uri().starts_with("https:") {
            &self.connections.https
        } else {
            &self.connections.http
        };
        let connector = client.http_connector(&self.settings, &self.components);
        connector.call(request)
    }
}

/// The header that marks an emulator's answers: an endpoint was set in place of AWS's.
pub(crate) const EMULATED: &str = "x-frontage-emulated";

/// A service's calls over shared connections: counted, and on AWS paced.
pub(crate) fn client(
    connections: SharedHttpClient,
    count: CallCount,
    to: Endpoint,
) -> SharedHttpClient {
    SharedHttpClient::new(Metered {
        connections,
        count,
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

/// A limit on a service's calls: this many per second on average, this many concurrently.
pub(crate) struct Pace {
    interval: Duration,
    burst: u32,
    /// When the bucket is full again.
    full_at: Mutex<Instant>,
}

impl Pace {
    /// The account-wide quotas of control planes, halved because others use the account as well.
    ///
    /// Sources: API Gateway 10 per second with a burst of 40; Lambda 15 per second for all calls
    /// but `GetFunction`; CloudWatch Logs 5 per second for each call; Cognito 15 per second for
    /// each of reading and writing pools and clients; Certificate Manager 8 to 10 per second for
    /// each read; Route 53 5 per second for all calls.
    pub(crate) fn of(service: &str) -> Option<Self> {
        match service {
            "acm" => Some(Self::new(5, 10)),
            "apigateway" => Some(Self::new(5, 20)),
            "cognito-idp" => Some(Self::new(10, 15)),
            "lambda" => Some(Self::new(15, 15)),
            "logs" => Some(Self::new(10, 10)),
            "route53" => Some(Self::new(4, 4)),
            _ => None,
        }
    }

    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        Self {
            interval: Duration::from_secs(1) / per_second,
            burst,
            full_at: Mutex::new(Instant::now()),
        }
    }

    /// Waits for this call's turn.
    async fn turn(&self) {
        let turn = {
            let mut full_at = self.full_at.lock().await;
            let now = Instant::now();
            *full_at = (*full_at).max(now) + self.interval;
            *full_at - self.interval * self.burst
        };
        sleep_until(turn).await;
    }
}

#[derive(Clone)]
struct Metered {
    connections: SharedHttpClient,
    count: CallCount,
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

#[derive(Debug)]
struct MeteredConnector {
    connector: SharedHttpConnector,
    meter: Metered,
}

impl HttpConnector for MeteredConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (connector, meter) = (self.connector.clone(), self.meter.clone());
        HttpConnectorFuture::new(async move {
            if let Endpoint::Aws(Some(pace)) = &meter.to {
                pace.turn().await;
            }
            meter.count.0.fetch_add(1, Ordering::Relaxed);
            let mut response = connector.call(request).await?;
            if matches!(meter.to, Endpoint::Emulator) {
                response.headers_mut().insert(EMULATED, "yes");
            }
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_at_once_and_the_rest_at_the_rate() {
        let pace = Pace::new(10, 5);
        let began = Instant::now();
        for _ in 0..5 {
            pace.turn().await;
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            pace.turn().await;
        }
        assert_eq!(began.elapsed().as_millis(), 1000);
    }
}
