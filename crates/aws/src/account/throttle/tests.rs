use std::cell::Cell;

use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::ProvideErrorMetadata as _;
use aws_smithy_async::rt::sleep::TokioSleep;
use engine::{Event, StepKind, reporting};
use fake_aws::FakeAws;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use tokio::sync::mpsc::unbounded_channel;

use super::*;
use crate::account::error::failed;
use crate::account::transport::{self, CallCount, Endpoint};

const THROTTLED: (&str, u16, &str) = (
    "ListQueues",
    400,
    "x-amzn-requestid: r1\n\n{\"__type\":\"com.amazon.coral#ThrottlingException\",\"message\":\"Rate exceeded\"}",
);
const QUEUES: (&str, u16, &str) = ("ListQueues", 200, r#"{"QueueUrls":["https://q"]}"#);

/// Queues, through the transport, with the SDK's own retries.
fn queues(fake: &FakeAws) -> aws_sdk_sqs::Client {
    let count = CallCount::default();
    let client = transport::client(fake.client(), count, "sqs", Endpoint::Emulator);
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
        .sleep_impl(TokioSleep::new())
        .retry_config(aws_config::retry::RetryConfig::standard().with_max_attempts(5))
        .http_client(client)
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

#[tokio::test(start_paused = true)]
async fn thirty_throttles_are_no_failure() {
    let answers = std::iter::repeat_n(THROTTLED, 30).chain([QUEUES]);
    let fake = FakeAws::new(answers);
    let found = queues(&fake).list_queues().send().await.unwrap();
    assert_eq!(found.queue_urls(), ["https://q"]);
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_throttle_that_lasts_two_minutes_is_the_services_error() {
    let fake = FakeAws::new(vec![THROTTLED; 1000]);
    let began = Instant::now();
    let error = queues(&fake).list_queues().send().await.unwrap_err();
    let seconds = began.elapsed().as_secs();
    assert!((110..150).contains(&seconds), "{seconds} s");
    // The body is still there for the SDK.
    assert_eq!(error.code(), Some("ThrottlingException"));
    assert_eq!(
        failed("sqs:ListQueues")(error).to_string(),
        "sqs:ListQueues: ThrottlingException: Rate exceeded (request id r1)"
    );
}

#[tokio::test(start_paused = true)]
async fn other_errors_are_not_sent_again() {
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let fake = FakeAws::new([("ListQueues", 400, denied)]);
    let error = queues(&fake).list_queues().send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert_eq!(fake.count("ListQueues"), 1);
}

/// A call that waits holds up no other: twenty, more than the service's calls at once, are
/// throttled for more than a minute, and another passes meanwhile.
#[tokio::test(start_paused = true)]
async fn a_throttled_call_holds_no_place() {
    const THROTTLES: usize = 100;
    let throttled = std::iter::repeat_n(THROTTLED, THROTTLES);
    let described = ("GetQueueUrl", 200, r#"{"QueueUrl":"https://q"}"#);
    let fake = FakeAws::new(throttled.chain([described]).chain(vec![QUEUES; 20]));
    let client = queues(&fake);
    let listed = join_all((0..20).map(|_| client.list_queues().send()));
    let other = async {
        sleep(Duration::from_millis(100)).await;
        let url = client.get_queue_url().queue_name("q").send().await;
        url.unwrap();
        fake.count("ListQueues")
    };
    let (listed, throttles) = futures_util::future::join(listed, other).await;
    assert!(listed.iter().all(Result::is_ok));
    assert!(throttles < THROTTLES, "it passed after {throttles}");
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_long_throttle_is_reported_once() {
    let fake = FakeAws::new(std::iter::repeat_n(THROTTLED, 20).chain([QUEUES]));
    let client = queues(&fake);
    let (events, mut reported) = unbounded_channel();
    let address = "toggles/queue".parse().unwrap();
    let call = client.list_queues().send();
    reporting(events, address, StepKind::Update, call)
        .await
        .unwrap();
    let first = reported.try_recv().unwrap();
    let Event::Waiting { what, .. } = first else {
        panic!("{first:?}");
    };
    assert_eq!(what, "`sqs` to accept the call: ThrottlingException");
    reported.try_recv().unwrap_err();
}

/// Longer than any call waits.
const LONG: Duration = Duration::from_hours(1);

/// The answer to a request that can be sent for so long.
async fn sent<F>(
    program: &Throttling,
    valid: Duration,
    answer: impl Fn() -> F,
) -> Result<HttpResponse, ConnectorError>
where
    F: Future<Output = Result<HttpResponse, ConnectorError>>,
{
    let until = Instant::now() + valid;
    program
        .outlast(HttpRequest::empty(), until, |_| async {
            // As the transport does.
            if Instant::now() > until {
                return Err(expired());
            }
            answer().await
        })
        .await
}

/// One call is throttled for ever, and others pass.
#[tokio::test(start_paused = true)]
async fn a_call_of_which_each_try_is_throttled_ends_too() {
    let program = Throttling::of("logs");
    let answer =
        |status: u16| async move { Ok(HttpResponse::new(status.try_into().unwrap(), "".into())) };
    let others = async {
        loop {
            let taken = sent(&program, LONG, || answer(200)).await;
            assert!(taken.unwrap().status().is_success());
            sleep(Duration::from_secs(10)).await;
        }
    };
    let began = Instant::now();
    let refused = tokio::select! {
        refused = sent(&program, LONG, || answer(429)) => refused.unwrap(),
        () = others => unreachable!("it goes on"),
    };
    assert_eq!(refused.status().as_u16(), 429);
    let minutes = began.elapsed().as_secs() / 60;
    assert!((13..=15).contains(&minutes), "{minutes} minutes");
}

/// One that was sent is answered with its throttle, which tells more than that it was not sent again.
#[tokio::test(start_paused = true)]
async fn a_throttled_call_ends_before_its_signature() {
    const VALID: Duration = Duration::from_mins(1);
    let program = Throttling::of("apigateway");
    let began = Instant::now();
    let calls = (0..50).map(|_| async {
        let was_sent = Cell::new(false);
        let answer = || async {
            was_sent.set(true);
            Ok(HttpResponse::new(429.try_into().unwrap(), "".into()))
        };
        match sent(&program, VALID, answer).await {
            Ok(response) => assert_eq!((response.status().as_u16(), was_sent.get()), (429, true)),
            Err(error) => assert!(error.is_timeout() && !was_sent.get(), "{error:?}"),
        }
    });
    join_all(calls).await;
    assert!(began.elapsed() < VALID + Duration::from_secs(10));
}

/// A queue that is longer than a signature is valid takes no turns for calls that expired in it.
#[tokio::test(start_paused = true)]
async fn a_long_queue_passes_though_its_calls_are_signed_again() {
    let service = Shared::of(1, 2);
    let program = Throttling::of("route53");
    let calls = (0..600).map(|_| async {
        for _ in 0..10 {
            let answer = sent(&program, Duration::from_mins(4), || async {
                service.answer()
            });
            if answer.await.is_ok_and(|of| of.status().is_success()) {
                return true;
            }
        }
        false
    });
    let passed = join_all(calls).await;
    assert!(passed.into_iter().all(|passed| passed));
}

/// A service that takes so many calls per so many seconds of all its callers.
struct Shared {
    calls: u32,
    seconds: u64,
    began: Mutex<Option<(Instant, u32)>>,
}

impl Shared {
    fn of(calls: u32, seconds: u64) -> Self {
        Self {
            calls,
            seconds,
            began: Mutex::default(),
        }
    }

    fn answer(&self) -> Result<HttpResponse, ConnectorError> {
        let now = Instant::now();
        let mut began = self.began.lock().unwrap();
        let began = began.get_or_insert((now, 0));
        if now.duration_since(began.0) >= Duration::from_secs(self.seconds) {
            *began = (now, 0);
        }
        began.1 += 1;
        let (status, body) = if began.1 > self.calls {
            (400, "<Error><Code>Throttling</Code></Error>")
        } else {
            (200, "")
        };
        let status = status.try_into().unwrap();
        Ok(HttpResponse::new(status, body.into()))
    }
}

/// Each of which has eighty calls under way, of which the service takes one and a quarter per second.
#[tokio::test(start_paused = true)]
async fn four_programs_share_what_a_service_takes() {
    const EACH: usize = 300;
    let service = Shared::of(5, 1);
    let programs: Vec<_> = (0..4).map(|_| Throttling::of("route53")).collect();
    let calls = programs.iter().map(|program| async {
        let calls = (0..EACH).map(|_| async {
            let answer = sent(program, LONG, || async { service.answer() }).await;
            answer.unwrap().status().as_u16()
        });
        let answers = futures_util::stream::iter(calls).buffer_unordered(80);
        answers.collect::<Vec<_>>().await
    });
    let began = Instant::now();
    let answers = join_all(calls).await.concat();
    let refused = answers.iter().filter(|status| **status != 200).count();
    assert_eq!(refused, 0, "of {}", answers.len());
    let floor = u64::try_from(4 * EACH / 5).unwrap();
    let took = began.elapsed().as_secs();
    assert!(took < floor * 3 / 2, "{took} s, not {floor} s");
}

/// Whether a response is a throttle, by its protocol's ways to name a code.
async fn throttles(status: u16, header: Option<&'static str>, body: impl Into<Vec<u8>>) -> bool {
    let status = status.try_into().unwrap();
    let body = body.into();
    let mut response = HttpResponse::new(status, body.clone().into());
    if let Some(code) = header {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    let (response, throttle) = throttle_in(response, false).await.unwrap();
    assert_eq!(response.body().bytes(), Some(body.as_slice()));
    throttle.is_some()
}

#[tokio::test]
async fn throttles_are_known_in_every_protocol() {
    let xml =
        |code: &str| format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");
    assert!(throttles(400, None, xml("Throttling")).await, "IAM");
    assert!(throttles(503, None, xml("SlowDown")).await, "S3");
    assert!(throttles(429, None, "").await);
    let header = Some("TooManyRequestsException:http://internal.amazon.com/");
    assert!(throttles(400, header, "{}").await, "a header");
    let json = r#"{"__type":"a#RequestThrottled"}"#;
    assert!(throttles(400, None, json).await, "SQS");
    let mut cbor = Vec::new();
    let members = serde_json::json!({"__type": "ThrottlingException"});
    ciborium::into_writer(&members, &mut cbor).unwrap();
    assert!(throttles(400, None, cbor).await, "CloudWatch");
    for (status, body) in [
        (400, xml("PriorRequestNotComplete")),
        (400, r#"{"__type":"LimitExceededException"}"#.to_owned()),
        (503, xml("ServiceUnavailable")),
        (500, String::new()),
        (200, xml("Throttling")),
    ] {
        assert!(!throttles(status, None, body.clone()).await, "{body}");
    }
}
