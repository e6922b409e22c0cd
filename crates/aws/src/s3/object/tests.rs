//! Behaviour of objects that no emulator shows.

use engine::{UNKNOWN, Writer as _};
use fake_aws::FakeAws;
use model::{ADDRESS_TAG, FINGERPRINT_TAG, SYSTEM_TAG};

use super::limits::LARGEST;
use super::*;
use crate::kit::findings::findings;
use crate::kit::typed::Untyped;

const PUT: &str = "PUT https://acme-b.s3.eu-west-1.amazonaws.com/config.json?x-id=PutObject";
const GET: &str = "GET https://acme-b.s3.eu-west-1.amazonaws.com/config.json?x-id=GetObject";
const GET_OWN: &str = "GET https://acme-b.s3.eu-west-1.amazonaws.com/config.json?tagging";
const GET_TAGS: &str = "GET https://acme-b.s3.eu-west-1.amazonaws.com/?tagging";
const DELETE: &str = "DELETE https://acme-b.s3.eu-west-1.amazonaws.com/config.json";
const THERE: &str = "<Error><Code>PreconditionFailed</Code><Message>there</Message></Error>";
const MISSING: &str = "<Error><Code>NoSuchKey</Code><Message>not there</Message></Error>";
const NO_BUCKET: &str = "<Error><Code>NoSuchBucket</Code><Message>not there</Message></Error>";

fn driver(fake: &FakeAws) -> Objects {
    Objects::new(&Account::for_tests(fake))
}

fn object() -> Properties {
    Object {
        bucket: "acme-b".to_owned(),
        key: "config.json".to_owned(),
        body: "{}".to_owned(),
        content_type: Some("application/json".to_owned()),
        cache_control: None,
    }
}

fn tags() -> Tags {
    let tags = [
        (SYSTEM_TAG, "acme"),
        (ADDRESS_TAG, "test/config"),
        (FINGERPRINT_TAG, "abc"),
    ];
    tags.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn owner() -> Owner {
    Owner::recorded_in(&tags()).unwrap()
}

fn tagging(tags: &[(&str, &str)]) -> String {
    let tags = tags
        .iter()
        .map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>"));
    format!(
        "<Tagging><TagSet>{}</TagSet></Tagging>",
        tags.collect::<Vec<_>>().concat()
    )
}

/// The tags of the bucket, with the object's record.
fn bucket() -> String {
    let record = ("frontage:fingerprint:config", "abc config.json");
    tagging(&[(SYSTEM_TAG, "acme"), (ADDRESS_TAG, "test/b"), record])
}

#[tokio::test(start_paused = true)]
async fn an_object_that_is_there_is_taken_only_if_it_is_ours() {
    let (bucket, ours) = (
        bucket(),
        tagging(&[(SYSTEM_TAG, "acme"), (ADDRESS_TAG, "test/config")]),
    );
    let busy = "<Error><Code>ConditionalRequestConflict</Code><Message>busy</Message></Error>";
    let fake = FakeAws::new([
        (GET_TAGS, 200, bucket.as_str()),
        (PUT, 404, NO_BUCKET),
        (PUT, 409, busy),
        (PUT, 412, THERE),
        (GET_OWN, 200, ours.as_str()),
        (PUT, 200, ""),
    ]);
    driver(&fake)
        .create(object(), &owner(), &tags())
        .await
        .unwrap();
    fake.assert_used();
    let theirs = tagging(&[("team", "web")]);
    let fake = FakeAws::new([
        (GET_TAGS, 200, bucket.as_str()),
        (PUT, 412, THERE),
        (GET_OWN, 200, theirs.as_str()),
    ]);
    let error = driver(&fake)
        .create(object(), &owner(), &tags())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("is not this system's"),
        "{error}"
    );
}

fn wanted(address: &Address) -> TypedReadRequest<'_, Properties> {
    TypedReadRequest {
        fingerprint: "f",
        address,
        properties: object(),
    }
}

#[tokio::test]
async fn an_object_that_lost_its_tags_is_ours_by_the_record_of_its_bucket() {
    let address = "test/config".parse().unwrap();
    let none = tagging(&[]);
    let read = async |bucket: &str| {
        let fake = FakeAws::new([
            (GET_TAGS, 200, bucket),
            (GET, 200, "{}"),
            (GET_OWN, 200, none.as_str()),
        ]);
        driver(&fake)
            .read(wanted(&address), &ReadCache::default())
            .await
            .unwrap()
            .unwrap()
    };
    let live = read(&bucket()).await;
    assert_eq!(
        (live.properties.body.as_str(), &live.tags),
        ("{}", &LiveTags::Read(tags()))
    );
    let other = tagging(&[
        (SYSTEM_TAG, "acme"),
        ("frontage:fingerprint:config", "abc other.json"),
    ]);
    assert_eq!(
        read(&other).await.tags,
        LiveTags::Read(Tags::new()),
        "a record of another key"
    );
    let gone = FakeAws::new([
        (GET_TAGS, 404, NO_BUCKET),
        (GET, 404, NO_BUCKET),
        (GET_OWN, 404, NO_BUCKET),
    ]);
    assert!(
        driver(&gone)
            .read(wanted(&address), &ReadCache::default())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let live = || read::live(object(), LiveTags::Read(tags()));
    let fake = FakeAws::new([(DELETE, 404, MISSING), (GET_TAGS, 404, NO_BUCKET)]);
    driver(&fake).delete(live()).await.unwrap();
    fake.assert_used();
}

/// Tags that are not the owner's are removed, and setting the owner's does not restore them.
#[tokio::test]
async fn an_object_keeps_no_tags_but_its_owners() {
    const PUT_OWN: &str = "PUT https://acme-b.s3.eu-west-1.amazonaws.com/config.json?tagging";
    let bucket = bucket();
    let fake = FakeAws::new([
        (PUT_OWN, 200, ""),
        (PUT_OWN, 200, ""),
        (GET_TAGS, 200, bucket.as_str()),
    ]);
    let mut all = tags();
    all.insert("team".to_owned(), "web".to_owned());
    let live = read::live(object(), LiveTags::Read(all));
    let driver = driver(&fake);
    driver.untag(&live, &["team".to_owned()]).await.unwrap();
    driver.tag(&live, &tags()).await.unwrap();
    fake.assert_used();
    for request in &fake.requests()[..2] {
        assert!(
            request.contains("frontage:address") && !request.contains("team"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_before_any_call() {
    let fake = FakeAws::default();
    let driver = Untyped::new(&Account::for_tests(&fake), Objects::new);
    let refused = async |object: &Properties| {
        let properties = serde_json::to_value(object).unwrap();
        let created = driver.create(&properties, &owner(), &tags()).await;
        created.unwrap_err().to_string()
    };
    let named = |key: &str| Object {
        key: key.to_owned(),
        ..object()
    };
    for (key, expected) in [
        ("", "Key has 0 characters; 1 to 200 are allowed"),
        (
            "käse.json",
            "Key is `käse.json`; only letters, digits, +, -, =, ., _, :, / and @ are allowed",
        ),
        (
            "a b",
            "Key is `a b`; only letters, digits, +, -, =, ., _, :, / and @ are allowed",
        ),
        (
            &"k".repeat(201),
            "Key has 201 characters; 1 to 200 are allowed",
        ),
    ] {
        assert_eq!(refused(&named(key)).await, expected);
    }
    let large = Object {
        body: "x".repeat(LARGEST + 1),
        ..object()
    };
    assert_eq!(
        refused(&large).await,
        "Body has 1048577 bytes; up to 1048576 (1 MiB) are allowed"
    );
    assert!(fake.requests().is_empty());
    let unknown = Object {
        body: UNKNOWN.to_owned(),
        ..named(UNKNOWN)
    };
    assert_eq!(findings(Objects::new, &unknown), [""; 0]);
}
