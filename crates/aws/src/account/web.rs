//! Calls of services that are not AWS's own, over the same network.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::{AggregatedBytes, ByteStream};
use http::Request;
use tokio::time::timeout;

use super::connection::AccountError;
use super::error::reason;
use super::network::Network;
use super::variables::Variables;

/// How long connecting may take, and how long the whole of an answer: an HTTP API of API Gateway has 30 s.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(35);

/// The answer of a web service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAnswer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

impl Network {
    /// The network as the environment of this process describes it, without a profile.
    ///
    /// # Errors
    /// If a proxy or the certificate authorities are not described well.
    pub fn of_the_process() -> Result<Self, AccountError> {
        Self::new(&Variables::of_the_process(), None)
    }

    /// Sends a request, whose URL is whole, once.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(&self, request: Request<String>) -> Result<WebAnswer, String> {
        let is_secure = request.uri().scheme_str() == Some("https");
        let proxy = if is_secure {
            self.proxies.https()
        } else {
            self.proxies.http()
        };
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT);
        let connector = Connector::builder()
            .proxy_config(proxy)
            .connector_settings(settings.build())
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(self.trust.context())
            .build();
        let request: Result<HttpRequest, HttpError> = request.map(SdkBody::from).try_into();
        let request = request.map_err(|error| reason(&error))?;
        let answered = timeout(ANSWER, async {
            let answer = connector
                .call(request)
                .await
                .map_err(|error| reason(&error))?;
            let status = answer.status().as_u16();
            let body = ByteStream::new(answer.into_body()).collect().await;
            let body = body.map_err(|error| reason(&error))?;
            Ok(WebAnswer {
                status,
                body: AggregatedBytes::to_vec(body),
            })
        });
        let answered = answered.await;
        answered.map_err(|_| format!("no answer in {} s", ANSWER.as_secs()))?
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_request_is_sent_once_and_its_answer_is_read() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/toggle?id=a%2Fb", listener.local_addr().unwrap());
        let service = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4_096];
            let length = stream.read(&mut request).await.unwrap();
            let answer = "HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n{}";
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let request = Request::patch(&url).header("authorization", "Bearer t");
        let request = request.body("{\"a\":1}".to_owned()).unwrap();
        let answer = Network::default().send(request).await.unwrap();
        assert_eq!((answer.status, answer.body), (409, b"{}".to_vec()));
        let sent = service.await.unwrap();
        assert!(
            sent.starts_with("PATCH /toggle?id=a%2Fb HTTP/1.1\r\n"),
            "{sent}"
        );
        assert!(
            sent.contains("authorization: Bearer t\r\n") && sent.ends_with("{\"a\":1}"),
            "{sent}"
        );
    }

    #[tokio::test]
    async fn who_is_not_there_is_said() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let request = Request::get(&url).body(String::new()).unwrap();
        let error = Network::default().send(request).await.unwrap_err();
        assert!(!error.is_empty());
    }
}
