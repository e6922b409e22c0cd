//! A proxy that records how it is asked, and a server with a certificate of its own.

use std::sync::Mutex;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use engine::DriverError;
use proptest::prelude::*;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::super::connection::{self, Connection, identify};
use super::super::transport;
use super::*;

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::111122223333:user/ada</Arn><Account>111122223333</Account>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";

/// What a server was sent.
type Requests = Arc<Mutex<Vec<String>>>;

async fn answer(mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin, requests: Requests) {
    let mut head = [0; 8192];
    while let Ok(length @ 1..) = stream.read(&mut head).await {
        let request = String::from_utf8_lossy(&head[..length]).into_owned();
        let connect = request.starts_with("CONNECT");
        requests.lock().unwrap().push(request);
        let length = IDENTITY.len();
        let answer = if connect {
            "HTTP/1.1 200 Connected\r\n\r\n".to_owned()
        } else {
            format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{IDENTITY}")
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A server, which as a proxy opens tunnels to itself.
async fn serve() -> (u16, Requests) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Requests::default();
    let received = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, Arc::clone(&received)));
        }
    });
    (port, requests)
}

/// A server whose certificate only its own authority vouches for, and that authority's file.
async fn serve_tls() -> (u16, tempfile::NamedTempFile) {
    let CertifiedKey { cert, key_pair } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(key_pair.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(answer(stream, Requests::default()));
            }
        }
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), cert.pem()).unwrap();
    (port, file)
}

fn network<const N: usize>(variables: [(&str, &str); N]) -> Network {
    Network::new(&Variables::from(variables), None).unwrap()
}

async fn identity(network: &Network, endpoint: &str) -> Result<(String, String), DriverError> {
    let credentials = Credentials::new("id", "secret", None, None, "tests");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .http_client(transport::connections(network))
        .endpoint_url(endpoint)
        .build();
    let identity = identify(&config).await?;
    Ok((identity.id, identity.partition))
}

#[tokio::test]
async fn calls_go_to_the_proxy_of_their_scheme() {
    let (port, requests) = serve().await;
    let proxy = format!("http://ada:secret@127.0.0.1:{port}");
    let network = network([("HTTP_PROXY", &proxy), ("https_proxy", &proxy)]);
    let (account, _) = identity(&network, "http://sts.test:4566").await.unwrap();
    assert_eq!(account, "111122223333");
    // What answers in the tunnel is no TLS server.
    identity(&network, "https://sts.test").await.unwrap_err();
    let requests = requests.lock().unwrap();
    assert!(
        requests[0].starts_with("POST http://sts.test:4566/ HTTP/1.1"),
        "{requests:#?}"
    );
    assert!(
        requests[1].starts_with("CONNECT sts.test:443 HTTP/1.1"),
        "{requests:#?}"
    );
    for request in &requests[..2] {
        let request = request.to_lowercase();
        assert!(request.contains("proxy-authorization: basic"), "{request}");
    }
}

#[tokio::test]
async fn this_machine_and_no_proxy_are_reached_without_it() {
    let (proxy, asked) = serve().await;
    let (service, called) = serve().await;
    let proxy = format!("http://127.0.0.1:{proxy}");
    let network = network([("HTTP_PROXY", &proxy), ("NO_PROXY", "sts.test")]);
    identity(&network, &format!("http://localhost:{service}"))
        .await
        .unwrap();
    identity(&network, "http://sts.test:4566")
        .await
        .unwrap_err();
    assert_eq!(called.lock().unwrap().len(), 1);
    assert_eq!(asked.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn other_clients_are_tunnelled_too() {
    let (port, requests) = serve().await;
    let proxy = format!("127.0.0.1:{port}");
    let network = network([("HTTPS_PROXY", &proxy), ("HTTP_PROXY", &proxy)]);
    for (url, target) in [
        (
            "wss://a.execute-api.test/live",
            "CONNECT a.execute-api.test:443 ",
        ),
        ("ws://sockets.test/live", "CONNECT sockets.test:80 "),
    ] {
        let mut stream = network.connect(&Uri::from_static(url)).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        let requests = std::mem::take(&mut *requests.lock().unwrap());
        assert!(requests[0].starts_with(target), "{requests:#?}");
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_answer_is_named() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let network = network([(
        "HTTPS_PROXY",
        &format!("http://ada:secret@127.0.0.1:{port}"),
    )]);
    let error = network.connect(&Uri::from_static("wss://a.test")).await;
    let error = error.err().unwrap().to_string();
    assert!(
        error.contains(&format!("the proxy http://127.0.0.1:{port}")),
        "{error}"
    );
    assert!(!error.contains("secret"), "{error}");
}

#[tokio::test]
async fn the_authorities_of_the_bundle_are_trusted_and_no_others() {
    let (port, bundle) = serve_tls().await;
    let (_, other) = serve_tls().await;
    let endpoint = format!("https://localhost:{port}");
    let trusting = |file: &tempfile::NamedTempFile| {
        network([("AWS_CA_BUNDLE", file.path().to_str().unwrap())])
    };
    identity(&trusting(&bundle), &endpoint).await.unwrap();
    let error = identity(&trusting(&other), &endpoint).await.unwrap_err();
    assert!(error.to_string().contains("peer certificate"), "{error}");

    let handshake = async |network: &Network| {
        let url: Uri = endpoint.parse().unwrap();
        let stream = network.connect(&url).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(network.tls().unwrap());
        connector.connect(name, stream).await.map(|_| ())
    };
    handshake(&trusting(&bundle)).await.unwrap();
    handshake(&trusting(&other)).await.unwrap_err();
}

#[tokio::test]
async fn a_bundle_of_the_profile_counts_where_the_variable_is_unset() {
    let (port, bundle) = serve_tls().await;
    let (_, other) = serve_tls().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config");
    let path = other.path().display();
    std::fs::write(&file, format!("[profile work]\nca_bundle = {path}\n")).unwrap();
    let open = async |variable: &str| {
        let variables = Variables::from([
            ("AWS_CONFIG_FILE", file.to_str().unwrap()),
            ("AWS_PROFILE", "work"),
            ("AWS_CA_BUNDLE", variable),
        ]);
        let (_, network) = connection::open(&Connection::default(), &variables)
            .await
            .unwrap();
        identity(&network, &format!("https://localhost:{port}")).await
    };
    open("").await.unwrap_err();
    open(bundle.path().to_str().unwrap()).await.unwrap();
}

#[test]
fn a_bundle_that_cannot_be_used_is_an_error_that_names_the_file_and_the_variable() {
    let garbage = tempfile::NamedTempFile::new().unwrap();
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (file, text) in [
        ("/nowhere/ca.pem", ""),
        (garbage.path().to_str().unwrap(), "no certificate"),
        (garbage.path().to_str().unwrap(), pem),
        (garbage.path().to_str().unwrap(), &pem[..40]),
        ("/", ""),
    ] {
        std::fs::write(garbage.path(), text).unwrap();
        let error = Network::new(&Variables::from([("AWS_CA_BUNDLE", file)]), None);
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains(file) && error.contains("AWS_CA_BUNDLE"),
            "{error}"
        );
    }
}

/// Values that variables may have: what they are for, what people write by mistake, anything.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "(http|https|socks5|ftp|)(://|:|//)(u:p@)?(localhost|127\\.0\\.0\\.1|\\[::1\\]|a b|)(:[0-9]{1,6})?/?",
        "(eu-west-1|eu west|default|true|false|12|-1|/|/etc/hostname|Cargo.toml)",
        "\\PC{0,20}",
        "[\\x00-\\x7f]{0,20}",
    ]
}

/// The variables that decide how the account is reached.
const NAMES: [&str; 16] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SHARED_CREDENTIALS_FILE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "no_proxy",
];

proptest! {
    /// The SDK itself reads the process's own variables: `tests/system/environment.rs` sets those.
    #[test]
    fn whatever_the_variables_contain_nothing_panics(
        values in prop::collection::vec(value(), NAMES.len()),
        flag in prop::option::of(value()),
        target in "(ws|wss|http)://[a-z.]{1,12}(:[0-9]{1,5})?/",
    ) {
        let variables = NAMES.map(str::to_owned).into_iter().zip(values);
        let variables = Variables::new(variables);
        let connection = Connection { endpoint_url: flag, ..Connection::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let profiles = runtime.block_on(super::super::profile::read(&connection, &variables));
        let profiles = profiles.ok().flatten();
        let _ = super::super::endpoints::check(&connection, &variables, profiles.as_ref());
        if let Ok(network) = Network::new(&variables, profiles.as_ref()) {
            let _client = transport::connections(&network);
            if let Ok(target) = target.parse() {
                let _ = network.proxies.on_the_way_to(&target);
            }
        }
    }
}
