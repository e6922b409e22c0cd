//! Behaviour of SNS that no emulator shows: subscriptions that nobody has confirmed.

use engine::{Live as UntypedLive, LiveTags, Reader, UNKNOWN, Writer};
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::testing::{self, create, driver, findings, update, wanted};
use crate::kit::typed::Untyped;

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:acme-t";
const ARN: &str = "arn:aws:sns:eu-west-1:111122223333:acme-t:6f1";
const PENDING: &str = "PendingConfirmation";
const MAIL: &str = "ops@example.com";
const NO_HINTS: &str = r#"{"ResourceTagMappingList":[]}"#;
const DONE: &str = "<Response/>";
const SUBSCRIBED: &str = "<SubscribeResponse><SubscribeResult><SubscriptionArn>arn:aws:sns:eu-west-1:111122223333:acme-t:6f1</SubscriptionArn></SubscribeResult></SubscribeResponse>";
const TOPICS: &str = "<ListTopicsResponse><ListTopicsResult><Topics><member><TopicArn>arn:aws:sns:eu-west-1:111122223333:acme-t</TopicArn></member><member><TopicArn>arn:aws:sns:eu-west-1:111122223333:other</TopicArn></member></Topics></ListTopicsResult></ListTopicsResponse>";

/// The name of the subscription in the model.
fn name() -> String {
    format!("mail-{}", mark("email", MAIL))
}

/// The topic's tags, with a record of a subscription.
fn tags() -> String {
    let record = format!("frontage:fingerprint:{}", name());
    let pairs = [
        ("frontage:system", "acme"),
        ("frontage:address", "test/topic"),
        (record.as_str(), "f"),
    ];
    let member = |(key, value)| format!("<member><Key>{key}</Key><Value>{value}</Value></member>");
    let members: String = pairs.into_iter().map(member).collect();
    format!(
        "<ListTagsForResourceResponse><ListTagsForResourceResult><Tags>{members}</Tags></ListTagsForResourceResult></ListTagsForResourceResponse>"
    )
}

fn page(of: &[(&str, &str)], next: &str) -> String {
    let member = |(arn, mail): &(&str, &str)| {
        format!(
            "<member><SubscriptionArn>{arn}</SubscriptionArn><Protocol>email</Protocol><Endpoint>{mail}</Endpoint></member>"
        )
    };
    let members: String = of.iter().map(member).collect();
    format!(
        "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>{members}</Subscriptions>{next}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>"
    )
}

fn attributes(pending: bool, filter: &str) -> String {
    format!(
        "<GetSubscriptionAttributesResponse><GetSubscriptionAttributesResult><Attributes>\
         <entry><key>PendingConfirmation</key><value>{pending}</value></entry>\
         <entry><key>FilterPolicy</key><value>{filter}</value></entry>\
         </Attributes></GetSubscriptionAttributesResult></GetSubscriptionAttributesResponse>"
    )
}

fn mail() -> Value {
    json!({"TopicArn": TOPIC, "Protocol": "email", "Endpoint": MAIL})
}

fn filtered() -> Value {
    let mut mail = mail();
    mail["FilterPolicy"] = json!({"kind": ["alarm"]});
    mail
}

fn subscriptions(fake: &FakeAws) -> Untyped<Subscriptions> {
    driver(fake, Subscriptions::new)
}

async fn read(driver: &dyn Writer, properties: &Value) -> Option<UntypedLive> {
    let request = wanted(&name(), properties);
    driver.read(&request, &ReadCache::default()).await.unwrap()
}

#[tokio::test]
async fn an_unconfirmed_one_is_as_described_and_says_what_it_waits_for() {
    let (tags, listed) = (tags(), page(&[(PENDING, MAIL)], ""));
    let fake = FakeAws::new([
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=ListSubscriptionsByTopic", 200, listed.as_str()),
    ]);
    let driver = subscriptions(&fake);
    let live = read(&driver, &filtered()).await.unwrap();
    assert!(
        driver
            .compare(&live, &filtered())
            .unwrap()
            .changes
            .is_empty()
    );
    assert_eq!(
        driver.pending(&live).unwrap(),
        "waiting for ops@example.com to confirm the subscription; SNS deletes it after 48 hours otherwise"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn its_confirmation_can_be_waited_for() {
    let (tags, waiting) = (tags(), page(&[(PENDING, MAIL)], ""));
    let (listed, found) = (page(&[(ARN, MAIL)], ""), attributes(false, ""));
    let fake = FakeAws::new([
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=ListSubscriptionsByTopic", 200, waiting.as_str()),
        ("Action=ListSubscriptionsByTopic", 200, waiting.as_str()),
        ("Action=ListSubscriptionsByTopic", 200, listed.as_str()),
        ("Action=GetSubscriptionAttributes", 200, found.as_str()),
    ]);
    let driver = subscriptions(&fake);
    let live = read(&driver, &mail()).await.unwrap();
    driver.settle(&live).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn one_that_sns_deleted_is_absent() {
    let (tags, listed) = (tags(), page(&[("Deleted", MAIL)], ""));
    let fake = FakeAws::new([
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=ListSubscriptionsByTopic", 200, listed.as_str()),
    ]);
    assert!(read(&subscriptions(&fake), &mail()).await.is_none());
    fake.assert_used();
}

#[tokio::test]
async fn a_confirmed_one_on_the_second_page_is_changed_in_place() {
    let first = page(&[("arn:x", "dev@example.com")], "<NextToken>n</NextToken>");
    let (tags, second) = (tags(), page(&[(ARN, MAIL)], ""));
    let found = attributes(false, "{&quot;kind&quot;:[&quot;other&quot;]}");
    let fake = FakeAws::new([
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=ListSubscriptionsByTopic", 200, first.as_str()),
        ("NextToken=n", 200, second.as_str()),
        ("Action=GetSubscriptionAttributes", 200, found.as_str()),
        ("Action=SetSubscriptionAttributes", 200, DONE),
    ]);
    let driver = subscriptions(&fake);
    let live = read(&driver, &filtered()).await.unwrap();
    assert!(driver.pending(&live).is_none());
    update(&driver, &live, &filtered()).await.unwrap();
    let change = fake.requests().pop().unwrap();
    assert!(change.contains("AttributeName=FilterPolicy&"), "{change}");
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn creating_one_records_it_first_and_succeeds_before_it_is_confirmed() {
    let (tags, none, listed) = (tags(), page(&[], ""), page(&[(PENDING, MAIL)], ""));
    let fake = FakeAws::new([
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=TagResource", 200, DONE),
        ("Action=ListSubscriptionsByTopic", 200, none.as_str()),
        ("Action=Subscribe", 200, SUBSCRIBED),
        ("Action=ListSubscriptionsByTopic", 200, none.as_str()),
        ("Action=ListSubscriptionsByTopic", 200, listed.as_str()),
    ]);
    let driver = subscriptions(&fake);
    let live = create(&driver, &name(), &mail()).await.unwrap();
    assert!(driver.pending(&live).unwrap().contains(MAIL));
    let request = &fake.requests()[3];
    assert!(!request.contains("RawMessageDelivery"), "{request}");
    fake.assert_used();
}

#[tokio::test]
async fn a_second_attempt_sends_no_second_mail() {
    let (tags, listed) = (tags(), page(&[(PENDING, MAIL)], ""));
    let fake = FakeAws::new([
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=TagResource", 200, DONE),
        ("Action=ListSubscriptionsByTopic", 200, listed.as_str()),
        ("Action=ListTagsForResource", 200, tags.as_str()),
    ]);
    create(&subscriptions(&fake), &name(), &mail())
        .await
        .unwrap();
    assert_eq!(fake.count("Action=Subscribe"), 0);
    fake.assert_used();
}

/// What others subscribed has no record; what the description no longer has still does.
#[tokio::test]
async fn orphans_are_those_with_a_record() {
    let tags = tags();
    let listed = page(&[(ARN, MAIL), ("arn:x", "theirs@example.com")], "");
    let fake = FakeAws::new([
        ("GetResources", 200, NO_HINTS),
        ("Action=ListTopics", 200, TOPICS),
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=ListSubscriptionsByTopic", 200, listed.as_str()),
        ("Action=Unsubscribe", 200, DONE),
        (
            "Action=ListSubscriptionsByTopic",
            200,
            page(&[], "").as_str(),
        ),
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=UntagResource", 200, DONE),
    ]);
    let driver = subscriptions(&fake);
    let listed = driver
        .list(&engine::Selection::All, &ReadCache::default())
        .await
        .unwrap();
    let [orphan, theirs] = listed.as_slice() else {
        panic!("{listed:?}")
    };
    let foreign = LiveTags::Foreign("test/topic".parse().unwrap());
    assert_eq!(theirs.tags, foreign);
    let tags = orphan.tags.known().unwrap();
    assert_eq!(tags["frontage:address"], format!("test/{}", name()));
    driver.delete(orphan).await.unwrap();
    let untag = fake.requests().pop().unwrap();
    assert!(untag.contains(&name()), "{untag}");
    fake.assert_used();
}

/// SNS refuses to delete it, and does so by itself.
#[tokio::test]
async fn deleting_an_unconfirmed_one_only_removes_its_record() {
    let (tags, listed) = (tags(), page(&[(PENDING, MAIL)], ""));
    let fake = FakeAws::new([
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=ListSubscriptionsByTopic", 200, listed.as_str()),
        ("Action=ListTagsForResource", 200, tags.as_str()),
        ("Action=UntagResource", 200, DONE),
    ]);
    let driver = subscriptions(&fake);
    let live = read(&driver, &mail()).await.unwrap();
    driver.delete(&live).await.unwrap();
    fake.assert_used();
}

#[test]
fn what_sns_refuses_is_refused_before_any_call() {
    let found = |protocol: &str, endpoint: &str| {
        let properties = json!({"TopicArn": TOPIC, "Protocol": protocol, "Endpoint": endpoint});
        findings(Subscriptions::new, &properties)
    };
    let refused = [
        ("pigeon", "x"),
        ("email", "ops"),
        ("email", "a b@example.com"),
        ("https", "http://example.com"),
        ("sqs", "queue"),
    ];
    for (protocol, endpoint) in refused {
        assert_eq!(found(protocol, endpoint).len(), 1, "{protocol} {endpoint}");
    }
    let allowed = [
        ("email", MAIL),
        ("https", "https://example.com"),
        ("sqs", "arn:aws:sqs:eu-west-1:111122223333:q"),
        ("lambda", UNKNOWN),
        ("sms", "+491700000"),
    ];
    for (protocol, endpoint) in allowed {
        assert_eq!(found(protocol, endpoint), [""; 0]);
    }
    let mut raw = mail();
    raw["RawMessageDelivery"] = json!(true);
    assert_eq!(
        testing::findings(Subscriptions::new, &raw),
        ["RawMessageDelivery is not for the protocol email"]
    );
}
