//! Behaviour of functions that no emulator shows.

use std::collections::BTreeMap;

use engine::Change;
use fake_aws::FakeAws;
use model::types::lambda::{Code, DeadLetterConfig, Environment};
use model::{ADDRESS_TAG, SYSTEM_TAG};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::*;
use crate::account::slow_line::SlowLine;
use crate::kit::left::assert_left;

const CREATE: &str = "POST https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions  {";
const GET: &str = "GET https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/acme-f ";
const CONFIGURE: &str =
    "PUT https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/acme-f/configuration";
const CODE: &str = "PUT https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/acme-f/code";
const RESERVE: &str =
    "PUT https://lambda.eu-west-1.amazonaws.com/2017-10-31/functions/acme-f/concurrency";
const DELETE: &str = "DELETE https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/acme-f ";
const TAG: &str = "POST https://lambda.eu-west-1.amazonaws.com/2017-03-31/tags/";
const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:acme-f";

const BUSY: &str = r#"{"__type":"ResourceConflictException","message":"The operation cannot be performed at this time. An update is in progress for resource: acme-f"}"#;
const EXISTS: &str =
    r#"{"__type":"ResourceConflictException","message":"Function already exist: acme-f"}"#;
const MISSING: &str =
    r#"{"__type":"ResourceNotFoundException","message":"Function not found: acme-f"}"#;
const UNASSUMABLE: &str = r#"{"__type":"InvalidParameterValueException","message":"The role defined for the function cannot be assumed by Lambda."}"#;

fn function() -> Properties {
    Function {
        function_name: "acme-f".to_owned(),
        description: None,
        role: "arn:aws:iam::111122223333:role/r".to_owned(),
        runtime: "provided.al2023".to_owned(),
        handler: "bootstrap".to_owned(),
        code: Code {
            source: "hash".to_owned(),
        },
        architectures: Vec::new(),
        memory_size: None,
        timeout: None,
        environment: None,
        reserved_concurrent_executions: None,
        tracing_config: None,
        logging_config: None,
        ephemeral_storage: None,
        layers: Vec::new(),
        dead_letter_config: None,
        kms_key_arn: None,
    }
}

fn tags() -> Tags {
    Tags::from(
        [(SYSTEM_TAG, "acme"), (ADDRESS_TAG, "test/f")]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    )
}

/// `GetFunction`'s answer in a state.
fn shown(state: &str, update: Option<&str>) -> String {
    owned_by("acme", state, update)
}

fn owned_by(owner: &str, state: &str, update: Option<&str>) -> String {
    json!({
        "Configuration": {
            "FunctionName": "acme-f", "FunctionArn": ARN, "Role": "arn:aws:iam::111122223333:role/r",
            "Runtime": "provided.al2023", "Handler": "bootstrap", "CodeSha256": "hash", "State": state,
            "StateReason": "because", "LastUpdateStatus": update, "LastUpdateStatusReason": "no such key",
            "Architectures": ["x86_64"],
        },
        "Tags": {"frontage:system": owner, "frontage:address": "test/f", "frontage:code": "hash hash"},
    })
    .to_string()
}

/// A driver whose account has the zip `hash`. The file lives as long as the guard.
fn driver(fake: &FakeAws) -> (Functions, NamedTempFile) {
    let zip = NamedTempFile::new().unwrap();
    let account = Account::for_tests(fake).with_artifact(zip.path().to_owned());
    (Functions::new(&account), zip)
}

/// Creates as the adapter does.
async fn create(
    driver: &Functions,
    mut desired: Properties,
    tags: &Tags,
) -> Result<Live, DriverError> {
    normalise(&mut desired);
    let owner = Owner::recorded_in(tags).unwrap();
    driver.create(desired, &owner, tags).await
}

fn alive() -> Live {
    let properties = function();
    TypedLive {
        id: "acme-f".to_owned(),
        properties,
        attributes: convert::attributes("acme-f", ARN),
        tags: LiveTags::Unread,
    }
}

fn changed(paths: &[&str]) -> Changes {
    let change = |path: &&str| Change {
        path: (*path).to_owned(),
        old: Value::Null,
        new: Value::Null,
        forces_replacement: false,
    };
    Changes(paths.iter().map(change).collect())
}

#[tokio::test(start_paused = true)]
async fn a_role_and_a_pending_function_are_waited_for() {
    let (pending, unsaid, active) = (
        shown("Pending", Some("InProgress")),
        shown("Active", None),
        shown("Active", Some("Successful")),
    );
    let fake = FakeAws::new([
        (CREATE, 400, UNASSUMABLE),
        (CREATE, 400, UNASSUMABLE),
        (CREATE, 201, "{}"),
        (GET, 404, MISSING),
        (GET, 200, pending.as_str()),
        (GET, 200, unsaid.as_str()),
        (GET, 200, active.as_str()),
    ]);
    let (driver, _zip) = driver(&fake);
    let live = create(&driver, function(), &tags()).await.unwrap();
    assert_eq!(live.attribute(Function::ARN).unwrap(), ARN);
    fake.assert_used();
    let create = &fake.requests()[0];
    assert!(
        create.contains(r#""frontage:address":"test/f""#)
            && create.contains(r#""LogGroup":"/aws/lambda/acme-f""#)
    );
}

#[tokio::test(start_paused = true)]
async fn another_invalid_parameter_is_not_retried() {
    let wrong =
        r#"{"__type":"InvalidParameterValueException","message":"Unzipped size must be smaller"}"#;
    let fake = FakeAws::new([(CREATE, 400, wrong)]);
    let (driver, _zip) = driver(&fake);
    assert!(
        create(&driver, function(), &tags())
            .await
            .unwrap_err()
            .is("InvalidParameterValueException")
    );
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_create_answer_goes_on_where_it_stopped() {
    let active = shown("Active", Some("Successful"));
    let fake = FakeAws::new([
        (CREATE, 409, EXISTS),
        (GET, 200, active.as_str()),
        (GET, 200, active.as_str()),
        (CONFIGURE, 200, "{}"),
        (GET, 200, active.as_str()),
        (RESERVE, 200, "{}"),
        (TAG, 204, ""),
    ]);
    let (driver, _zip) = driver(&fake);
    let desired = Function {
        timeout: Some(9),
        reserved_concurrent_executions: Some(2),
        ..function()
    };
    let mut tags = tags();
    tags.insert("team".to_owned(), "web".to_owned());
    create(&driver, desired, &tags).await.unwrap();
    fake.assert_used();
    let tagged = fake.requests().pop().unwrap();
    assert!(tagged.ends_with(r#"{"Tags":{"team":"web"}}"#), "{tagged}");
}

#[tokio::test(start_paused = true)]
async fn a_function_of_another_owner_is_not_taken_on() {
    let foreign = owned_by("other", "Active", Some("Successful"));
    let fake = FakeAws::new([
        (CREATE, 409, EXISTS),
        (GET, 200, foreign.as_str()),
        (GET, 200, foreign.as_str()),
    ]);
    let (driver, _zip) = driver(&fake);
    let error = create(&driver, function(), &tags()).await.unwrap_err();
    assert!(error.has_message("ResourceConflictException", "already exist"));
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_function_on_its_way_out_makes_room_first() {
    let (deleting, active) = (
        shown("Deleting", Some("Successful")),
        shown("Active", Some("Successful")),
    );
    let fake = FakeAws::new([
        (CREATE, 409, EXISTS),
        (GET, 200, deleting.as_str()),
        (GET, 200, deleting.as_str()),
        (GET, 404, MISSING),
        (CREATE, 201, "{}"),
        (GET, 200, active.as_str()),
    ]);
    let (driver, _zip) = driver(&fake);
    create(&driver, function(), &tags()).await.unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn configuration_code_and_concurrency_wait_for_each_other() {
    let (updating, done) = (
        shown("Active", Some("InProgress")),
        shown("Active", Some("Successful")),
    );
    let fake = FakeAws::new([
        (CONFIGURE, 409, BUSY),
        (CONFIGURE, 200, "{}"),
        (GET, 200, updating.as_str()),
        (GET, 200, done.as_str()),
        (CODE, 409, BUSY),
        (CODE, 200, "{}"),
        (GET, 200, updating.as_str()),
        (GET, 200, done.as_str()),
        (TAG, 204, ""),
        (RESERVE, 409, BUSY),
        (RESERVE, 200, "{}"),
    ]);
    let (driver, _zip) = driver(&fake);
    let desired = Function {
        reserved_concurrent_executions: Some(1),
        timeout: Some(9),
        ..function()
    };
    let changes = changed(&["ReservedConcurrentExecutions", "Code.Source", "Timeout"]);
    driver.updated(alive(), desired, &changes).await.unwrap();
    fake.assert_used();
    let asked: Vec<_> = fake
        .requests()
        .into_iter()
        .map(|request| request.split(' ').nth(1).unwrap().to_owned())
        .collect();
    let parts: Vec<_> = asked
        .iter()
        .map(|uri| uri.rsplit('/').next().unwrap())
        .collect();
    let code = [
        "code",
        "code",
        "acme-f",
        "acme-f",
        "arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aacme-f",
        "concurrency",
        "concurrency",
    ];
    assert_eq!(
        parts,
        [
            &["configuration", "configuration", "acme-f", "acme-f"],
            &code[..]
        ]
        .concat()
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_absent_is_cleared_and_what_is_not_touched_is_not_sent() {
    let done = shown("Active", Some("Successful"));
    let fake = FakeAws::new([(CONFIGURE, 200, "{}"), (GET, 200, done.as_str())]);
    let (driver, _zip) = driver(&fake);
    let changes = changed(&[
        "Description",
        "Environment.Variables.A",
        "Layers",
        "DeadLetterConfig",
        "KmsKeyArn",
    ]);
    driver.updated(alive(), function(), &changes).await.unwrap();
    let request = fake.requests().remove(0);
    let body: Value = serde_json::from_str(request.split_once("  ").unwrap().1).unwrap();
    let cleared = json!({
        "Description": "", "Environment": {"Variables": {}}, "Layers": [], "DeadLetterConfig": {"TargetArn": ""},
        "KMSKeyArn": "",
    });
    assert_eq!(body, cleared);
}

#[tokio::test(start_paused = true)]
async fn a_reservation_that_the_account_cannot_spare_says_what_it_has() {
    let refused = r#"{"__type":"InvalidParameterValueException","message":"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10]."}"#;
    let settings =
        r#"{"AccountLimit":{"ConcurrentExecutions":10,"UnreservedConcurrentExecutions":10}}"#;
    let fake = FakeAws::new([(RESERVE, 400, refused), ("account-settings", 200, settings)]);
    let (driver, _zip) = driver(&fake);
    let desired = Function {
        reserved_concurrent_executions: Some(1),
        ..function()
    };
    let error = driver
        .updated(
            alive(),
            desired,
            &changed(&["ReservedConcurrentExecutions"]),
        )
        .await
        .unwrap_err();
    assert!(
        error.has_message(
            "InvalidParameterValueException",
            "10 concurrent executions, 10 of them unreserved"
        ),
        "{error}"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn an_update_that_fails_later_is_told_and_tried_again() {
    let failed = shown("Active", Some("Failed"));
    let fake = FakeAws::new([
        (CONFIGURE, 200, "{}"),
        (GET, 200, failed.as_str()),
        (GET, 200, failed.as_str()),
    ]);
    let (driver, _zip) = driver(&fake);
    let error = driver
        .updated(alive(), function(), &changed(&["KmsKeyArn"]))
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with("`acme-f`: no such key"),
        "{error}"
    );
    let address = "test/f".parse().unwrap();
    let request = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: function(),
    };
    let live = driver
        .read(request, &ReadCache::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.properties.code.source, "(failed: no such key)");
}

/// Two compilers make two zips of the same sources.
#[tokio::test]
async fn the_code_is_the_sources_that_it_was_built_from_unless_it_was_changed_since() {
    for (record, source) in [
        ("sources hash", "sources"),
        ("sources another", "(not recorded: SHA-256 hash)"),
        ("sources", "(not recorded: SHA-256 hash)"),
        ("", "(not recorded: SHA-256 hash)"),
    ] {
        let mut shown: Value = serde_json::from_str(&shown("Active", Some("Successful"))).unwrap();
        shown["Tags"]["frontage:code"] = record.into();
        let fake = FakeAws::new([(GET, 200, shown.to_string().as_str())]);
        let live = driver(&fake).0.lambda.get("acme-f").await.unwrap();
        let live = live.as_ref().and_then(convert::live).unwrap();
        assert_eq!(live.properties.code.source, source);
    }
}

/// The sources are recorded after the upload, with the zip's hash: here of an empty zip.
#[tokio::test]
async fn an_upload_records_its_sources() {
    let active = shown("Active", Some("Successful"));
    let fake = FakeAws::new([
        (CODE, 200, "{}"),
        (GET, 200, active.as_str()),
        (TAG, 204, ""),
    ]);
    let (driver, _zip) = driver(&fake);
    driver
        .updated(alive(), function(), &changed(&["Code.Source"]))
        .await
        .unwrap();
    let tagged = fake.requests().pop().unwrap();
    let record = "hash 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    assert!(
        tagged.contains(&json!({"Tags": {"frontage:code": record}}).to_string()),
        "{tagged}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deletion_waits_until_the_function_is_gone() {
    let deleting = shown("Deleting", Some("Successful"));
    let fake = FakeAws::new([
        (DELETE, 409, BUSY),
        (DELETE, 202, ""),
        (GET, 200, deleting.as_str()),
        (GET, 200, deleting.as_str()),
        (GET, 404, MISSING),
    ]);
    driver(&fake).0.delete(alive()).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let fake = FakeAws::new([(DELETE, 404, MISSING), (GET, 404, MISSING)]);
    driver(&fake).0.delete(alive()).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_function_is_read_once_and_not_while_it_is_deleted() {
    let deleting = shown("Deleting", Some("Successful"));
    let first = r#"{"ResourceTagMappingList":[],"PaginationToken":"p"}"#;
    let second = format!(r#"{{"ResourceTagMappingList":[{{"ResourceARN":"{ARN}","Tags":[]}}]}}"#);
    let fake = FakeAws::new([
        ("GetResources", 200, first),
        ("GetResources", 200, second.as_str()),
        (GET, 200, deleting.as_str()),
    ]);
    let (driver, cache, address) = (
        driver(&fake).0,
        ReadCache::default(),
        "test/f".parse().unwrap(),
    );
    let request = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: function(),
    };
    assert!(driver.read(request, &cache).await.unwrap().is_none());
    assert!(driver.list(&cache).await.unwrap().is_empty());
    fake.assert_used();
}

/// A zip of three megabytes, which is four in Base64: they take a minute and a half, and an answer may
/// take a minute.
#[tokio::test]
async fn a_zip_is_uploaded_over_a_slow_line() {
    let zip = NamedTempFile::new().unwrap();
    std::fs::write(zip.path(), vec![0; 3_000_000]).unwrap();
    let line = SlowLine::start("201 Created", "{}").await;
    let account = Account::for_tests(&FakeAws::default())
        .with_artifact(zip.path().to_owned())
        .at_the_end_of(&line);
    let driver = Functions::new(&account);
    driver.create_function(&function(), &tags()).await.unwrap();
}

#[test]
fn defaults_are_stated() {
    let variables = BTreeMap::new();
    let mut stated = Function {
        environment: Some(Environment { variables }),
        dead_letter_config: Some(DeadLetterConfig {
            target_arn: String::new(),
        }),
        description: Some(String::new()),
        kms_key_arn: Some(String::new()),
        ..function()
    };
    let mut absent = function();
    normalise(&mut stated);
    normalise(&mut absent);
    assert_eq!(stated, absent);
    assert_eq!(
        absent.logging_config.unwrap().log_group.as_deref(),
        Some("/aws/lambda/acme-f")
    );
}

#[test]
fn a_key_and_tracing_of_others_are_left_unless_they_are_stated() {
    let key = |id: &str| json!(format!("arn:aws:kms:eu-west-1:111122223333:key/{id}"));
    let base = serde_json::to_value(function()).unwrap();
    let members = [
        ("KmsKeyArn", key("theirs"), key("ours")),
        (
            "TracingConfig",
            json!({"Mode": "Active"}),
            json!({"Mode": "PassThrough"}),
        ),
    ];
    assert_left(Functions::new, &base, &members);
}
