//! How long a call may take until its answer begins, and how often a failed one is sent again.
//!
//! The connection measures it, so what comes before does not count: the queue for a service's pace
//! may be longer than any call.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
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

/// The retries of connections that fail and of errors of the services themselves, 5xx: ten attempts
/// within half a minute. Where three of ten calls fail, one in 170,000 fails ten times.
pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(10)
        .with_initial_backoff(Duration::from_millis(250))
        .with_max_backoff(Duration::from_secs(5))
}

/// The SDK ends downloads that stand still. For it a call in the queue is an upload that does.
pub(super) fn stalled_streams() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled()
        .upload_enabled(false)
        .build()
}

/// The timeouts of a call that uploads this many bytes; it overrides those of the client.
#[must_use]
pub fn upload_timeouts(bytes: u64) -> TimeoutConfig {
    TimeoutConfig::builder()
        .read_timeout(Duration::from_secs(ANSWER + bytes / SLOWEST))
        .build()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_sdk_s3::config::retry::RetryConfig;
    use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
    use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep, TokioSleep};
    use aws_smithy_runtime_api::client::http::SharedHttpClient;
    use aws_smithy_types::error::display::DisplayErrorContext;
    use fake_aws::FakeAws;
    use futures_util::future::try_join_all;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::account::network::Network;
    use crate::account::pace::Pace;
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

    /// A minute of the client takes 0.6 s here.
    const FASTER: u32 = 100;

    #[derive(Debug)]
    struct FastSleep;

    impl AsyncSleep for FastSleep {
        fn sleep(&self, duration: Duration) -> Sleep {
            Sleep::new(tokio::time::sleep(duration / FASTER))
        }
    }

    /// Receives one upload over a line of 45 kB/s, and answers once it is there.
    async fn slow_line(listener: TcpListener, bytes: usize) {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut received = 0;
        let mut chunk = vec![0; 405_000];
        while received < bytes {
            received += connection.read_exact(&mut chunk).await.unwrap();
            tokio::time::sleep(Duration::from_secs(9) / FASTER).await;
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        let _ = connection.write_all(answer).await;
    }

    /// Uploads four megabytes over a slow line, which takes a minute and a half.
    async fn upload(bytes: usize, timeouts: TimeoutConfig) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let line = tokio::spawn(slow_line(listener, bytes));
        let connections = transport::connections(&Network::default());
        let count = CallCount::default();
        let http = transport::client(connections, count, "s3", Endpoint::Emulator);
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .endpoint_url(url)
            .force_path_style(true)
            .retry_config(RetryConfig::disabled())
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
        line.abort();
        sent.map(drop)
            .map_err(|error| DisplayErrorContext(error).to_string())
    }

    #[tokio::test]
    async fn a_slow_upload_is_waited_for() {
        let bytes = 4_050_000;
        let refused = upload(bytes, timeouts()).await.unwrap_err();
        assert!(refused.contains("timeout"), "{refused}");
        upload(bytes, upload_timeouts(bytes as u64)).await.unwrap();
    }

    #[test]
    fn an_upload_takes_as_long_as_its_size() {
        let seconds = |bytes| upload_timeouts(bytes).read_timeout().unwrap().as_secs();
        assert_eq!(seconds(0), 60);
        // A function's zip.
        assert_eq!(seconds(2_300_000), 290);
    }
}
