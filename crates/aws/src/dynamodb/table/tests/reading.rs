//! Tables that are read, and those that only the index shows.

use super::*;
use crate::kit::left::assert_left;

const NOT_YET: &str = r#"{"__type":"TableNotFoundException","message":"Table not found"}"#;
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1";

#[tokio::test]
async fn a_table_is_absent_only_if_the_service_says_so() {
    let fake = FakeAws::new([
        ("DescribeTable", 400, ABSENT),
        ("DescribeTimeToLive", 400, ABSENT),
        ("DescribeContinuousBackups", 400, NOT_YET),
    ]);
    assert!(read(&driver(&fake), &json!({})).await.unwrap().is_none());
    let denied = error("AccessDeniedException", "no");
    let (active, off) = (active(), expiry("DISABLED", None));
    let fake = FakeAws::new([
        ("DescribeTable", 200, active.as_str()),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("DescribeContinuousBackups", 400, denied.as_str()),
    ]);
    let error = read(&driver(&fake), &json!({})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "dynamodb:DescribeContinuousBackups: AccessDeniedException: no"
    );
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_being_made_is_waited_for_and_one_that_is_going_is_gone() {
    let (creating, active) = (described("CREATING", &json!({})), active());
    let off = expiry("DISABLED", None);
    let enabled = backups(9);
    let fake = FakeAws::new([
        ("DescribeTable", 200, creating.as_str()),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("DescribeContinuousBackups", 400, NOT_YET),
        ("DescribeTable", 200, active.as_str()),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("DescribeContinuousBackups", 400, NOT_YET),
        ("DescribeTable", 200, active.as_str()),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("DescribeContinuousBackups", 200, enabled.as_str()),
        ("GetResources", 200, NO_HINTS),
        ("ListTagsOfResource", 200, OWNED),
    ]);
    let live = read(&driver(&fake), &json!({})).await.unwrap().unwrap();
    let recovery = live
        .properties
        .point_in_time_recovery_specification
        .unwrap();
    assert_eq!(recovery.recovery_period_in_days, Some(9));
    assert_eq!(live.tags, LiveTags::Read(tags()));
    fake.assert_used();
    let deleting = described("DELETING", &json!({}));
    let fake = FakeAws::new([("DescribeTable", 200, deleting.as_str())]);
    assert!(read(&driver(&fake), &json!({})).await.unwrap().is_none());
}

/// It was described before, and is gone when its tags are asked for.
#[tokio::test]
async fn a_table_that_goes_while_it_is_read_is_absent() {
    let (active, off, recoverable) = (active(), expiry("DISABLED", None), backups(9));
    let fake = FakeAws::new([
        ("DescribeTable", 200, active.as_str()),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("DescribeContinuousBackups", 200, recoverable.as_str()),
        ("GetResources", 200, NO_HINTS),
        ("ListTagsOfResource", 400, ABSENT),
    ]);
    assert!(read(&driver(&fake), &json!({})).await.unwrap().is_none());
    fake.assert_used();
}

/// A billing mode is absent for a table that was always provisioned.
#[test]
fn what_aws_leaves_out_is_its_default() {
    let table = aws_sdk_dynamodb::types::TableDescription::builder()
        .table_name(NAME)
        .build();
    let mut live = convert::described(&table).unwrap();
    normalise_table(&mut live);
    assert_eq!(live.billing_mode, Some(BillingMode::Provisioned));
    assert_eq!(live.table_class, Some(TableClass::Standard));
    assert_eq!(
        live.sse_specification,
        Some(SseSpecification {
            sse_enabled: false,
            kms_master_key_id: None
        })
    );
    assert_eq!(live.time_to_live_specification, None);
}

async fn key_of(wanted: &Value, answer: Option<(u16, &str)>) -> Option<String> {
    let sse =
        json!({"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY}});
    let (active, off) = (described("ACTIVE", &sse), expiry("DISABLED", None));
    let mut answers = vec![
        ("DescribeTable", 200, active.as_str()),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("DescribeContinuousBackups", 200, BACKUPS_OFF),
        ("GetResources", 200, NO_HINTS),
        ("ListTagsOfResource", 200, OWNED),
    ];
    answers.extend(answer.map(|(status, body)| ("DescribeKey", status, body)));
    let fake = FakeAws::new(answers);
    let driver = driver(&fake);
    let mut live = read(&driver, &json!({"SSESpecification": wanted}))
        .await
        .unwrap()
        .unwrap();
    driver.normalise(&mut live.properties);
    fake.assert_used();
    live.properties.sse_specification.unwrap().kms_master_key_id
}

#[tokio::test]
async fn a_key_is_told_by_the_name_that_the_model_has_for_it() {
    let same = json!({"KeyMetadata": {"KeyId": "1", "Arn": KEY}}).to_string();
    let other = json!({"KeyMetadata": {"KeyId": "2", "Arn": "arn:other"}}).to_string();
    let none = r#"{"__type":"NotFoundException","message":"Alias is not found"}"#;
    let managed = json!({"SSEEnabled": true});
    assert_eq!(
        key_of(&managed, Some((200, &same))).await.as_deref(),
        Some(MANAGED_KEY)
    );
    assert_eq!(
        key_of(&managed, Some((200, &other))).await.as_deref(),
        Some(KEY)
    );
    assert_eq!(
        key_of(&managed, Some((400, none))).await.as_deref(),
        Some(KEY)
    );
    let alias = json!({"SSEEnabled": true, "KMSMasterKeyId": "alias/acme"});
    assert_eq!(
        key_of(&alias, Some((200, &same))).await.as_deref(),
        Some("alias/acme")
    );
    let arn = json!({"SSEEnabled": true, "KMSMasterKeyId": KEY});
    assert_eq!(key_of(&arn, None).await.as_deref(), Some(KEY));
}

/// The index shows deleted tables, and ARNs that belong to a table but are none.
#[tokio::test]
async fn orphans_are_found_by_the_index() {
    let entry = |name: &str| json!({"ResourceARN": format!("arn:aws:dynamodb:eu-west-1:111122223333:table/{name}"), "Tags": [{"Key": "frontage:system", "Value": "acme"}]});
    let first = json!({"ResourceTagMappingList": [entry("acme-gone")], "PaginationToken": "more"})
        .to_string();
    let second =
        json!({"ResourceTagMappingList": [entry(NAME), entry("acme-t/index/i")]}).to_string();
    let (active, off) = (active(), expiry("DISABLED", None));
    let fake = FakeAws::new([
        ("GetResources", 200, first.as_str()),
        ("GetResources", 200, second.as_str()),
        (r#""TableName":"acme-gone""#, 400, ABSENT),
        (r#""TableName":"acme-gone""#, 400, ABSENT),
        (r#""TableName":"acme-gone""#, 400, ABSENT),
        ("DescribeTable", 200, active.as_str()),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("DescribeContinuousBackups", 200, BACKUPS_OFF),
    ]);
    let tables = driver(&fake).list(&ReadCache::default()).await.unwrap();
    assert_eq!(
        tables
            .iter()
            .map(|table| table.id.as_str())
            .collect::<Vec<_>>(),
        [NAME]
    );
    assert!(matches!(tables[0].tags, LiveTags::Hinted(_)));
    fake.assert_used();
}

/// `DescribeTable` shows the number of six hours ago.
#[tokio::test]
async fn a_small_table_is_counted_and_a_large_one_is_as_shown() {
    let shown = |items: u64| described("ACTIVE", &json!({"ItemCount": items}));
    let whole = r#"{"Count":3}"#;
    let part = r#"{"Count":3,"LastEvaluatedKey":{"id":{"S":"x"}}}"#;
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let cases = [
        (0, 200, whole, Some("3 items")),
        (5000, 200, part, Some("about 5,000 items")),
        (0, 200, part, Some("3+ items")),
        (5000, 400, denied, Some("about 5,000 items")),
        (0, 400, denied, None),
    ];
    for (items, status, page, said) in cases {
        let shown = shown(items);
        let fake = FakeAws::new([
            ("DescribeTable", 200, shown.as_str()),
            ("Scan", status, page),
        ]);
        let counted = driver(&fake).count(NAME).await;
        let counted = counted.ok().map(|holding| holding.to_string());
        assert_eq!(counted.as_deref(), said);
        fake.assert_used();
    }
}

#[test]
fn encryption_backups_and_protection_of_others_are_left_unless_they_are_stated() {
    let base = serde_json::to_value(table(&json!({}))).unwrap();
    let members = [
        (
            "SSESpecification",
            json!({"SSEEnabled": true, "KMSMasterKeyId": KEY}),
            json!({"SSEEnabled": false}),
        ),
        (
            "PointInTimeRecoverySpecification",
            json!({"PointInTimeRecoveryEnabled": true}),
            json!({"PointInTimeRecoveryEnabled": false}),
        ),
        ("DeletionProtectionEnabled", json!(true), json!(false)),
    ];
    assert_left(Tables::new, &base, &members);
}
