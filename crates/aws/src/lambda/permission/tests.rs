//! Behaviour of permissions that no emulator shows.

use engine::UNKNOWN;
use fake_aws::FakeAws;
use model::{ADDRESS_TAG, Address, FINGERPRINT_TAG, SYSTEM_TAG};
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;

const ADD: &str = "POST https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/acme-f/policy";
const GET_POLICY: &str =
    "GET https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/acme-f/policy";
const REMOVE: &str =
    "DELETE https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/acme-f/policy/";
const GET_FUNCTION: &str =
    "GET https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/acme-f ";
const TAG: &str = "POST https://lambda.eu-west-1.amazonaws.com/2017-03-31/tags/";
const UNTAG: &str = "DELETE https://lambda.eu-west-1.amazonaws.com/2017-03-31/tags/";
const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:acme-f";

const MISSING: &str =
    r#"{"__type":"ResourceNotFoundException","message":"Function not found: acme-f"}"#;
const BUSY: &str = r#"{"__type":"ResourceConflictException","message":"The operation cannot be performed at this time."}"#;
const EXISTS: &str = r#"{"__type":"ResourceConflictException","message":"The statement id (frontage-p) provided already exists."}"#;

fn permission() -> Properties {
    Permission {
        function_name: "acme-f".to_owned(),
        action: "lambda:InvokeFunction".to_owned(),
        principal: "apigateway.amazonaws.com".to_owned(),
        source_arn: Some("arn:aws:execute-api:eu-west-1:111122223333:a/*/*".to_owned()),
        source_account: Some("111122223333".to_owned()),
    }
}

fn tags(address: &str) -> Tags {
    let tags = [
        (SYSTEM_TAG, "acme"),
        (ADDRESS_TAG, address),
        (FINGERPRINT_TAG, "abc"),
    ];
    tags.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn owner(address: &str) -> Owner {
    Owner::recorded_in(&tags(address)).unwrap()
}

fn statement(id: &str, source: &str) -> Value {
    json!({
        "Sid": id, "Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": ARN,
        "Condition": {
            "ArnLike": {"AWS:SourceArn": source}, "StringEquals": {"AWS:SourceAccount": "111122223333"},
        },
    })
}

/// `GetPolicy`'s answer with our statement under these ids.
fn policy(ids: &[&str]) -> String {
    let source = permission().source_arn.unwrap();
    wrapped(
        &ids.iter()
            .map(|id| statement(id, &source))
            .collect::<Vec<_>>(),
    )
}

fn wrapped(statements: &[Value]) -> String {
    json!({"Policy": json!({"Version": "2012-10-17", "Statement": statements}).to_string()})
        .to_string()
}

fn driver(fake: &FakeAws) -> Permissions {
    Permissions::new(&Account::for_tests(fake))
}

#[tokio::test(start_paused = true)]
async fn the_record_comes_first_and_the_statement_is_seen() {
    let (empty, shown) = (policy(&[]), policy(&["frontage-p"]));
    let fake = FakeAws::new([
        (TAG, 404, MISSING),
        (TAG, 409, BUSY),
        (TAG, 204, ""),
        (ADD, 404, MISSING),
        (ADD, 409, BUSY),
        (ADD, 201, "{}"),
        (GET_POLICY, 404, MISSING),
        (GET_POLICY, 200, empty.as_str()),
        (GET_POLICY, 200, shown.as_str()),
    ]);
    let live = driver(&fake)
        .create(permission(), &owner("test/p"), &tags("test/p"))
        .await
        .unwrap();
    assert_eq!(live.id, "acme-f/frontage-p");
    fake.assert_used();
    let record = &fake.requests()[0];
    assert!(
        record.ends_with(r#"{"Tags":{"frontage:fingerprint:p":"abc"}}"#),
        "{record}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_statement_that_is_lost_is_added_again() {
    let (empty, shown) = (policy(&[]), policy(&["frontage-p"]));
    // After 13 looks in 20 seconds it counts as lost.
    let looks = std::iter::repeat_n((GET_POLICY, 200, empty.as_str()), 13);
    let writes = [(TAG, 204, ""), (ADD, 201, "{}"), (ADD, 201, "{}")];
    let fake = FakeAws::new(writes.into_iter().chain(looks).chain([(
        GET_POLICY,
        200,
        shown.as_str(),
    )]));
    driver(&fake)
        .create(permission(), &owner("test/p"), &tags("test/p"))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_error() {
    let shown = policy(&["frontage-p"]);
    let fake = FakeAws::new([
        (TAG, 204, ""),
        (ADD, 409, EXISTS),
        (GET_POLICY, 200, shown.as_str()),
        (GET_POLICY, 200, shown.as_str()),
    ]);
    driver(&fake)
        .create(permission(), &owner("test/p"), &tags("test/p"))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn an_older_statement_of_the_id_makes_room() {
    let older = wrapped(&[statement(
        "frontage-p",
        "arn:aws:execute-api:eu-west-1:111122223333:old/*",
    )]);
    let (empty, shown) = (policy(&[]), policy(&["frontage-p"]));
    let fake = FakeAws::new([
        (TAG, 204, ""),
        (ADD, 409, EXISTS),
        (GET_POLICY, 200, older.as_str()),
        (REMOVE, 204, ""),
        (GET_POLICY, 200, empty.as_str()),
        (ADD, 201, "{}"),
        (GET_POLICY, 200, shown.as_str()),
    ]);
    driver(&fake)
        .create(permission(), &owner("test/p"), &tags("test/p"))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_function_has_one_writer() {
    let (empty, one, both) = (
        policy(&[]),
        policy(&["frontage-p"]),
        policy(&["frontage-p", "frontage-q"]),
    );
    let fake = FakeAws::new([
        (TAG, 204, ""),
        (TAG, 204, ""),
        (ADD, 201, "{}"),
        (GET_POLICY, 200, empty.as_str()),
        (GET_POLICY, 200, one.as_str()),
        (ADD, 201, "{}"),
        (GET_POLICY, 200, both.as_str()),
    ]);
    let driver = driver(&fake);
    let (first, second) = (owner("test/p"), owner("test/q"));
    let tags = [first.tags(), second.tags()];
    tokio::try_join!(
        driver.create(permission(), &first, &tags[0]),
        driver.create(permission(), &second, &tags[1])
    )
    .unwrap();
    let requests = fake.requests();
    let writes: Vec<_> = requests
        .iter()
        .filter(|request| request.contains("/policy"))
        .collect();
    let kinds: Vec<_> = writes
        .iter()
        .map(|request| request.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["POST", "GET", "GET", "POST", "GET"],
        "the second waits until the first is seen"
    );
}

fn request(address: &Address) -> TypedReadRequest<'_, Properties> {
    TypedReadRequest {
        fingerprint: "f",
        address,
        properties: Permission {
            function_name: ARN.to_owned(),
            ..permission()
        },
    }
}

fn function_with(tags: &Value) -> String {
    json!({"Configuration": {"FunctionName": "acme-f", "FunctionArn": ARN}, "Tags": tags})
        .to_string()
}

#[tokio::test]
async fn a_permission_is_read_with_the_record_of_its_function() {
    let function =
        function_with(&json!({"frontage:system": "acme", "frontage:fingerprint:p": "abc"}));
    let policy = policy(&["theirs", "frontage-p"]);
    let fake = FakeAws::new([
        (GET_FUNCTION, 200, function.as_str()),
        (GET_POLICY, 200, policy.as_str()),
    ]);
    let address = "test/p".parse().unwrap();
    let live = driver(&fake)
        .read(request(&address), &ReadCache::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.properties, permission());
    assert_eq!(live.tags, LiveTags::Read(tags("test/p")));
}

#[tokio::test]
async fn without_a_policy_there_is_no_permission() {
    let function = function_with(&json!({}));
    let address = "test/p".parse().unwrap();
    for (status, answer) in [(404, MISSING), (200, "{}")] {
        let fake = FakeAws::new([
            (GET_FUNCTION, 200, function.as_str()),
            (GET_POLICY, status, answer),
        ]);
        assert!(
            driver(&fake)
                .read(request(&address), &ReadCache::default())
                .await
                .unwrap()
                .is_none()
        );
    }
}

#[tokio::test]
async fn orphans_are_statements_of_ours_on_functions_of_ours() {
    let index = json!({"ResourceTagMappingList": [{"ResourceARN": ARN, "Tags": []}]}).to_string();
    let function = function_with(&json!({
        "frontage:system": "acme", "frontage:address": "test/f", "frontage:fingerprint:p": "abc",
    }));
    let (policy, empty) = (policy(&["theirs", "frontage-p"]), policy(&[]));
    let fake = FakeAws::new([
        ("GetResources", 200, index.as_str()),
        (GET_FUNCTION, 200, function.as_str()),
        (GET_POLICY, 200, policy.as_str()),
        (REMOVE, 204, ""),
        (GET_POLICY, 200, empty.as_str()),
        (UNTAG, 204, ""),
    ]);
    let driver = driver(&fake);
    let mut orphans = driver.list(&ReadCache::default()).await.unwrap();
    assert_eq!(orphans.len(), 2);
    let theirs = orphans.pop().unwrap();
    assert_eq!(theirs.id, "acme-f/theirs");
    assert_eq!(theirs.tags, LiveTags::Foreign("test/f".parse().unwrap()));
    let mut expected = tags("test/f.permission.frontage-p");
    expected.remove(FINGERPRINT_TAG);
    assert_eq!(orphans[0].tags, LiveTags::Read(expected));
    driver.delete(orphans.remove(0)).await.unwrap();
    fake.assert_used();
    let untag = fake.requests().pop().unwrap();
    assert!(
        untag.contains("tagKeys=frontage%3Afingerprint%3Ap"),
        "its record goes with it: {untag}"
    );
}

#[tokio::test]
async fn a_function_that_never_had_a_permission_is_not_asked_for_its_policy() {
    let index = json!({"ResourceTagMappingList": [{"ResourceARN": ARN, "Tags": []}]}).to_string();
    let function = function_with(&json!({"frontage:system": "acme", "frontage:address": "test/f"}));
    let fake = FakeAws::new([
        ("GetResources", 200, index.as_str()),
        (GET_FUNCTION, 200, function.as_str()),
    ]);
    assert!(
        driver(&fake)
            .list(&ReadCache::default())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(fake.count("/policy"), 0);
}

fn alive() -> Live {
    live("frontage-p", &permission(), LiveTags::Read(tags("test/p")))
}

#[tokio::test(start_paused = true)]
async fn a_deletion_waits_until_the_statement_is_gone_and_takes_the_record() {
    let (shown, empty) = (policy(&["frontage-p"]), policy(&[]));
    let fake = FakeAws::new([
        (REMOVE, 409, BUSY),
        (REMOVE, 204, ""),
        (GET_POLICY, 200, shown.as_str()),
        (GET_POLICY, 200, empty.as_str()),
        (UNTAG, 204, ""),
    ]);
    driver(&fake).delete(alive()).await.unwrap();
    fake.assert_used();
    assert!(
        fake.requests()[4].contains("tagKeys=frontage%3Afingerprint%3Ap"),
        "{:?}",
        fake.requests()
    );
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let fake = FakeAws::new([
        (REMOVE, 404, MISSING),
        (GET_POLICY, 404, MISSING),
        (UNTAG, 404, MISSING),
    ]);
    driver(&fake).delete(alive()).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn only_the_fingerprint_is_recorded() {
    let fake = FakeAws::new([(TAG, 204, "")]);
    let driver = driver(&fake);
    let mut set = tags("test/p");
    set.remove(FINGERPRINT_TAG);
    let store = driver.tag_store();
    store.tag(&alive(), &set).await.unwrap();
    assert!(fake.requests().is_empty());
    store.tag(&alive(), &tags("test/p")).await.unwrap();
    fake.assert_used();
}

#[test]
fn conditions_of_every_spelling_are_one() {
    let spelt = |operator: &str, key: &str| {
        let mut statement = statement("frontage-p", "x");
        statement["Condition"] = json!({operator: {key: "x"}});
        let policy = json!({"Statement": [statement]}).to_string();
        statement::parse("acme-f", &policy)["frontage-p"].clone()
    };
    let expected = Permission {
        source_arn: Some("x".to_owned()),
        source_account: None,
        ..permission()
    };
    assert_eq!(spelt("ArnLike", "AWS:SourceArn"), expected);
    assert_eq!(spelt("StringLike", "aws:SourceArn"), expected);
    assert_ne!(spelt("StringEquals", "aws:PrincipalOrgID"), expected);
    assert_eq!(
        spelt("StringEquals", "aws:PrincipalOrgID").action,
        "(not understood)"
    );
}

#[test]
fn an_account_is_its_root() {
    assert_eq!(
        statement::principal("arn:aws:iam::111122223333:root"),
        "111122223333"
    );
    assert_eq!(
        statement::principal("apigateway.amazonaws.com"),
        "apigateway.amazonaws.com"
    );
    assert_eq!(statement::principal(UNKNOWN), UNKNOWN);
}

#[test]
fn what_lambda_refuses_is_refused_here() {
    assert!(limits::check_id("frontage-connect").is_ok());
    assert!(limits::check_id("frontage-$connect").is_err());
    assert!(limits::check_id(&"a".repeat(101)).is_err());
    let found = |permission| findings(Permissions::new, &permission);
    assert!(found(permission()).is_empty());
    let unknown = Permission {
        function_name: UNKNOWN.to_owned(),
        source_arn: Some(UNKNOWN.to_owned()),
        ..permission()
    };
    assert!(found(unknown).is_empty());
    let action = Permission {
        action: "s3:GetObject".to_owned(),
        ..permission()
    };
    assert_eq!(
        found(action),
        ["Action is `s3:GetObject`; an action of Lambda's is allowed"]
    );
    let principal = Permission {
        principal: String::new(),
        ..permission()
    };
    assert_eq!(
        found(principal),
        ["Principal is ``; 1 or more characters other than white space are allowed"]
    );
}
