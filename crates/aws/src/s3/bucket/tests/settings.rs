//! Reads and writes of buckets' settings.

use engine::{Change, UNKNOWN};
use model::Address;
use model::types::s3::{LifecycleConfiguration, LifecycleRule};
use serde_json::json;

use super::*;
use crate::kit::left::assert_left;

fn wanted(address: &Address) -> TypedReadRequest<'_, Properties> {
    TypedReadRequest {
        fingerprint: "f",
        address,
        properties: bucket(),
    }
}

fn listed(region: &str, rest: &str) -> String {
    format!(
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>acme-b</Name><BucketRegion>{region}</BucketRegion></Bucket>\
         </Buckets>{rest}</ListAllMyBucketsResult>"
    )
}

const LIST: &str = "GET https://s3.eu-west-1.amazonaws.com/?";
const NOTHING: &str = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";

#[tokio::test]
async fn a_bucket_on_the_second_page_is_read_with_its_tags() {
    let address = "test/b".parse().unwrap();
    let first = "<ListAllMyBucketsResult><Buckets/><ContinuationToken>more</ContinuationToken></ListAllMyBucketsResult>";
    let (second, tagged) = (listed("eu-west-1", ""), tagging("test/b"));
    let list = [
        ("continuation-token=more", 200, second.as_str()),
        (LIST, 200, first),
        (GET_TAGS, 200, tagged.as_str()),
    ];
    let fake = FakeAws::new(list.into_iter().chain(NEW));
    let found = driver(&fake)
        .read(wanted(&address), &ReadCache::default())
        .await
        .unwrap()
        .unwrap();
    fake.assert_used();
    assert_eq!(found.tags, LiveTags::Read(tags()));
    assert!(
        fake.requests()
            .iter()
            .any(|request| request.contains("prefix=acme-")),
        "{:?}",
        fake.requests()
    );
    assert_eq!(
        normalised(found.properties),
        bucket(),
        "a new bucket at AWS is as one that says nothing"
    );
}

#[tokio::test]
async fn whose_a_bucket_is_that_is_not_listed_is_asked() {
    let address = "test/b".parse().unwrap();
    for (status, expected) in [
        (403, "taken by another AWS account"),
        (301, "in another Region"),
    ] {
        let fake = FakeAws::new([(LIST, 200, NOTHING), (HEAD, status, "")]);
        let error = driver(&fake)
            .read(wanted(&address), &ReadCache::default())
            .await
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let fake = FakeAws::new([(LIST, 200, NOTHING), (HEAD, 404, "")]);
    assert!(
        driver(&fake)
            .read(wanted(&address), &ReadCache::default())
            .await
            .unwrap()
            .is_none()
    );
    let elsewhere = listed("eu-north-1", "");
    let fake = FakeAws::new([(LIST, 200, elsewhere.as_str())]);
    let error = driver(&fake)
        .read(wanted(&address), &ReadCache::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("in another Region"), "{error}");
}

/// A deleted bucket is still listed for a while.
#[tokio::test]
async fn a_bucket_that_is_listed_and_gone_is_absent() {
    let address = "test/b".parse().unwrap();
    let there = listed("eu-west-1", "");
    let gone = [
        "?encryption",
        "?publicAccessBlock",
        "?ownershipControls",
        "?versioning",
        "?lifecycle",
        "?cors",
    ];
    let gone = gone
        .into_iter()
        .chain(["?logging", "?tagging"])
        .map(|name| (name, 404, MISSING));
    let fake = FakeAws::new([(LIST, 200, there.as_str())].into_iter().chain(gone));
    assert!(
        driver(&fake)
            .read(wanted(&address), &ReadCache::default())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn what_was_never_set_reads_as_what_it_means() {
    let absent = |code: &str| format!("<Error><Code>{code}</Code></Error>");
    let (encryption, access, ownership) = (
        absent("ServerSideEncryptionConfigurationNotFoundError"),
        absent("NoSuchPublicAccessBlockConfiguration"),
        absent("OwnershipControlsNotFoundError"),
    );
    let first = [
        ("?encryption", 404, encryption.as_str()),
        ("?publicAccessBlock", 404, access.as_str()),
        ("?ownershipControls", 404, ownership.as_str()),
    ];
    let fake = FakeAws::new(first.into_iter().chain(NEW.into_iter().skip(3)));
    let mut read = driver(&fake).settings("acme-b").await.unwrap().unwrap();
    driver(&fake).normalise(&mut read);
    let json = serde_json::to_value(&read).unwrap();
    assert_eq!(
        json["PublicAccessBlockConfiguration"]["BlockPublicPolicy"],
        false
    );
    assert_eq!(
        json["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
        "ObjectWriter"
    );
    let rule = &json["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    assert_eq!(
        rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"],
        "AES256"
    );
}

fn changed(path: &str) -> Changes {
    let (old, new) = (serde_json::Value::Null, serde_json::Value::Null);
    Changes(vec![Change {
        path: path.to_owned(),
        old,
        new,
        forces_replacement: false,
    }])
}

#[tokio::test(start_paused = true)]
async fn an_aborted_change_is_made_again_and_refused_encryption_stays_refused() {
    let fake = FakeAws::new([
        (
            "GET https://acme-b.s3.eu-west-1.amazonaws.com/?encryption",
            200,
            ENCRYPTION,
        ),
        (
            "PUT https://acme-b.s3.eu-west-1.amazonaws.com/?encryption",
            409,
            ABORTED,
        ),
        (
            "PUT https://acme-b.s3.eu-west-1.amazonaws.com/?encryption",
            404,
            MISSING,
        ),
        (
            "PUT https://acme-b.s3.eu-west-1.amazonaws.com/?encryption",
            200,
            "",
        ),
    ]);
    driver(&fake)
        .updated(live(), bucket(), &changed("BucketEncryption"))
        .await
        .unwrap();
    fake.assert_used();
    let put = &fake.requests()[3];
    assert!(
        put.contains("<EncryptionType>SSE-C</EncryptionType>"),
        "{put}"
    );
}

#[tokio::test(start_paused = true)]
async fn lifecycle_rules_are_waited_for_until_they_stay() {
    let rule = LifecycleRule {
        expiration_in_days: Some(30),
        prefix: Some("a/".to_owned()),
        ..LifecycleRule::default()
    };
    let lifecycle_configuration = Some(LifecycleConfiguration {
        rules: vec![rule],
        transition_default_minimum_object_size: None,
    });
    let desired = normalised(Properties {
        lifecycle_configuration,
        ..bucket()
    });
    let id = desired.lifecycle_configuration.as_ref().unwrap().rules[0]
        .id
        .clone()
        .unwrap();
    let new = format!(
        "<LifecycleConfiguration><Rule><ID>{id}</ID><Filter><Prefix>a/</Prefix></Filter><Status>Enabled</Status>\
         <Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>"
    );
    let (get, old) = (
        "GET https://acme-b.s3.eu-west-1.amazonaws.com/?lifecycle",
        NEW[4].2,
    );
    let fake = FakeAws::new([
        (
            "PUT https://acme-b.s3.eu-west-1.amazonaws.com/?lifecycle",
            200,
            "",
        ),
        (get, 200, new.as_str()),
        (get, 404, old),
        (get, 200, new.as_str()),
        (get, 200, new.as_str()),
        (get, 200, new.as_str()),
    ]);
    driver(&fake)
        .updated(live(), desired, &changed("LifecycleConfiguration"))
        .await
        .unwrap();
    fake.assert_used();
}

/// S3 answers with all conditions of several, and rules older than filters have their prefix
/// elsewhere.
#[test]
fn a_rule_reads_back_as_it_was_meant() {
    let older = aws_sdk_s3::types::LifecycleRule::builder()
        .status(aws_sdk_s3::types::ExpirationStatus::Enabled);
    #[allow(deprecated)]
    let older = lifecycle::rule(&older.prefix("a/").build().unwrap());
    assert_eq!(older.prefix.as_deref(), Some("a/"));
    let all = aws_sdk_s3::types::LifecycleRuleAndOperator::builder()
        .prefix("")
        .object_size_greater_than(0);
    let all = all.object_size_less_than(10).build();
    let filter = aws_sdk_s3::types::LifecycleRuleFilter::builder()
        .and(all)
        .build();
    let rule = aws_sdk_s3::types::LifecycleRule::builder()
        .status(aws_sdk_s3::types::ExpirationStatus::Enabled);
    let read = lifecycle::rule(&rule.id("r").filter(filter).build().unwrap());
    let size = Some("varies_by_storage_class".to_owned());
    let mut configuration = Some(LifecycleConfiguration {
        rules: vec![read],
        transition_default_minimum_object_size: size.clone(),
    });
    lifecycle::normalise(&mut configuration);
    let configuration = configuration.unwrap();
    assert_eq!(configuration.transition_default_minimum_object_size, size);
    let expected = LifecycleRule {
        id: Some("r".to_owned()),
        object_size_less_than: Some("10".to_owned()),
        ..LifecycleRule::default()
    };
    assert_eq!(configuration.rules, [expected]);
}

#[test]
fn what_is_not_known_yet_normalises() {
    let mut unknown = convert::named(UNKNOWN.to_owned());
    driver(&FakeAws::default()).normalise(&mut unknown);
    assert_eq!(unknown.bucket_name, UNKNOWN);
}

#[test]
fn access_logs_of_others_are_left_unless_they_are_stated() {
    let to = |bucket: &str| json!({"DestinationBucketName": bucket, "LogFilePrefix": "s3/"});
    let base = json!({"BucketName": "acme-b"});
    let members = [("LoggingConfiguration", to("theirs"), to("ours"))];
    assert_left(Buckets::new, &base, &members);
}
