//! Behaviour of SQS that no emulator shows: its lags and its reversals.

use aws_sdk_sqs::types::QueueAttributeName;
use engine::{Change, UNKNOWN};
use fake_aws::FakeAws;
use serde_json::json;

use super::*;
use crate::kit::findings::findings;
use crate::kit::left::assert_left;
use crate::kit::typed;

const URL: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/acme-q";
const MADE: &str = r#"{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/acme-q"}"#;
const OWNED: &str = r#"{"Tags":{"frontage:system":"acme","frontage:address":"test/queue"}}"#;
const ABSENT: &str =
    r#"{"__type":"QueueDoesNotExist","message":"The specified queue does not exist."}"#;
const NO_HINTS: &str = r#"{"ResourceTagMappingList":[]}"#;

fn driver(fake: &FakeAws) -> Queues {
    Queues::new(&Account::for_tests(fake))
}

/// A queue, normalised, as the adapter passes it to its driver.
#[allow(clippy::needless_pass_by_value)] // built in place
fn queue(more: Value) -> Properties {
    let mut members = json!({"QueueName": "acme-q"});
    let more = more.as_object().cloned().unwrap_or_default();
    members.as_object_mut().unwrap().extend(more);
    let mut queue = serde_json::from_value(members).unwrap();
    driver(&FakeAws::default()).normalise(&mut queue);
    queue
}

fn owner() -> Owner {
    Owner::recorded_in(&tags()).unwrap()
}

fn tags() -> Tags {
    [
        ("frontage:system", "acme"),
        ("frontage:address", "test/queue"),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .into()
}

fn live(driver: &Queues) -> Live {
    driver.live(URL, queue(json!({})), LiveTags::Read(tags()))
}

fn changes(property: &str) -> Changes {
    let change = Change {
        path: property.to_owned(),
        old: Value::Null,
        new: Value::Null,
        forces_replacement: false,
    };
    Changes(vec![change])
}

fn delay(seconds: i32) -> String {
    format!(r#"{{"Attributes":{{"DelaySeconds":"{seconds}"}}}}"#)
}

async fn read(driver: &Queues, name: &str) -> Result<Option<Live>, DriverError> {
    let address = "test/queue".parse().unwrap();
    let request = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: queue(json!({"QueueName": name})),
    };
    driver.read(request, &ReadCache::default()).await
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_deleted_recently_is_waited_for() {
    let recently = r#"{"__type":"QueueDeletedRecently","message":"You must wait 60 seconds"}"#;
    let older = r#"{"__type":"AWS.SimpleQueueService.QueueDeletedRecently","message":"You must wait 60 seconds"}"#;
    let mut answers = vec![("CreateQueue", 400, recently); 8];
    answers.extend([
        ("CreateQueue", 400, older),
        ("CreateQueue", 200, MADE),
        ("ListQueueTags", 200, OWNED),
    ]);
    answers.extend([("GetQueueAttributes", 200, r#"{"Attributes":{}}"#); 4]);
    let fake = FakeAws::new(answers);
    let live = driver(&fake)
        .create(queue(json!({})), &owner(), &tags())
        .await
        .unwrap();
    assert_eq!(live.attribute(Queue::URL).unwrap(), URL);
    assert_eq!(
        live.attribute(Queue::ARN).unwrap(),
        "arn:aws:sqs:eu-west-1:111122223333:acme-q"
    );
    fake.assert_used();
}

/// A Region may have the lower default of before, and refuse a larger one.
#[tokio::test(start_paused = true)]
async fn a_new_queue_has_the_size_of_its_region() {
    let lower = r#"{"Attributes":{"MaximumMessageSize":"262144"}}"#;
    let mut answers = vec![("CreateQueue", 200, MADE), ("ListQueueTags", 200, OWNED)];
    answers.extend([("GetQueueAttributes", 200, lower); 4]);
    let fake = FakeAws::new(answers);
    let desired = queue(json!({}));
    driver(&fake)
        .create(desired, &owner(), &tags())
        .await
        .unwrap();
    let request = fake.requests().remove(0);
    assert!(
        request.contains("VisibilityTimeout") && !request.contains("MaximumMessageSize"),
        "{request}"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_change_is_believed_once_it_reads_back_four_times() {
    let (old, new) = (delay(0), delay(5));
    let reads = [&new, &new, &old, &new, &new, &new, &new];
    let mut answers = vec![("SetQueueAttributes", 200, "{}")];
    answers.extend(reads.map(|body| ("GetQueueAttributes", 200, body.as_str())));
    let fake = FakeAws::new(answers);
    let driver = driver(&fake);
    let desired = queue(json!({"DelaySeconds": 5}));
    driver
        .updated(live(&driver), desired, &changes("DelaySeconds"))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_change_that_never_reads_back_says_which() {
    let old = delay(0);
    let mut answers = vec![("SetQueueAttributes", 200, "{}")];
    answers.extend(vec![("GetQueueAttributes", 200, old.as_str()); 200]);
    let driver = driver(&FakeAws::new(answers));
    let desired = queue(json!({"DelaySeconds": 5}));
    let error = driver
        .updated(live(&driver), desired, &changes("DelaySeconds"))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "gave up after 180 s waiting for the attributes of the queue `acme-q` to read back as written; last seen: DelaySeconds: 0"
    );
}

#[tokio::test(start_paused = true)]
async fn only_what_changes_is_set_and_what_is_gone_is_emptied() {
    let fake = FakeAws::new(
        [("SetQueueAttributes", 200, "{}")]
            .into_iter()
            .chain([("GetQueueAttributes", 200, "{}"); 4]),
    );
    let driver = driver(&fake);
    let live = live(&driver);
    driver
        .updated(live, queue(json!({})), &changes("RedrivePolicy"))
        .await
        .unwrap();
    let request = fake.requests().remove(0);
    assert!(
        request.contains(r#""Attributes":{"RedrivePolicy":""}"#),
        "{request}"
    );
}

/// SQS keeps one kind of encryption: the other is turned off in the same call.
#[test]
fn a_key_takes_the_place_of_encryption_by_sqs() {
    let (by_sqs, by_key) = (
        queue(json!({})),
        queue(json!({"KmsMasterKeyId": "alias/acme"})),
    );
    let set = convert::changed(&by_key, &typed::changes(&by_sqs, &by_key).unwrap()).unwrap();
    assert_eq!(
        set.get(&QueueAttributeName::SqsManagedSseEnabled)
            .map(String::as_str),
        Some("false")
    );
    assert_eq!(
        set.get(&QueueAttributeName::KmsMasterKeyId)
            .map(String::as_str),
        Some("alias/acme")
    );
    let set = convert::changed(&by_sqs, &typed::changes(&by_key, &by_sqs).unwrap()).unwrap();
    assert_eq!(
        set.get(&QueueAttributeName::SqsManagedSseEnabled)
            .map(String::as_str),
        Some("true")
    );
    assert_eq!(
        set.get(&QueueAttributeName::KmsMasterKeyId)
            .map(String::as_str),
        Some("")
    );
    assert_eq!(
        set.get(&QueueAttributeName::KmsDataKeyReusePeriodSeconds),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_an_earlier_attempt_made_otherwise_is_made_as_it_should_be() {
    let exists = r#"{"__type":"QueueAlreadyExists","message":"exists"}"#;
    let (old, new) = (delay(0), delay(5));
    let mut answers = vec![
        ("CreateQueue", 400, exists),
        ("GetQueueUrl", 200, MADE),
        ("ListQueueTags", 200, OWNED),
        ("GetQueueAttributes", 200, old.as_str()),
        ("SetQueueAttributes", 200, "{}"),
        ("ListQueueTags", 200, OWNED),
    ];
    answers.extend([("GetQueueAttributes", 200, new.as_str()); 8]);
    let fake = FakeAws::new(answers);
    driver(&fake)
        .create(queue(json!({"DelaySeconds": 5})), &owner(), &tags())
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_queue_of_another_owner_is_not_taken() {
    let fake = FakeAws::new([
        (
            "CreateQueue",
            400,
            r#"{"__type":"QueueNameExists","message":"A queue already exists"}"#,
        ),
        ("GetQueueUrl", 200, MADE),
        (
            "ListQueueTags",
            200,
            r#"{"Tags":{"frontage:system":"other"}}"#,
        ),
    ]);
    let error = driver(&fake)
        .create(queue(json!({})), &owner(), &tags())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "sqs:CreateQueue: QueueNameExists: A queue already exists"
    );
    fake.assert_used();
}

/// `CreateQueue` succeeds on any owner's queue that has these attributes.
#[tokio::test(start_paused = true)]
async fn an_equal_queue_of_another_owner_is_not_taken() {
    let mut answers = vec![("CreateQueue", 200, MADE)];
    answers.extend(vec![("ListQueueTags", 200, "{}"); 60]);
    let error = driver(&FakeAws::new(answers))
        .create(queue(json!({})), &owner(), &tags())
        .await
        .unwrap_err();
    assert!(matches!(error, DriverError::TimedOut { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_waited_for_until_it_is_seen_everywhere() {
    let mut answers = vec![("DeleteQueue", 200, "{}")];
    answers.extend([
        ("GetQueueAttributes", 400, ABSENT),
        ("GetQueueAttributes", 200, r#"{"Attributes":{}}"#),
    ]);
    answers.extend([("GetQueueAttributes", 400, ABSENT); 4]);
    let fake = FakeAws::new(answers);
    let driver = driver(&fake);
    driver.delete(live(&driver)).await.unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn deleting_what_is_not_there_succeeds() {
    let older = r#"{"__type":"AWS.SimpleQueueService.NonExistentQueue","message":"gone"}"#;
    let mut answers = vec![("DeleteQueue", 400, older)];
    answers.extend([("GetQueueAttributes", 400, older); 4]);
    let fake = FakeAws::new(answers);
    let driver = driver(&fake);
    driver.delete(live(&driver)).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_queue_on_the_second_page_is_found_by_its_whole_name() {
    let first = r#"{"QueueUrls":["https://sqs/111122223333/acme-q-other"],"NextToken":"more"}"#;
    let second = format!(r#"{{"QueueUrls":["{URL}"]}}"#);
    let fake = FakeAws::new([
        ("ListQueues", 200, first),
        ("ListQueues", 200, second.as_str()),
        (
            "GetQueueAttributes",
            200,
            r#"{"Attributes":{"VisibilityTimeout":"7"}}"#,
        ),
        ("GetResources", 200, NO_HINTS),
        ("ListQueueTags", 200, OWNED),
    ]);
    let live = read(&driver(&fake), "acme-q").await.unwrap().unwrap();
    assert_eq!(live.properties.visibility_timeout, Some(7));
    assert_eq!(live.tags, LiveTags::Read(tags()));
    assert!(fake.requests()[0].contains(r#""MaxResults":1000"#));
    fake.assert_used();
}

#[tokio::test]
async fn a_queue_that_is_listed_after_its_deletion_is_absent() {
    let listed = format!(r#"{{"QueueUrls":["{URL}"]}}"#);
    let fake = FakeAws::new([
        ("ListQueues", 200, listed.as_str()),
        ("GetQueueAttributes", 400, ABSENT),
    ]);
    assert!(read(&driver(&fake), "acme-q").await.unwrap().is_none());
    fake.assert_used();
}

#[tokio::test]
async fn a_queue_of_another_name_is_asked_for_by_name() {
    let fake = FakeAws::new([("GetQueueUrl", 400, ABSENT)]);
    assert!(read(&driver(&fake), "elsewhere").await.unwrap().is_none());
    let fake = FakeAws::new([(
        "GetQueueUrl",
        400,
        r#"{"__type":"AccessDenied","message":"no"}"#,
    )]);
    assert!(
        read(&driver(&fake), "elsewhere")
            .await
            .unwrap_err()
            .is("AccessDenied")
    );
}

#[test]
fn a_redrive_policy_reads_back_with_its_count_as_number_or_text() {
    for policy in [
        r#"{"deadLetterTargetArn":"arn:dead","maxReceiveCount":3}"#,
        r#"{"maxReceiveCount":"3","deadLetterTargetArn":"arn:dead"}"#,
    ] {
        let attributes = [(QueueAttributeName::RedrivePolicy, policy.to_owned())].into();
        let redrive = convert::properties("q", &attributes)
            .unwrap()
            .redrive_policy
            .unwrap();
        assert_eq!(
            (
                redrive.dead_letter_target_arn.as_str(),
                redrive.max_receive_count
            ),
            ("arn:dead", 3)
        );
    }
}

#[test]
fn what_sqs_refuses_is_refused_before_any_call() {
    let refused = [
        json!({"QueueName": "a.b"}),
        json!({"QueueName": "x".repeat(81)}),
        json!({"QueueName": ".fifo", "FifoQueue": true}),
        json!({"QueueName": "q.fifo"}),
        json!({"QueueName": "q", "FifoQueue": true}),
        json!({"ContentBasedDeduplication": true}),
        json!({"DelaySeconds": 901}),
        json!({"MaximumMessageSize": 1_023}),
        json!({"MessageRetentionPeriod": 59}),
        json!({"ReceiveMessageWaitTimeSeconds": 21}),
        json!({"VisibilityTimeout": 43_201}),
        json!({"KmsMasterKeyId": "k", "KmsDataKeyReusePeriodSeconds": 59}),
        json!({"KmsMasterKeyId": "k", "SqsManagedSseEnabled": true}),
        json!({"RedrivePolicy": {"deadLetterTargetArn": "arn:dead", "maxReceiveCount": 1_001}}),
        json!({"RedrivePolicy": {"deadLetterTargetArn": "arn:dead.fifo", "maxReceiveCount": 1}}),
    ];
    for members in refused {
        let found = findings(Queues::new, &queue(members.clone()));
        assert_eq!(found.len(), 1, "{members}: {found:?}");
    }
    let allowed = [
        json!({"QueueName": "q.fifo", "FifoQueue": true, "ContentBasedDeduplication": true}),
        json!({"RedrivePolicy": {"deadLetterTargetArn": UNKNOWN, "maxReceiveCount": 1}}),
        json!({"QueueName": UNKNOWN, "KmsMasterKeyId": UNKNOWN}),
    ];
    for members in allowed {
        assert_eq!(findings(Queues::new, &queue(members)), [""; 0]);
    }
}

#[test]
fn every_finding_names_its_property() {
    let broken = json!({
        "QueueName": "q.fifo",
        "DelaySeconds": 901,
        "ContentBasedDeduplication": true,
        "RedrivePolicy": {"deadLetterTargetArn": "arn:dead.fifo", "maxReceiveCount": 0},
    });
    assert_eq!(
        findings(Queues::new, &queue(broken)),
        [
            "DelaySeconds is 901; 0 to 900 are allowed",
            "RedrivePolicy.maxReceiveCount is 0; 1 to 1000 are allowed",
            "QueueName is `q.fifo`; letters, digits, - and _ are allowed, and `.fifo` ends the names of FIFO queues",
            "ContentBasedDeduplication is for FIFO queues only",
            "RedrivePolicy.deadLetterTargetArn is `arn:dead.fifo`; a queue and its dead-letter queue are both FIFO or both standard",
        ]
    );
}

#[tokio::test]
async fn a_queue_is_kept_while_it_has_messages_of_any_kind() {
    let kinds = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ];
    for with in [None, Some(0), Some(1), Some(2)] {
        let number = |index| if with == Some(index) { "1200" } else { "0" };
        let attributes = json!({"Attributes": {
            kinds[0]: number(0), kinds[1]: number(1), kinds[2]: number(2)
        }});
        let fake = FakeAws::new([("GetQueueAttributes", 200, &*attributes.to_string())]);
        let driver = driver(&fake);
        let holding = driver.holding(&live(&driver)).await.unwrap();
        let (said, kept) = match with {
            None => ("about 0 messages", false),
            Some(_) => ("about 1,200 messages", true),
        };
        assert_eq!(
            (&*holding.to_string(), driver.is_kept(&holding)),
            (said, kept)
        );
    }
}

#[tokio::test]
async fn a_queue_that_is_gone_has_no_messages_and_a_denial_is_no_number() {
    let denied = r#"{"__type":"AccessDenied","message":"no"}"#;
    let answers = [
        ("GetQueueAttributes", 400, ABSENT),
        ("GetQueueAttributes", 400, denied),
    ];
    let fake = FakeAws::new(answers);
    let driver = driver(&fake);
    let holding = driver.holding(&live(&driver)).await.unwrap();
    assert!(holding.is_empty());
    let error = driver.holding(&live(&driver)).await.unwrap_err();
    assert!(error.is("AccessDenied"));
}

#[test]
fn a_size_and_encryption_of_others_are_left_unless_they_are_stated() {
    let members = [
        ("MaximumMessageSize", json!(262_144), json!(1_048_576)),
        ("SqsManagedSseEnabled", json!(false), json!(true)),
    ];
    assert_left(Queues::new, &json!({"QueueName": "acme-q"}), &members);
}
