//! Behaviour of SNS that no emulator shows.

use engine::UNKNOWN;
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;

const ARN: &str = "arn:aws:sns:eu-west-1:111122223333:acme-t";
const MADE: &str = "<CreateTopicResponse><CreateTopicResult><TopicArn>arn:aws:sns:eu-west-1:111122223333:acme-t</TopicArn></CreateTopicResult></CreateTopicResponse>";
const ABSENT: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>Topic does not exist</Message></Error></ErrorResponse>";
const OTHER_TAGS: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid parameter: Tags Reason: Topic already exists with different tags</Message></Error></ErrorResponse>";
const DONE: &str = "<Response/>";

fn driver(fake: &FakeAws) -> Topics {
    Topics::new(&Account::for_tests(fake))
}

#[allow(clippy::needless_pass_by_value)] // built in place
fn topic(more: Value) -> Properties {
    let mut members = json!({"TopicName": "acme-t"});
    let more = more.as_object().cloned().unwrap_or_default();
    members.as_object_mut().unwrap().extend(more);
    let mut topic = serde_json::from_value(members).unwrap();
    driver(&FakeAws::default()).normalise(&mut topic);
    topic
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: None,
        address: "test/topic".parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

fn tagged(tags: &Tags) -> String {
    let member = |(key, value)| format!("<member><Key>{key}</Key><Value>{value}</Value></member>");
    let members: String = tags.iter().map(member).collect();
    format!(
        "<ListTagsForResourceResponse><ListTagsForResourceResult><Tags>{members}</Tags></ListTagsForResourceResult></ListTagsForResourceResponse>"
    )
}

fn attributes(pairs: &[(&str, &str)]) -> String {
    let entry = |(key, value): &(&str, &str)| {
        format!("<entry><key>{key}</key><value>{value}</value></entry>")
    };
    let entries: String = pairs.iter().map(entry).collect();
    format!(
        "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes>{entries}</Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>"
    )
}

async fn create(fake: &FakeAws, more: Value) -> Result<Live, DriverError> {
    driver(fake)
        .create(topic(more), &owner(), &owner().tags())
        .await
}

#[tokio::test]
async fn a_new_topic_is_created_with_its_tags_and_attributes() {
    let ours = tagged(&owner().tags());
    let fake = FakeAws::new([
        ("Action=CreateTopic", 200, MADE),
        ("Action=ListTagsForResource", 200, ours.as_str()),
    ]);
    let live = create(&fake, json!({"KmsMasterKeyId": "alias/acme"})).await;
    assert_eq!(live.unwrap().attribute(Topic::ARN).unwrap(), ARN);
    let request = fake.requests().remove(0);
    for sent in ["KmsMasterKeyId", "frontage%3Asystem", "SignatureVersion"] {
        assert!(request.contains(sent), "{request}");
    }
    assert!(!request.contains("Deduplication"), "{request}");
    fake.assert_used();
}

#[tokio::test]
async fn a_topic_of_another_owner_is_not_taken() {
    let theirs = tagged(&Tags::from([(
        "frontage:system".to_owned(),
        "theirs".to_owned(),
    )]));
    let fake = FakeAws::new([
        ("Action=CreateTopic", 400, OTHER_TAGS),
        ("Action=ListTagsForResource", 200, theirs.as_str()),
    ]);
    let error = create(&fake, json!({})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "sns:CreateTopic: InvalidParameter: Invalid parameter: Tags Reason: Topic already exists with different tags"
    );
    assert_eq!(fake.count("Action=TagResource"), 0);
}

/// An emulator's `CreateTopic` succeeds for any owner's topic.
#[tokio::test(start_paused = true)]
async fn a_topic_that_never_carries_our_tags_is_not_taken() {
    let (none, made) = (tagged(&Tags::new()), ("Action=CreateTopic", 200, MADE));
    let mut answers = vec![made];
    answers.extend(vec![("Action=ListTagsForResource", 200, none.as_str()); 60]);
    let error = create(&FakeAws::new(answers), json!({})).await.unwrap_err();
    assert!(matches!(error, DriverError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_topic_that_an_earlier_attempt_made_otherwise_is_changed() {
    let ours = tagged(&owner().tags());
    let otherwise = OTHER_TAGS.replace("Tags", "Attributes");
    let found = attributes(&[("DisplayName", "old"), ("SignatureVersion", "1")]);
    let fake = FakeAws::new([
        ("Action=CreateTopic", 400, otherwise.as_str()),
        ("Action=ListTagsForResource", 200, ours.as_str()),
        ("Action=GetTopicAttributes", 200, found.as_str()),
        ("Action=SetTopicAttributes", 200, DONE),
        ("Action=ListTagsForResource", 200, ours.as_str()),
    ]);
    create(&fake, json!({"DisplayName": "new"})).await.unwrap();
    let change = &fake.requests()[3];
    assert!(
        change.contains("AttributeName=DisplayName&AttributeValue=new"),
        "{change}"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_waited_for() {
    let still = attributes(&[]);
    let fake = FakeAws::new([
        ("Action=DeleteTopic", 200, DONE),
        ("Action=GetTopicAttributes", 200, still.as_str()),
        ("Action=GetTopicAttributes", 404, ABSENT),
    ]);
    let driver = driver(&fake);
    let live = driver.live(topic(json!({})), LiveTags::Read(owner().tags()));
    driver.delete(live).await.unwrap();
    fake.assert_used();
}

/// Another change of the same tags is under way.
#[tokio::test(start_paused = true)]
async fn tags_are_written_again_after_a_concurrent_write() {
    let busy = ABSENT.replace("NotFound", "ConcurrentAccess");
    let fake = FakeAws::new([
        ("Action=TagResource", 400, busy.as_str()),
        ("Action=TagResource", 200, DONE),
    ]);
    let driver = driver(&fake);
    let live = driver.live(topic(json!({})), LiveTags::Unread);
    let tags = owner().tags();
    driver.tag_store().tag(&live, &tags).await.unwrap();
    fake.assert_used();
}

#[test]
fn what_a_description_does_not_state_is_left() {
    let live = topic(json!({
        "DisplayName": "ops", "KmsMasterKeyId": "k", "SignatureVersion": "2", "TracingConfig": "Active",
    }));
    let driver = driver(&FakeAws::default());
    let mut desired: Properties = serde_json::from_value(json!({"TopicName": "acme-t"})).unwrap();
    driver.leave(&mut desired, &live);
    driver.normalise(&mut desired);
    assert_eq!(desired, live);
    let mut desired = topic(json!({"KmsMasterKeyId": "other"}));
    driver.leave(&mut desired, &live);
    assert_eq!(desired.kms_master_key_id.as_deref(), Some("other"));
}

#[test]
fn what_sns_refuses_is_refused_before_any_call() {
    let refused = [
        (json!({"TopicName": "a.b"}), "TopicName"),
        (json!({"TopicName": "x".repeat(257)}), "TopicName"),
        (json!({"TopicName": "t", "FifoTopic": true}), "TopicName"),
        (json!({"TopicName": "t.fifo"}), "TopicName"),
        (
            json!({"ContentBasedDeduplication": true}),
            "ContentBasedDeduplication",
        ),
        (json!({"DisplayName": "x".repeat(101)}), "DisplayName"),
        (json!({"SignatureVersion": "3"}), "SignatureVersion"),
        (json!({"TracingConfig": "On"}), "TracingConfig"),
    ];
    for (members, property) in refused {
        let found = findings(Topics::new, &topic(members));
        assert!(
            found.len() == 1 && found[0].starts_with(property),
            "{found:?}"
        );
    }
    for members in [
        json!({"TopicName": "t.fifo", "FifoTopic": true, "ContentBasedDeduplication": true}),
        json!({"TopicName": UNKNOWN, "KmsMasterKeyId": UNKNOWN}),
    ] {
        assert_eq!(findings(Topics::new, &topic(members)), [""; 0]);
    }
}
