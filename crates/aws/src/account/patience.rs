//! How long a call may take until its answer begins, and how often a failed one is sent again.
//!
//! The connection measures it, so what comes before does not count: the queue for a service's pace
//! may be longer than any call.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_types::timeout::TimeoutConfig;

/// The time for a connection.
const CONNECTION: Duration = Duration::from_secs(5);

/// The time for an answer, in seconds.
const ANSWER: u64 = 60;

/// The slowest upload that is waited for, in bytes per second: three functions at once over a line
/// of 0.3 Mbit/s.
const SLOWEST: u64 = 10_000;

/// The timeouts of calls whose bodies are small.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECTION)
        .read_timeout(Duration::from_secs(ANSWER))
        .build()
}

/// The retries of connections that fail and of errors of the services themselves, 5xx: ten attempts,
/// with pauses of half a minute in all; one without an answer takes as long as an answer may. Where
/// three of ten calls fail, one in 170,000 fails ten times.
pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(10)
        .with_initial_backoff(Duration::from_millis(250))
        .with_max_backoff(Duration::from_secs(5))
}

/// The SDK gives the clients of a service a quota of retries, 100 at once, to spare a service in trouble.
/// A run makes hundreds of calls at once and has its own bounds: calls in flight, attempts, pauses.
pub(super) fn without_quota() -> RetryPartition {
    RetryPartition::custom("frontage")
        .token_bucket(TokenBucket::unlimited())
        .build()
}

/// The SDK ends downloads that stand still. For it a call in the queue is an upload that does.
pub(super) fn stalled_streams() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled()
        .upload_enabled(false)
        .build()
}

/// How often an upload without an answer is sent: ten times would take an hour. One that fails at once
/// is sent again like any call, within the same time.
const UPLOADS: u32 = 3;

/// The timeouts of a call that uploads this many bytes; it overrides those of the client.
#[must_use]
pub fn upload_timeouts(bytes: u64) -> TimeoutConfig {
    let attempt = Duration::from_secs(ANSWER + bytes / SLOWEST);
    TimeoutConfig::builder()
        .read_timeout(attempt)
        .operation_timeout(attempt * UPLOADS)
        .build()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_sdk_s3::config::retry::RetryConfig;
    use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_runtime_api::client::http::SharedHttpClient;
    use aws_smithy_types::error::display::DisplayErrorContext;
    use fake_aws::FakeAws;
    use futures_util::future::try_join_all;
    use tokio::net::TcpListener;

    use super::*;
    use crate::account::network::Network;
    use crate::account::pace::Pace;
    use crate::account::slow_line::{FastSleep, SlowLine};
    use crate::account::transport::{self, CallCount, Endpoint};

    /// Calls that wait for their turn longer than an answer may take.
    #[tokio::test(start_paused = true)]
    async fn the_queue_for_a_services_pace_takes_no_time_from_a_call() {
        const CALLS: usize = 100;
        let urls = ("ListQueues", 200, r#"{"QueueUrls":[]}"#);
        let fake = FakeAws::new(vec![urls; CALLS]);
        let paced = Endpoint::Aws(Some(Arc::new(Pace::new(1, 1))));
        let client: SharedHttpClient =
            transport::client(fake.client(), CallCount::default(), "sqs", paced);
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .sleep_impl(TokioSleep::new())
            .timeout_config(timeouts())
            .stalled_stream_protection(stalled_streams())
            .http_client(client)
            .build();
        let sqs = aws_sdk_sqs::Client::from_conf(config);
        let began = tokio::time::Instant::now();
        let calls = (0..CALLS).map(|_| sqs.list_queues().send());
        try_join_all(calls).await.unwrap();
        assert!(began.elapsed().as_secs() > ANSWER);
    }

    /// Uploads a file over a slow line.
    async fn upload(bytes: usize, timeouts: TimeoutConfig) -> Result<(), String> {
        let line = SlowLine::start("200 OK", "").await;
        upload_to(&line.url, bytes, timeouts, RetryConfig::disabled()).await
    }

    /// Uploads a file to a host.
    async fn upload_to(
        url: &str,
        bytes: usize,
        timeouts: TimeoutConfig,
        retries: RetryConfig,
    ) -> Result<(), String> {
        let connections = transport::connections(&Network::default());
        let count = CallCount::default();
        let http = transport::client(connections, count, "s3", Endpoint::Emulator);
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .endpoint_url(url)
            .force_path_style(true)
            .retry_config(retries)
            .sleep_impl(SharedAsyncSleep::new(FastSleep))
            .timeout_config(timeouts)
            .stalled_stream_protection(stalled_streams())
            .http_client(http)
            .build();
        let s3 = aws_sdk_s3::Client::from_conf(config);
        let put = s3
            .put_object()
            .bucket("site")
            .key("file")
            .body(vec![0; bytes].into());
        let sent = put.send().await;
        sent.map(drop)
            .map_err(|error| DisplayErrorContext(error).to_string())
    }

    /// Four megabytes, which take a minute and a half.
    #[tokio::test]
    async fn a_slow_upload_is_waited_for() {
        let bytes = 4_050_000;
        let refused = upload(bytes, timeouts()).await.unwrap_err();
        assert!(refused.contains("timeout"), "{refused}");
        upload(bytes, upload_timeouts(bytes as u64)).await.unwrap();
    }

    /// A host that takes connections and says nothing.
    #[tokio::test]
    async fn an_upload_without_an_answer_is_sent_three_times() {
        let host = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", host.local_addr().unwrap());
        let accepting = tokio::spawn(async move {
            let mut connections = Vec::new();
            while connections.len() < 4 {
                connections.push(host.accept().await.unwrap());
            }
        });
        let sent = upload_to(&url, 10, upload_timeouts(10), retries()).await;
        assert!(sent.unwrap_err().contains("timeout"));
        assert!(!accepting.is_finished(), "it was sent a fourth time");
        accepting.abort();
    }

    #[test]
    fn an_upload_takes_as_long_as_its_size() {
        let seconds = |bytes| upload_timeouts(bytes).read_timeout().unwrap().as_secs();
        assert_eq!(seconds(0), 60);
        // A function's zip.
        assert_eq!(seconds(2_300_000), 290);
    }
}
