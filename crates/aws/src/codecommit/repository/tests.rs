//! Behaviour of CodeCommit that no emulator shows.

use engine::{Change, UNKNOWN};
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/5f1c";
const TAKEN: &str = r#"{"__type":"RepositoryNameExistsException","message":"taken"}"#;
const ABSENT: &str = r#"{"__type":"RepositoryDoesNotExistException","message":"none"}"#;
const OURS: &str = r#"{"tags":{"frontage:system":"acme","frontage:address":"test/repository","frontage:fingerprint":"f"}}"#;
const THEIRS: &str = r#"{"tags":{"owner":"somebody"}}"#;

fn driver(fake: &FakeAws) -> Repositories {
    Repositories::new(&Account::for_tests(fake))
}

#[allow(clippy::needless_pass_by_value)] // built in place
fn repository(more: Value) -> Properties {
    let mut members = json!({"RepositoryName": "acme-test"});
    let more = more.as_object().cloned().unwrap_or_default();
    members.as_object_mut().unwrap().extend(more);
    serde_json::from_value(members).unwrap()
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: None,
        address: "test/repository".parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

fn described(description: &str) -> String {
    json!({"repositoryMetadata": {
        "repositoryName": "acme-test",
        "repositoryDescription": description,
        "cloneUrlHttp": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/acme-test",
        "kmsKeyId": KEY,
    }})
    .to_string()
}

async fn create(fake: &FakeAws, more: Value) -> Result<Live, DriverError> {
    driver(fake)
        .create(repository(more), &owner(), &owner().tags())
        .await
}

async fn read(fake: &FakeAws, more: Value) -> Option<Live> {
    let request = TypedReadRequest {
        address: &owner().address,
        fingerprint: "f",
        properties: repository(more),
    };
    driver(fake)
        .read(request, &ReadCache::default())
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_new_repository_is_tagged_by_its_creation_and_waited_for() {
    let found = described("");
    let fake = FakeAws::new([
        ("CreateRepository", 200, r#"{"repositoryMetadata":{}}"#),
        ("GetRepository", 400, ABSENT),
        ("GetRepository", 200, found.as_str()),
    ]);
    let live = create(&fake, json!({})).await.unwrap();
    assert_eq!(
        live.attribute(Repository::ARN).unwrap(),
        "arn:aws:codecommit:eu-west-1:111122223333:acme-test"
    );
    assert!(live.attributes.contains_key("CloneUrlHttp"));
    let request = &fake.requests()[0];
    assert!(request.contains("frontage:system"), "{request}");
    assert!(!request.contains("kmsKeyId"), "{request}");
    fake.assert_used();
}

#[tokio::test]
async fn a_repository_that_a_lost_answer_created_is_changed_and_another_systems_is_not_taken() {
    let found = described("old");
    let fake = FakeAws::new([
        ("CreateRepository", 400, TAKEN),
        ("ListTagsForResource", 200, OURS),
        ("GetRepository", 200, found.as_str()),
        ("UpdateRepositoryDescription", 200, "{}"),
    ]);
    create(&fake, json!({"RepositoryDescription": "new"}))
        .await
        .unwrap();
    fake.assert_used();

    let fake = FakeAws::new([
        ("CreateRepository", 400, TAKEN),
        ("ListTagsForResource", 200, THEIRS),
    ]);
    let error = create(&fake, json!({})).await.unwrap_err();
    assert!(error.is("RepositoryNameExistsException"), "{error}");
    fake.assert_used();
}

/// CodeCommit reports a key for each repository, its own if none was chosen.
#[tokio::test]
async fn a_key_that_is_not_stated_is_not_compared_and_one_may_be_stated_by_its_id() {
    for (stated, reported) in [
        (json!({}), None),
        (json!({"KmsKeyId": KEY}), Some(KEY)),
        (json!({"KmsKeyId": "5f1c"}), Some("5f1c")),
        (json!({"KmsKeyId": "other"}), Some(KEY)),
    ] {
        let found = described("");
        let fake = FakeAws::new([
            ("GetRepository", 200, found.as_str()),
            ("GetResources", 200, r#"{"ResourceTagMappingList":[]}"#),
            ("ListTagsForResource", 200, OURS),
        ]);
        let live = read(&fake, stated).await.unwrap();
        assert_eq!(live.properties.kms_key_id.as_deref(), reported);
    }
}

/// Another run may delete it while it is read.
#[tokio::test]
async fn a_repository_that_is_deleted_before_its_tags_are_read_is_absent() {
    let found = described("");
    let fake = FakeAws::new([
        ("GetRepository", 200, found.as_str()),
        ("GetResources", 200, r#"{"ResourceTagMappingList":[]}"#),
        ("ListTagsForResource", 400, ABSENT),
    ]);
    assert!(read(&fake, json!({})).await.is_none());
    fake.assert_used();
}

#[tokio::test]
async fn an_answer_that_describes_nothing_is_no_absence() {
    let fake = FakeAws::new([("GetRepository", 200, "{}")]);
    let error = driver(&fake).described("acme-test").await.unwrap_err();
    assert!(matches!(error, DriverError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn only_what_changed_is_written() {
    let fake = FakeAws::new([("UpdateRepositoryEncryptionKey", 200, "{}")]);
    let changes = Changes(vec![Change {
        path: "KmsKeyId".to_owned(),
        old: Value::Null,
        new: json!(KEY),
        forces_replacement: false,
    }]);
    let driver = driver(&fake);
    let desired = repository(json!({"KmsKeyId": KEY}));
    let live = driver.live(
        RepositoryMetadata::builder().build(),
        LiveTags::Read(Tags::new()),
    );
    driver.updated(live, desired, &changes).await.unwrap();
    assert!(fake.requests()[0].contains(KEY));
    fake.assert_used();
}

#[tokio::test]
async fn a_repository_holds_its_branches() {
    let one = r#"{"branches":["main"]}"#;
    let more = r#"{"branches":["main"],"nextToken":"more"}"#;
    for (status, page, said) in [
        (200, one, "1 branch tip"),
        (200, more, "1+ branch tips"),
        (200, "{}", "0 branch tips"),
        (400, ABSENT, "0 branch tips"),
    ] {
        let fake = FakeAws::new([("ListBranches", status, page)]);
        let driver = driver(&fake);
        let described = RepositoryMetadata::builder().repository_name("acme-test");
        let live = driver.live(described.build(), LiveTags::Unread);
        let holding = driver.holding(&live).await.unwrap();
        assert_eq!(holding.to_string(), said);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_waited_for() {
    let still = described("");
    let fake = FakeAws::new([
        ("DeleteRepository", 200, "{}"),
        ("GetRepository", 200, still.as_str()),
        ("GetRepository", 400, ABSENT),
    ]);
    let driver = driver(&fake);
    let described = RepositoryMetadata::builder().repository_name("acme-test");
    let live = driver.live(described.build(), LiveTags::Unread);
    driver.delete(live).await.unwrap();
    fake.assert_used();
}

#[test]
fn what_codecommit_refuses_is_refused_before_any_call() {
    for (members, property) in [
        (json!({"RepositoryName": "a b"}), "RepositoryName"),
        (json!({"RepositoryName": "a.git"}), "RepositoryName"),
        (json!({"RepositoryName": "x".repeat(101)}), "RepositoryName"),
        (
            json!({"RepositoryDescription": "x".repeat(1001)}),
            "RepositoryDescription",
        ),
        (json!({"KmsKeyId": "alias/acme"}), "KmsKeyId"),
    ] {
        let found = findings(Repositories::new, &repository(members));
        assert!(
            found.len() == 1 && found[0].starts_with(property),
            "{found:?}"
        );
    }
    for members in [
        json!({"KmsKeyId": KEY}),
        json!({"RepositoryName": UNKNOWN, "KmsKeyId": UNKNOWN}),
    ] {
        assert_eq!(findings(Repositories::new, &repository(members)), [""; 0]);
    }
}
