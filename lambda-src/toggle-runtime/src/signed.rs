//! Calls that are signed and sent without an SDK's client.

use std::error::Error;
use std::fmt;
use std::iter::successors;
use std::time::SystemTime;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::{AggregatedBytes, ByteStream};
use aws_smithy_types::error::display::DisplayErrorContext;
use hyper_util::client::legacy as client;

/// The signing name of Amazon S3, which has rules of its own: the digest of the body is a header, and
/// the path is signed as it is sent. Source: the Amazon S3 API reference, `Authenticating Requests`.
pub const S3: &str = "s3";

/// Signs and sends.
#[derive(Debug)]
pub struct Signed {
    /// Sends requests, and reuses connections.
    pub http: SharedHttpConnector,
    /// The function's credentials.
    pub credentials: SharedCredentialsProvider,
    /// The Region to sign for.
    pub region: String,
}

/// A request.
#[derive(Debug)]
pub struct Request<'r> {
    /// The signing name of the service.
    pub service: &'r str,
    /// The method.
    pub method: &'r str,
    /// The whole URI, encoded.
    pub uri: String,
    /// The headers, apart from those of the signature.
    pub headers: &'r [(&'r str, &'r str)],
    /// The body.
    pub body: &'r [u8],
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    /// The request could not be built, for example for want of credentials.
    #[error("{0}")]
    Invalid(String),
    /// No connection to the service could be opened: nothing was sent.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The connection to the service broke before an answer: the request may still take effect.
    #[error("no answer: {0}")]
    Broken(String),
}

impl Signed {
    /// One attempt, without a time limit.
    pub async fn send(&self, request: &Request<'_>) -> Result<Answer, Unsent> {
        let signed = self.sign(request).await;
        let signed = signed.map_err(|error| invalid(&*error))?;
        self.call(signed).await
    }

    /// One attempt at reading what is public, without a signature and without a time limit.
    pub async fn fetch(&self, uri: &str) -> Result<Answer, Unsent> {
        let request = http::Request::get(uri).body(SdkBody::empty());
        let request = request.map_err(|error| invalid(&error))?;
        let request = request.try_into();
        self.call(request.map_err(|error: HttpError| invalid(&error))?)
            .await
    }

    async fn call(&self, request: HttpRequest) -> Result<Answer, Unsent> {
        let answer = self.http.call(request).await;
        let answer = answer.map_err(|error| unsent(&error))?;
        let status = answer.status().as_u16();
        // Read to its end, so that the HTTP connection can serve the next call.
        let body = ByteStream::new(answer.into_body()).collect().await;
        let body = body.map(AggregatedBytes::to_vec).unwrap_or_default();
        Ok(Answer { status, body })
    }

    async fn sign(&self, request: &Request<'_>) -> Result<HttpRequest, BoxError> {
        let identity = self.credentials.provide_credentials().await?.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(request.service)
            .time(SystemTime::now())
            .settings(settings(request.service))
            .build()?;
        let unsigned = SignableRequest::new(
            request.method,
            request.uri.as_str(),
            request.headers.iter().copied(),
            SignableBody::Bytes(request.body),
        )?;
        let (signature, _) = sign(unsigned, &parameters.into())?.into_parts();
        let mut built = http::Request::builder()
            .method(request.method)
            .uri(&request.uri);
        for (name, value) in request.headers {
            built = built.header(*name, *value);
        }
        let mut built = built.body(SdkBody::from(request.body))?;
        signature.apply_to_request_http1x(&mut built);
        Ok(built.try_into()?)
    }
}

fn invalid(error: &(dyn Error + Send + Sync + 'static)) -> Unsent {
    Unsent::Invalid(DisplayErrorContext(error).to_string())
}

fn unsent(error: &ConnectorError) -> Unsent {
    let text = DisplayErrorContext(error).to_string();
    let first: &(dyn Error + 'static) = error;
    let mut chain = successors(Some(first), |&error| error.source());
    let client = chain.find_map(|error| error.downcast_ref::<client::Error>());
    if client.is_some_and(client::Error::is_connect) {
        Unsent::Unreachable(text)
    } else {
        Unsent::Broken(text)
    }
}

fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == S3 {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}

type BoxError = Box<dyn Error + Send + Sync>;
