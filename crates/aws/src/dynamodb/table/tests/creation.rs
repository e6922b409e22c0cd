//! A table that is created, or already exists.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_new_table_is_waited_for_and_gets_recovery_and_expiry() {
    let (creating, active) = (described("CREATING", &json!({})), active());
    let early = error(
        "ContinuousBackupsUnavailableException",
        "Backups are being enabled for the table",
    );
    let (off, enabling) = (expiry("DISABLED", None), expiry("ENABLING", Some("until")));
    let enabled = backups(7);
    let fake = FakeAws::new([
        ("CreateTable", 200, "{}"),
        ("DescribeTable", 400, ABSENT),
        ("DescribeTable", 200, creating.as_str()),
        ("DescribeTable", 200, active.as_str()),
        ("UpdateContinuousBackups", 400, early.as_str()),
        ("UpdateContinuousBackups", 400, early.as_str()),
        ("UpdateContinuousBackups", 200, "{}"),
        ("DescribeContinuousBackups", 200, BACKUPS_OFF),
        ("DescribeContinuousBackups", 200, enabled.as_str()),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("UpdateTimeToLive", 200, "{}"),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("DescribeTimeToLive", 200, enabling.as_str()),
        ("DescribeTable", 200, active.as_str()),
        ("ListTagsOfResource", 400, ABSENT),
        ("ListTagsOfResource", 200, NO_TAGS),
        ("ListTagsOfResource", 200, OWNED),
    ]);
    let recovery = json!({"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 7});
    create(
        &fake,
        &json!({
            "PointInTimeRecoverySpecification": recovery,
            "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": true},
        }),
    )
    .await
    .unwrap();
    assert_eq!(
        fake.requests()
            .iter()
            .filter(|request| request.contains(r#""RecoveryPeriodInDays":7"#))
            .count(),
        3
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_lost_is_found_again_and_its_steps_finished() {
    let (active, protected) = (
        active(),
        described("ACTIVE", &json!({"DeletionProtectionEnabled": true})),
    );
    let off = expiry("DISABLED", None);
    let fake = FakeAws::new([
        ("CreateTable", 400, EXISTS),
        ("DescribeTable", 400, ABSENT),
        ("DescribeTable", 200, active.as_str()),
        ("ListTagsOfResource", 400, ABSENT),
        ("ListTagsOfResource", 200, NO_TAGS),
        ("ListTagsOfResource", 200, OWNED),
        // The table as the earlier attempt left it: without protection.
        ("DescribeTable", 200, active.as_str()),
        ("DescribeTimeToLive", 200, off.as_str()),
        ("DescribeContinuousBackups", 200, BACKUPS_OFF),
        ("GetResources", 200, NO_HINTS),
        ("ListTagsOfResource", 200, OWNED),
        ("UpdateTable", 200, "{}"),
        ("DescribeTable", 200, protected.as_str()),
        ("TagResource", 200, "{}"),
        ("ListTagsOfResource", 200, OWNED),
        ("DescribeTable", 200, protected.as_str()),
        ("ListTagsOfResource", 200, OWNED),
    ]);
    create(&fake, &json!({"DeletionProtectionEnabled": true}))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_table_of_another_owner_is_not_taken() {
    let active = active();
    let fake = FakeAws::new([
        ("CreateTable", 400, EXISTS),
        ("DescribeTable", 200, active.as_str()),
        (
            "ListTagsOfResource",
            200,
            r#"{"Tags":[{"Key":"frontage:system","Value":"other"}]}"#,
        ),
    ]);
    let error = create(&fake, &json!({})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "dynamodb:CreateTable: ResourceInUseException: Table already exists: acme-t"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_name_whose_table_is_going_is_waited_for() {
    let (deleting, active) = (described("DELETING", &json!({})), active());
    let fake = FakeAws::new([
        ("CreateTable", 400, EXISTS),
        ("DescribeTable", 200, deleting.as_str()),
        ("DescribeTable", 200, deleting.as_str()),
        ("DescribeTable", 400, ABSENT),
        ("CreateTable", 200, "{}"),
        ("DescribeTable", 200, active.as_str()),
        ("DescribeTable", 200, active.as_str()),
        ("ListTagsOfResource", 200, OWNED),
    ]);
    create(&fake, &json!({})).await.unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_crowd_is_waited_for_and_a_quota_is_not() {
    let crowd = error(
        "LimitExceededException",
        "Only 500 tables can be created, updated, or deleted simultaneously",
    );
    let quota = error(
        "LimitExceededException",
        "Subscriber limit exceeded: maximum tables",
    );
    let fake = FakeAws::new([
        ("CreateTable", 400, crowd.as_str()),
        ("CreateTable", 400, crowd.as_str()),
        ("CreateTable", 400, quota.as_str()),
    ]);
    let error = create(&fake, &json!({})).await.unwrap_err();
    assert_eq!(
        error.message(),
        Some("Subscriber limit exceeded: maximum tables")
    );
    fake.assert_used();
}
