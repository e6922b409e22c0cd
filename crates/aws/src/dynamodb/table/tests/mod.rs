//! Behaviour of `DynamoDB` that no emulator shows: its lags, its waits and its traps.

mod changes;
mod creation;
mod deletion;
mod expiry_traps;
mod reading;

use engine::DriverError;
use fake_aws::FakeAws;
use model::types::dynamodb::{BillingMode, SseSpecification, TableClass};
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;
use crate::kit::typed::changes;

const NAME: &str = "acme-t";
const ARN: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/acme-t";
const OWNED: &str = r#"{"Tags":[{"Key":"frontage:system","Value":"acme"},{"Key":"frontage:address","Value":"test/table"}]}"#;
const NO_TAGS: &str = r#"{"Tags":[]}"#;
const ABSENT: &str =
    r#"{"__type":"ResourceNotFoundException","message":"Requested resource not found"}"#;
const EXISTS: &str =
    r#"{"__type":"ResourceInUseException","message":"Table already exists: acme-t"}"#;
const IN_USE: &str = r#"{"__type":"ResourceInUseException","message":"Attempt to change a resource which is still in use: Table is being updated: acme-t"}"#;
const BACKUPS_OFF: &str = r#"{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED"}}}"#;
const NO_HINTS: &str = r#"{"ResourceTagMappingList":[]}"#;

fn driver(fake: &FakeAws) -> Tables {
    Tables::new(&Account::for_tests(fake))
}

fn merged(mut members: Value, more: &Value) -> Value {
    members
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap_or_default());
    members
}

/// On demand with a key of one attribute, and `more`.
fn table(more: &Value) -> Properties {
    let members = json!({
        "TableName": NAME,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    });
    serde_json::from_value(merged(members, more)).unwrap()
}

/// `DescribeTable`'s answer for such a table, and `more`.
fn described(status: &str, more: &Value) -> String {
    let members = json!({
        "TableName": NAME,
        "TableArn": ARN,
        "TableStatus": status,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "DeletionProtectionEnabled": false,
    });
    json!({"Table": merged(members, more)}).to_string()
}

fn active() -> String {
    described("ACTIVE", &json!({}))
}

fn expiry(status: &str, attribute: Option<&str>) -> String {
    let description = json!({"TimeToLiveStatus": status, "AttributeName": attribute});
    json!({"TimeToLiveDescription": description}).to_string()
}

fn backups(days: i32) -> String {
    let recovery = json!({"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": days});
    let description =
        json!({"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery});
    json!({"ContinuousBackupsDescription": description}).to_string()
}

fn error(code: &str, message: &str) -> String {
    json!({"__type": code, "message": message}).to_string()
}

fn tags() -> Tags {
    [
        ("frontage:system", "acme"),
        ("frontage:address", "test/table"),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .into()
}

/// Creates as the adapter does.
async fn create(fake: &FakeAws, more: &Value) -> Result<Live, DriverError> {
    let (driver, mut desired) = (driver(fake), table(more));
    driver.normalise(&mut desired);
    let owner = Owner::recorded_in(&tags()).unwrap();
    driver.create(desired, &owner, &tags()).await
}

fn live(driver: &Tables, more: &Value) -> Live {
    let mut properties = table(more);
    driver.normalise(&mut properties);
    TypedLive {
        id: NAME.to_owned(),
        properties,
        attributes: Live::assigned([(Table::ARN, ARN.to_owned())]),
        tags: LiveTags::Read(tags()),
    }
}

/// Updates from one table to another with exactly the changes, as the engine would.
async fn update(driver: &Tables, from: &Value, to: &Value) -> Result<Live, DriverError> {
    let (live, mut desired) = (live(driver, from), table(to));
    driver.normalise(&mut desired);
    let changes = changes(&live.properties, &desired).unwrap();
    driver.updated(live, desired, &changes).await
}

async fn read(driver: &Tables, more: &Value) -> Result<Option<Live>, DriverError> {
    let address = "test/table".parse().unwrap();
    let request = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: table(more),
    };
    driver.read(request, &ReadCache::default()).await
}

#[test]
fn what_aws_refuses_is_refused_before_any_call() {
    let index = |more: &Value| {
        let key = json!([{"AttributeName": "id", "KeyType": "HASH"}]);
        let index = json!({"IndexName": "by-id", "KeySchema": key, "Projection": {"ProjectionType": "ALL"}});
        json!({"GlobalSecondaryIndexes": [merged(index, more)]})
    };
    let refused = [
        (
            json!({"TableName": "ab"}),
            "TableName has 2 characters; 3 to 255 are allowed",
        ),
        (
            json!({"TableName": "a b c"}),
            "TableName is `a b c`; only letters, digits, _, . and - are allowed",
        ),
        (
            json!({"TableName": "x".repeat(256)}),
            "TableName has 256 characters; 3 to 255 are allowed",
        ),
        (
            json!({"KeySchema": []}),
            "KeySchema is not one HASH attribute and at most one RANGE attribute; \
             AttributeDefinitions has more than the attributes of the keys, each once",
        ),
        (
            json!({"KeySchema": [{"AttributeName": "id", "KeyType": "RANGE"}]}),
            "KeySchema is not one HASH attribute and at most one RANGE attribute",
        ),
        (
            json!({
                "AttributeDefinitions": [{"AttributeName": "ä".repeat(128), "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "ä".repeat(128), "KeyType": "HASH"}],
            }),
            "KeySchema[0].AttributeName has 256 bytes; 1 to 255 are allowed",
        ),
        (
            json!({"AttributeDefinitions": []}),
            "AttributeDefinitions has no `id`, which is in a key",
        ),
        (
            json!({"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "x", "AttributeType": "S"}]}),
            "AttributeDefinitions has more than the attributes of the keys, each once",
        ),
        (
            json!({"BillingMode": "PROVISIONED"}),
            "ProvisionedThroughput is absent, and the table is PROVISIONED",
        ),
        (
            json!({"BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 1}}),
            "ProvisionedThroughput has less than 1 unit; at least 1 is needed",
        ),
        (
            json!({"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 36}}),
            "PointInTimeRecoverySpecification.RecoveryPeriodInDays is 36; 1 to 35 are allowed",
        ),
        (
            json!({"TimeToLiveSpecification": {"AttributeName": "", "Enabled": true}}),
            "TimeToLiveSpecification.AttributeName has 0 bytes; 1 to 255 are allowed",
        ),
        (
            index(&json!({"IndexName": "x"})),
            "GlobalSecondaryIndexes[0].IndexName has 1 characters; 3 to 255 are allowed",
        ),
        (
            index(&json!({"Projection": {"ProjectionType": "INCLUDE"}})),
            "GlobalSecondaryIndexes[0].Projection has to name NonKeyAttributes if it is INCLUDE, and cannot otherwise",
        ),
        (
            index(&json!({"Projection": {"ProjectionType": "ALL", "NonKeyAttributes": ["a"]}})),
            "GlobalSecondaryIndexes[0].Projection has to name NonKeyAttributes if it is INCLUDE, and cannot otherwise",
        ),
        (
            index(&json!({"KeySchema": [{"AttributeName": "nowhere", "KeyType": "HASH"}]})),
            "AttributeDefinitions has no `nowhere`, which is in a key",
        ),
    ];
    let found = |members: &Value| findings(Tables::new, &table(members)).join("; ");
    for (members, finding) in refused {
        assert_eq!(found(&members), finding);
    }
    let one = index(&json!({}));
    let twice = json!({"GlobalSecondaryIndexes": [one["GlobalSecondaryIndexes"][0], one["GlobalSecondaryIndexes"][0]]});
    assert_eq!(
        found(&twice),
        "GlobalSecondaryIndexes[1].IndexName is `by-id`, the name of another index"
    );
    assert_eq!(found(&one), "");
    let unknown = json!({"SSESpecification": {"SSEEnabled": true, "KMSMasterKeyId": UNKNOWN}});
    assert_eq!(found(&unknown), "");
}

#[test]
fn normalising_takes_unknown_text_and_twice_is_once() {
    let driver = driver(&FakeAws::default());
    let sse = |key: &str| json!({"SSESpecification": {"SSEEnabled": true, "KMSMasterKeyId": key}});
    let key = |key: &str| {
        let mut once = table(&sse(key));
        driver.normalise(&mut once);
        let mut twice = once.clone();
        driver.normalise(&mut twice);
        assert_eq!(once, twice);
        once.sse_specification.unwrap().kms_master_key_id.unwrap()
    };
    assert_eq!(key(UNKNOWN), UNKNOWN);
    assert_eq!(key("1-2"), "arn:aws:kms:eu-west-1:111122223333:key/1-2");
    assert_eq!(key("alias/acme"), "alias/acme");
}
