use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_async::rt::sleep::TokioSleep;
use fake_aws::FakeAws;

use super::*;
use crate::account::error::failed;
use crate::account::operation::tests::request;
use crate::account::transport::{self, CallCount, Endpoint};

const PAGE: &str = " <!DOCTYPE html><html><body>Sign in to the guest network</body></html>";

/// What becomes of an answer to a read: the SDK makes five attempts.
async fn read(body: &str) -> (Result<Vec<String>, String>, usize) {
    let fake = FakeAws::new(vec![("ListQueues", 200, body); 5]);
    let client = transport::client(
        fake.client(),
        CallCount::default(),
        "sqs",
        Endpoint::Emulator,
    );
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
        .sleep_impl(TokioSleep::new())
        .retry_config(aws_config::retry::RetryConfig::standard().with_max_attempts(5))
        .http_client(client)
        .build();
    let sqs = aws_sdk_sqs::Client::from_conf(config);
    let answer = sqs.list_queues().send().await;
    let answer = answer.map_err(|error| failed("sqs:ListQueues")(error).to_string());
    let urls = answer.map(|answer| answer.queue_urls.unwrap_or_default());
    (urls, fake.count("ListQueues"))
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_none_is_tried_again_and_then_an_error() {
    for (body, flaw) in [
        ("", "it is empty"),
        (PAGE, "it is a page in HTML"),
        (r#"{"QueueUrls":["https://q"#, "it is not complete"),
    ] {
        let (answer, attempts) = read(body).await;
        let error = answer.unwrap_err();
        assert!(error.starts_with("sqs:ListQueues: no answer: "), "{error}");
        assert!(error.contains(flaw), "{error}");
        assert_eq!(attempts, 5, "{flaw}");
    }
    assert_eq!(read("{}").await, (Ok(Vec::new()), 1));
}

#[test]
fn each_protocol_has_its_form() {
    let of = |method, uri: &str, service| {
        Form::of(
            &request(method, &format!("https://host{uri}"), &[]),
            service,
        )
    };
    let target = |target| {
        let headers = [("x-amz-target", target)];
        Form::of(&request("POST", "https://host/", &headers), "any")
    };
    assert_eq!(target("AmazonSQS.ListQueues"), Form::Json);
    assert_eq!(target("DynamoDB_20120810.DescribeTable"), Form::Described);
    assert_eq!(target("DynamoDB_20120810.CreateTable"), Form::Written);
    let alarms = "/service/GraniteServiceVersion20100801/operation/";
    assert_eq!(
        of("POST", &format!("{alarms}DescribeAlarms"), "monitoring"),
        Form::Cbor
    );
    assert_eq!(
        of("POST", &format!("{alarms}PutMetricAlarm"), "monitoring"),
        Form::Written
    );
    let mut role = request("POST", "https://host/", &[]);
    *role.body_mut() = "Action=GetRole&RoleName=a".into();
    assert_eq!(Form::of(&role, "iam"), Form::Xml);
    assert_eq!(of("GET", "/b?tagging", "s3"), Form::Xml);
    assert_eq!(of("GET", "/b?policy", "s3"), Form::Json);
    assert_eq!(of("GET", "/b/k?x-id=GetObject", "s3"), Form::Content);
    assert_eq!(of("HEAD", "/b", "s3"), Form::Content);
    assert_eq!(of("PUT", "/b?policy", "s3"), Form::Written);
    assert_eq!(
        of("GET", "/2020-05-31/function/f", "cloudfront"),
        Form::Text
    );
    assert_eq!(
        of("GET", "/2020-05-31/function/f/describe", "cloudfront"),
        Form::Xml
    );
    assert_eq!(of("GET", "/v2/apis", "apigateway"), Form::Json);
    assert_eq!(
        of("POST", "/v1/domains?max-results=1", "codeartifact"),
        Form::Json
    );
    assert_eq!(
        of("POST", "/v1/domain?domain=d", "codeartifact"),
        Form::Written
    );
}

#[test]
fn a_body_must_have_the_form_of_its_protocol() {
    let xml = b"<?xml version=\"1.0\"?>\n<List xmlns=\"https://a\"><Items/></List>";
    assert_eq!(Form::Xml.flaw(xml), None);
    assert_eq!(Form::Xml.flaw(&xml[..40]), Some("it is not complete"));
    assert_eq!(Form::Xml.flaw(b"{}"), Some("it is not complete"));
    assert_eq!(Form::Described.flaw(b"{}"), Some("it is not complete"));
    assert_eq!(Form::Described.flaw(br#"{"Table":{}}"#), None);
    assert_eq!(Form::Json.flaw(b"{}"), None);
    assert_eq!(Form::Text.flaw(b""), Some("it is empty"));
    assert_eq!(
        Form::Text.flaw(PAGE.as_bytes()),
        Some("it is a page in HTML")
    );
    assert_eq!(Form::Text.flaw(b"function handler() {}"), None);
    assert_eq!(Form::Written.flaw(b""), None);
    assert_eq!(
        Form::Written.flaw(PAGE.as_bytes()),
        Some("it is a page in HTML")
    );
    let mut cbor = Vec::new();
    ciborium::into_writer(&serde_json::json!({"MetricAlarms": []}), &mut cbor).unwrap();
    assert_eq!(Form::Cbor.flaw(&cbor), None);
    cbor.pop();
    assert_eq!(Form::Cbor.flaw(&cbor), Some("it is not complete"));
}
