//! Behaviour of CodeConnections, which no emulator has in the protocol of the SDK.

use engine::UNKNOWN;
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;

const ARN: &str = "arn:aws:codeconnections:eu-west-1:111122223333:connection/0a1b";
const FORMER: &str = "arn:aws:codestar-connections:eu-west-1:111122223333:connection/2c3d";
const INDEX: &str = r#"{"ResourceTagMappingList":[]}"#;
const ABSENT: &str = r#"{"__type":"ResourceNotFoundException","message":"none"}"#;
const OURS: &str = r#"{"Tags":[{"Key":"frontage:system","Value":"acme"},{"Key":"frontage:address","Value":"test/connection"},{"Key":"frontage:fingerprint","Value":"f"}]}"#;
const THEIRS: &str = r#"{"Tags":[{"Key":"owner","Value":"somebody"}]}"#;

fn driver(fake: &FakeAws) -> Connections {
    Connections::new(&Account::for_tests(fake))
}

#[allow(clippy::needless_pass_by_value)] // built in place
fn connection(more: Value) -> Properties {
    let mut members = json!({"ConnectionName": "acme-git", "ProviderType": "GitHub"});
    let more = more.as_object().cloned().unwrap_or_default();
    members.as_object_mut().unwrap().extend(more);
    serde_json::from_value(members).unwrap()
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: None,
        address: "test/connection".parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

fn shown(arn: &str, status: &str) -> Value {
    json!({
        "ConnectionName": "acme-git",
        "ConnectionArn": arn,
        "ProviderType": "GitHub",
        "OwnerAccountId": "111122223333",
        "ConnectionStatus": status,
    })
}

fn listed(connections: &[Value]) -> String {
    json!({"Connections": connections}).to_string()
}

fn got(status: &str) -> String {
    json!({"Connection": shown(ARN, status)}).to_string()
}

async fn read(fake: &FakeAws) -> Option<Live> {
    let request = TypedReadRequest {
        address: &owner().address,
        fingerprint: "f",
        properties: connection(json!({})),
    };
    driver(fake)
        .read(request, &ReadCache::default())
        .await
        .unwrap()
}

async fn create(fake: &FakeAws) -> Result<Live, DriverError> {
    driver(fake)
        .create(connection(json!({})), &owner(), &owner().tags())
        .await
}

#[tokio::test(start_paused = true)]
async fn a_new_connection_is_listed_first_and_is_pending() {
    let (none, made, pending) = (
        listed(&[]),
        json!({"ConnectionArn": ARN}).to_string(),
        got("PENDING"),
    );
    let fake = FakeAws::new([
        ("ListConnections", 200, none.as_str()),
        ("CreateConnection", 200, made.as_str()),
        ("GetConnection", 400, ABSENT),
        ("GetConnection", 200, pending.as_str()),
    ]);
    let live = create(&fake).await.unwrap();
    assert_eq!(live.attribute(Connection::ARN).unwrap(), ARN);
    let request = &fake.requests()[1];
    for sent in ["acme-git", "GitHub", "frontage:system"] {
        assert!(request.contains(sent), "{request}");
    }
    let driver = driver(&fake);
    assert_eq!(
        driver.pending(&live.attributes).unwrap(),
        "waiting for a person to complete the handshake with GitHub: `Update pending connection` at \
         https://console.aws.amazon.com/codesuite/settings/connections?region=eu-west-1"
    );
    fake.assert_used();
}

/// Neither is a reason to create it again.
#[tokio::test]
async fn a_connection_is_found_whatever_its_status_is() {
    for (status, waits) in [("PENDING", true), ("ERROR", true), ("AVAILABLE", false)] {
        let list = listed(&[shown(FORMER, status)]);
        let fake = FakeAws::new([
            ("ListConnections", 200, list.as_str()),
            ("GetResources", 200, INDEX),
            ("ListTagsForResource", 200, OURS),
        ]);
        let live = read(&fake).await.unwrap();
        assert_eq!(live.properties, connection(json!({})));
        assert_eq!(live.attribute(Connection::STATUS).unwrap(), status);
        let pending = driver(&fake).pending(&live.attributes);
        assert_eq!(pending.is_some(), waits, "{status}");
        let failed = pending.is_some_and(|told| told.contains("has failed"));
        assert_eq!(failed, status == "ERROR");
        fake.assert_used();
    }
}

#[tokio::test]
async fn all_pages_of_the_list_are_read() {
    let first = json!({"Connections": [], "NextToken": "more"}).to_string();
    let second = listed(&[shown(ARN, "AVAILABLE")]);
    let fake = FakeAws::new([
        ("ListConnections", 200, first.as_str()),
        ("ListConnections", 200, second.as_str()),
        ("GetResources", 200, INDEX),
        ("ListTagsForResource", 200, OURS),
    ]);
    assert!(read(&fake).await.is_some());
    assert!(fake.requests()[1].contains("more"));
    fake.assert_used();
}

/// Nothing but their ARNs tells them apart.
#[tokio::test]
async fn of_two_connections_of_a_name_and_of_other_owners_none_is_chosen() {
    let list = listed(&[shown(ARN, "AVAILABLE"), shown(FORMER, "PENDING")]);
    let fake = FakeAws::new([
        ("ListConnections", 200, list.as_str()),
        ("GetResources", 200, INDEX),
        ("codestar-connections", 200, THEIRS),
        ("ListTagsForResource", 200, THEIRS),
    ]);
    let request = TypedReadRequest {
        address: &owner().address,
        fingerprint: "f",
        properties: connection(json!({})),
    };
    let read = driver(&fake).read(request, &ReadCache::default()).await;
    assert_eq!(
        read.unwrap_err().to_string(),
        format!(
            "2 resources match the connection `acme-git` ({ARN}, {FORMER}): delete all but one, then plan again"
        )
    );
    fake.assert_used();
}

/// AWS documents names to be unique, and its creations do not report a name that is taken.
#[tokio::test]
async fn of_two_connections_of_a_name_the_systems_own_is_chosen() {
    let list = listed(&[shown(ARN, "AVAILABLE"), shown(FORMER, "PENDING")]);
    let fake = FakeAws::new([
        ("ListConnections", 200, list.as_str()),
        ("GetResources", 200, INDEX),
        ("codestar-connections", 200, OURS),
        ("ListTagsForResource", 200, THEIRS),
    ]);
    let live = read(&fake).await.unwrap();
    assert_eq!(live.id, FORMER);
    fake.assert_used();
}

/// Another run may delete it while it is read.
#[tokio::test]
async fn a_connection_that_is_deleted_before_its_tags_are_read_is_absent() {
    let list = listed(&[shown(ARN, "AVAILABLE")]);
    let fake = FakeAws::new([
        ("ListConnections", 200, list.as_str()),
        ("GetResources", 200, INDEX),
        ("ListTagsForResource", 400, ABSENT),
    ]);
    assert!(read(&fake).await.is_none());
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_a_lost_answer_created_is_not_created_again() {
    let (none, list) = (listed(&[]), listed(&[shown(ARN, "PENDING")]));
    let lost = r#"{"__type":"InternalServerException","message":"lost"}"#;
    let fake = FakeAws::new([
        ("ListConnections", 200, none.as_str()),
        ("CreateConnection", 500, lost),
        ("ListConnections", 200, none.as_str()),
        ("ListConnections", 200, list.as_str()),
        ("ListTagsForResource", 200, OURS),
    ]);
    let live = create(&fake).await.unwrap();
    assert_eq!(live.id, ARN);
    assert_eq!(fake.count("CreateConnection"), 1);
    fake.assert_used();
}

#[tokio::test]
async fn a_connection_of_another_system_is_not_taken() {
    let list = listed(&[shown(ARN, "AVAILABLE")]);
    let fake = FakeAws::new([
        ("ListConnections", 200, list.as_str()),
        ("ListTagsForResource", 200, THEIRS),
    ]);
    let error = create(&fake).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the connection `acme-git` exists already and is not this resource"
    );
    assert_eq!(fake.count("CreateConnection"), 0);
}

/// Waits for the handshake of a new connection.
async fn settled(fake: &FakeAws) -> Result<(), DriverError> {
    let waiting = SdkConnection::builder()
        .connection_arn(ARN)
        .connection_name("acme-git")
        .build();
    let waiting = live(&waiting, LiveTags::Unread);
    driver(fake).settle(waiting).await
}

#[tokio::test(start_paused = true)]
async fn apply_with_wait_waits_for_the_handshake() {
    let (pending, available) = (got("PENDING"), got("AVAILABLE"));
    let fake = FakeAws::new([
        ("GetConnection", 200, pending.as_str()),
        ("GetConnection", 200, pending.as_str()),
        ("GetConnection", 200, available.as_str()),
    ]);
    settled(&fake).await.unwrap();
    fake.assert_used();
}

/// Nobody can complete its handshake.
#[tokio::test(start_paused = true)]
async fn a_connection_that_failed_or_was_deleted_is_not_waited_for() {
    let (pending, error) = (got("PENDING"), got("ERROR"));
    for (answer, told) in [
        (
            (200, error.as_str()),
            "the connection with GitHub has failed (status ERROR)",
        ),
        ((400, ABSENT), "the connection `acme-git` was deleted"),
    ] {
        let (code, body) = answer;
        let fake = FakeAws::new([
            ("GetConnection", 200, pending.as_str()),
            ("GetConnection", code, body),
        ]);
        let why = settled(&fake).await.unwrap_err().to_string();
        assert!(why.starts_with(told), "{why}");
        fake.assert_used();
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_waited_for() {
    let still = got("AVAILABLE");
    let fake = FakeAws::new([
        ("DeleteConnection", 200, "{}"),
        ("GetConnection", 200, still.as_str()),
        ("GetConnection", 400, ABSENT),
    ]);
    let deleted = SdkConnection::builder().connection_arn(ARN).build();
    let deleted = live(&deleted, LiveTags::Unread);
    driver(&fake).delete(deleted).await.unwrap();
    fake.assert_used();
}

#[test]
fn the_console_is_that_of_the_partition() {
    let pending = |arn: &str| {
        let waiting = SdkConnection::builder().connection_arn(arn).build();
        let live = live(&waiting, LiveTags::Unread);
        handshake::pending(&live.attributes, "us-gov-east-1").unwrap()
    };
    let arn = "arn:aws-us-gov:codeconnections:us-gov-east-1:111122223333:connection/0";
    let said = pending(arn);
    let page =
        "https://console.amazonaws-us-gov.com/codesuite/settings/connections?region=us-gov-east-1";
    assert!(
        said.contains("with the provider") && said.ends_with(page),
        "{said}"
    );
}

#[test]
fn what_codeconnections_refuses_is_refused_before_any_call() {
    let host = "arn:aws:codeconnections:eu-west-1:111122223333:host/h-0a1b";
    for (members, property) in [
        (json!({"ConnectionName": "x".repeat(33)}), "ConnectionName"),
        (json!({"ConnectionName": ""}), "ConnectionName"),
        (json!({"ProviderType": "Gitea"}), "ProviderType"),
        (json!({"ProviderType": null}), "ProviderType"),
        (json!({"ProviderType": "GitLabSelfManaged"}), "HostArn"),
        (json!({"HostArn": host}), "HostArn"),
    ] {
        let found = findings(Connections::new, &connection(members));
        assert!(
            found.len() == 1 && found[0].starts_with(property),
            "{found:?}"
        );
    }
    for members in [
        json!({}),
        json!({"ProviderType": null, "HostArn": host}),
        json!({"ProviderType": "GitHubEnterpriseServer", "HostArn": host}),
        json!({"ConnectionName": UNKNOWN, "ProviderType": UNKNOWN, "HostArn": UNKNOWN}),
    ] {
        assert_eq!(findings(Connections::new, &connection(members)), [""; 0]);
    }
}
