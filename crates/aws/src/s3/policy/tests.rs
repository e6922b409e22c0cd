//! Behaviour of bucket policies that no emulator shows.

use std::collections::BTreeMap;

use engine::UNKNOWN;
use fake_aws::FakeAws;
use model::types::iam::{Principal, Statement, Values};
use model::{ADDRESS_TAG, FINGERPRINT_TAG, SYSTEM_TAG, child_fingerprint_tag};

use super::*;
use crate::kit::findings::findings;
use crate::kit::policy_document::print;

const GET: &str = "GET https://acme-b.s3.eu-west-1.amazonaws.com/?policy";
const PUT: &str = "PUT https://acme-b.s3.eu-west-1.amazonaws.com/?policy";
const DELETE: &str = "DELETE https://acme-b.s3.eu-west-1.amazonaws.com/?policy";
const GET_TAGS: &str = "GET https://acme-b.s3.eu-west-1.amazonaws.com/?tagging";
const PUT_TAGS: &str = "PUT https://acme-b.s3.eu-west-1.amazonaws.com/?tagging";
const NONE: &str = "<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>";
const MISSING: &str = "<Error><Code>NoSuchBucket</Code><Message>not there</Message></Error>";

fn driver(fake: &FakeAws) -> Policies {
    Policies::new(&Account::for_tests(fake))
}

fn policy(resource: &str) -> Properties {
    let principal = BTreeMap::from([(
        "AWS".to_owned(),
        Values(vec!["arn:aws:iam::111122223333:role/r".to_owned()]),
    )]);
    let statement = Statement {
        principal: Some(Principal::Of(principal)),
        ..Statement::allow(["s3:GetObject"], vec![resource.to_owned()])
    };
    BucketPolicy {
        bucket: "acme-b".to_owned(),
        policy_document: PolicyDocument::new(vec![statement]),
    }
}

fn text(resource: &str) -> String {
    print(&policy(resource).policy_document).unwrap()
}

fn tags() -> Tags {
    let tags = [
        (SYSTEM_TAG, "acme"),
        (ADDRESS_TAG, "test/policy"),
        (FINGERPRINT_TAG, "abc"),
    ];
    tags.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn owner() -> Owner {
    Owner::recorded_in(&tags()).unwrap()
}

fn alive() -> Live {
    let document = policy("arn").policy_document;
    live("acme-b", document, LiveTags::Read(tags()))
}

/// The tags of the bucket with these records.
fn tagging(records: &[(&str, &str)]) -> String {
    let tag = |key: &str, value: &str| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
    let records: String = records
        .iter()
        .map(|(name, value)| tag(&child_fingerprint_tag(name), value))
        .collect();
    let own = tag(SYSTEM_TAG, "acme") + &tag(ADDRESS_TAG, "test/b");
    format!("<Tagging><TagSet>{own}{records}</TagSet></Tagging>")
}

#[tokio::test(start_paused = true)]
async fn the_record_comes_first_and_a_principal_that_is_not_known_yet_is_waited_for() {
    let unknown =
        "<Error><Code>MalformedPolicy</Code><Message>Invalid principal in policy</Message></Error>";
    let aborted =
        "<Error><Code>OperationAborted</Code><Message>Please try again.</Message></Error>";
    let (bucket, old, new) = (
        tagging(&[("config", "1 config.json")]),
        text("old"),
        text("arn"),
    );
    let fake = FakeAws::new([
        (GET_TAGS, 200, bucket.as_str()),
        (PUT_TAGS, 409, aborted),
        (PUT_TAGS, 204, ""),
        (PUT, 400, unknown),
        (PUT, 409, aborted),
        (PUT, 204, ""),
        (GET, 404, NONE),
        (GET, 200, old.as_str()),
        (GET, 200, new.as_str()),
    ]);
    let live = driver(&fake)
        .create(policy("arn"), &owner(), &tags())
        .await
        .unwrap();
    assert_eq!(
        (live.id.as_str(), &live.tags),
        ("acme-b", &LiveTags::Read(tags()))
    );
    fake.assert_used();
    let record = &fake.requests()[2];
    for tag in [
        "frontage:fingerprint:policy</Key><Value>abc<",
        "frontage:fingerprint:config</Key>",
        "test/b",
    ] {
        assert!(record.contains(tag), "{record}");
    }
}

#[tokio::test]
async fn another_mistake_in_a_policy_is_told_at_once() {
    let wrong =
        "<Error><Code>MalformedPolicy</Code><Message>Policy has invalid action</Message></Error>";
    let bucket = tagging(&[("policy", "abc")]);
    let fake = FakeAws::new([(GET_TAGS, 200, bucket.as_str()), (PUT, 400, wrong)]);
    let error = driver(&fake)
        .create(policy("arn"), &owner(), &tags())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "s3:PutBucketPolicy: MalformedPolicy: Policy has invalid action"
    );
    let mut nobody = policy("arn");
    nobody.policy_document.statement[0].principal = None;
    assert_eq!(
        findings(Policies::new, &nobody),
        ["PolicyDocument.Statement[0] names no principal"]
    );
}

/// All tags are written at once, so those that an answer lacked would be lost.
#[tokio::test]
async fn tags_without_the_owner_are_not_written_over() {
    let others = "<Tagging><TagSet><Tag><Key>cost</Key><Value>1</Value></Tag></TagSet></Tagging>";
    let none = "<Tagging><TagSet></TagSet></Tagging>";
    for read in [others, none] {
        let fake = FakeAws::new([(GET_TAGS, 200, read)]);
        let client = S3Client::new(&Account::for_tests(&fake));
        let change = |tags: &mut Tags| drop(tags.insert("two".into(), "2".into()));
        let error = client.change_tags("acme-b", change).await.unwrap_err();
        let told = error.to_string();
        let why = ["describes nothing", "do not name this system"];
        assert!(why.iter().any(|why| told.contains(why)), "{told}");
        fake.assert_used();
    }
}

/// Two drivers write one bucket's tags: neither loses the other's.
#[tokio::test]
async fn a_bucket_has_one_writer_of_its_tags() {
    let (first, second) = (tagging(&[]), tagging(&[("one", "1")]));
    let fake = FakeAws::new([
        (GET_TAGS, 200, first.as_str()),
        (PUT_TAGS, 204, ""),
        (GET_TAGS, 200, second.as_str()),
        (PUT_TAGS, 204, ""),
    ]);
    let account = Account::for_tests(&fake);
    let (one, other) = (S3Client::new(&account), S3Client::new(&account));
    let insert = |name: &'static str| {
        move |tags: &mut Tags| drop(tags.insert(child_fingerprint_tag(name), "1".into()))
    };
    tokio::try_join!(
        one.change_tags("acme-b", insert("one")),
        other.change_tags("acme-b", insert("two"))
    )
    .unwrap();
    let requests = fake.requests();
    let methods: Vec<_> = requests
        .iter()
        .map(|request| request.split(' ').next().unwrap())
        .collect();
    assert_eq!(methods, ["GET", "PUT", "GET", "PUT"]);
    assert!(
        requests[3].contains("fingerprint:one") && requests[3].contains("fingerprint:two"),
        "{}",
        requests[3]
    );
}

fn wanted(address: &Address) -> TypedReadRequest<'_, Properties> {
    TypedReadRequest {
        fingerprint: "f",
        address,
        properties: policy("arn"),
    }
}

#[tokio::test]
async fn a_policy_is_read_with_the_record_of_its_bucket() {
    let address = "test/policy".parse().unwrap();
    let (bucket, text) = (
        tagging(&[("policy", "abc"), ("config", "1 config.json")]),
        text("arn%2F"),
    );
    let fake = FakeAws::new([(GET_TAGS, 200, bucket.as_str()), (GET, 200, text.as_str())]);
    let live = driver(&fake)
        .read(wanted(&address), &ReadCache::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        live.properties,
        policy("arn%2F"),
        "it is not URL-encoded, as IAM's are"
    );
    assert_eq!(live.tags, LiveTags::Read(tags()));
    for (status, answer) in [(404, NONE), (404, MISSING)] {
        let fake = FakeAws::new([(GET_TAGS, 200, bucket.as_str()), (GET, status, answer)]);
        assert!(
            driver(&fake)
                .read(wanted(&address), &ReadCache::default())
                .await
                .unwrap()
                .is_none()
        );
    }
}

const INDEX: &str = "GetResources";
const LIST: &str = "GET https://s3.eu-west-1.amazonaws.com/?";

/// A bucket that the index shows is not read; one that it does not show is.
#[tokio::test]
async fn orphans_are_suspected_by_the_records_of_buckets_and_confirmed() {
    let listed = |name: &str| {
        format!(
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>{name}</Name></Bucket></Buckets></ListAllMyBucketsResult>"
        )
    };
    let listed = listed("acme-b");
    let tag = |key: &str, value: &str| serde_json::json!({"Key": key, "Value": value});
    let tags = [
        tag(SYSTEM_TAG, "acme"),
        tag(ADDRESS_TAG, "test/b"),
        tag("frontage:fingerprint:policy", "abc"),
    ];
    let index = serde_json::json!({"ResourceTagMappingList": [{"ResourceARN": "arn:aws:s3:::acme-b", "Tags": tags}]});
    let (index, bucket, text) = (
        index.to_string(),
        tagging(&[("policy", "abc"), ("config", "1 config.json")]),
        text("arn"),
    );
    let fake = FakeAws::new([(INDEX, 200, index.as_str()), (LIST, 200, listed.as_str())]);
    let shown = driver(&fake).list(&ReadCache::default()).await.unwrap();
    fake.assert_used();
    let at: Address = "test/policy".parse().unwrap();
    let address = |live: &Live| live.tags.owner().map(|owner| owner.address);
    assert_eq!(
        (shown.len(), shown[0].tags.is_read(), address(&shown[0])),
        (1, false, Some(at.clone()))
    );
    let fake = FakeAws::new([
        (INDEX, 200, "{}"),
        (LIST, 200, listed.as_str()),
        (GET_TAGS, 200, bucket.as_str()),
    ]);
    assert_eq!(
        driver(&fake)
            .list(&ReadCache::default())
            .await
            .unwrap()
            .len(),
        1
    );
    fake.assert_used();
    let fake = FakeAws::new([(GET_TAGS, 200, bucket.as_str()), (GET, 200, text.as_str())]);
    let confirmed = driver(&fake)
        .confirm(shown[0].clone(), Some(&at))
        .await
        .unwrap()
        .expect("a policy");
    assert_eq!(
        (confirmed.properties, confirmed.tags),
        (policy("arn"), LiveTags::Read(self::tags()))
    );
    let fake = FakeAws::new([(GET_TAGS, 200, bucket.as_str()), (GET, 404, NONE)]);
    assert!(
        driver(&fake)
            .confirm(shown[0].clone(), Some(&at))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(start_paused = true)]
async fn a_deletion_takes_the_record_and_leaves_those_of_objects() {
    let (bucket, text) = (
        tagging(&[("policy", "abc"), ("config", "1 config.json")]),
        text("arn"),
    );
    let fake = FakeAws::new([
        (DELETE, 204, ""),
        (GET, 200, text.as_str()),
        (GET, 404, NONE),
        (GET_TAGS, 200, bucket.as_str()),
        (PUT_TAGS, 204, ""),
    ]);
    driver(&fake).delete(alive()).await.unwrap();
    fake.assert_used();
    let put = &fake.requests()[4];
    assert!(
        put.contains("fingerprint:config") && !put.contains("fingerprint:policy"),
        "{put}"
    );
    let fake = FakeAws::new([
        (DELETE, 404, MISSING),
        (GET, 404, MISSING),
        (GET_TAGS, 404, MISSING),
    ]);
    driver(&fake).delete(alive()).await.unwrap();
    fake.assert_used();
}

#[test]
fn what_is_not_known_yet_normalises() {
    let mut unknown = policy(UNKNOWN);
    driver(&FakeAws::default()).normalise(&mut unknown);
    assert_eq!(unknown.policy_document.statement[0].resource, [UNKNOWN]);
}

#[test]
fn a_policy_has_statements_and_a_length() {
    let none = BucketPolicy {
        policy_document: PolicyDocument::new(Vec::new()),
        ..policy("arn")
    };
    assert_eq!(
        findings(Policies::new, &none),
        ["PolicyDocument.Statement has no members; at least 1 is needed"]
    );
    let long = findings(Policies::new, &policy(&"x".repeat(20 * 1024))).concat();
    assert!(long.contains("up to 20480 (20 KB) are allowed"), "{long}");
    let unknown = BucketPolicy {
        bucket: UNKNOWN.to_owned(),
        ..policy(&UNKNOWN.repeat(2_000))
    };
    assert_eq!(findings(Policies::new, &unknown), [""; 0]);
}
