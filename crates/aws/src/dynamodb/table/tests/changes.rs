//! The changes that `UpdateTable` and related calls accept, and when.

use super::*;

fn with_stream(view: &str, label: &str) -> String {
    described(
        "ACTIVE",
        &json!({
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": view},
            "LatestStreamArn": format!("{ARN}/stream/{label}"),
        }),
    )
}

fn stream(view: &str) -> Value {
    json!({"StreamSpecification": {"StreamViewType": view}})
}

#[tokio::test(start_paused = true)]
async fn another_view_is_another_stream() {
    let (old, new) = (with_stream("NEW_IMAGE", "1"), with_stream("KEYS_ONLY", "2"));
    let updating = described("UPDATING", &json!({}));
    let off = described(
        "ACTIVE",
        &json!({"LatestStreamArn": format!("{ARN}/stream/1")}),
    );
    let fake = FakeAws::new([
        ("UpdateTable", 400, IN_USE),
        ("UpdateTable", 200, "{}"),
        // The first answer is from before the change.
        ("DescribeTable", 200, old.as_str()),
        ("DescribeTable", 200, updating.as_str()),
        ("DescribeTable", 200, off.as_str()),
        ("UpdateTable", 400, IN_USE),
        ("UpdateTable", 200, "{}"),
        ("DescribeTable", 200, off.as_str()),
        ("DescribeTable", 200, new.as_str()),
        ("DescribeTable", 200, new.as_str()),
    ]);
    let live = update(&driver(&fake), &stream("NEW_IMAGE"), &stream("KEYS_ONLY"))
        .await
        .unwrap();
    assert_eq!(
        live.attribute(Table::STREAM_ARN).unwrap(),
        format!("{ARN}/stream/2")
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_off_has_no_arn() {
    let off = described(
        "ACTIVE",
        &json!({"StreamSpecification": {"StreamEnabled": false}, "LatestStreamArn": format!("{ARN}/stream/1")}),
    );
    let fake = FakeAws::new([
        ("UpdateTable", 200, "{}"),
        ("DescribeTable", 200, &off),
        ("DescribeTable", 200, &off),
    ]);
    let live = update(&driver(&fake), &stream("NEW_IMAGE"), &json!({}))
        .await
        .unwrap();
    assert_eq!(live.attributes.get(Properties::STREAM_ARN.name), None);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_was_made_already_is_no_failure() {
    let new = with_stream("NEW_IMAGE", "1");
    let refused = error(
        "ValidationException",
        "Table already has an enabled stream: TableName: acme-t",
    );
    let fake = FakeAws::new([
        ("UpdateTable", 400, refused.as_str()),
        ("DescribeTable", 200, new.as_str()),
        ("DescribeTable", 200, new.as_str()),
        ("DescribeTable", 200, new.as_str()),
    ]);
    update(&driver(&fake), &json!({}), &stream("NEW_IMAGE"))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_refused_change_fails_with_the_services_words() {
    let (active, refused) = (active(), error("ValidationException", "no"));
    let fake = FakeAws::new([
        ("UpdateTable", 400, refused.as_str()),
        ("DescribeTable", 200, active.as_str()),
    ]);
    let error = update(&driver(&fake), &json!({}), &stream("NEW_IMAGE"))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "dynamodb:UpdateTable: ValidationException: no"
    );
}

/// AWS accepts one kind of change per call; the emulator accepts all at once.
#[tokio::test(start_paused = true)]
async fn each_kind_of_change_is_a_call_of_its_own() {
    let stream = json!({"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"});
    let encrypting = json!({"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": "arn:k"});
    let encrypted = json!({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "arn:k"});
    let mut so_far = json!({"DeletionProtectionEnabled": true});
    let mut steps = vec![described("ACTIVE", &so_far)];
    so_far["BillingModeSummary"] = json!({"BillingMode": "PROVISIONED"});
    so_far["ProvisionedThroughput"] = json!({"ReadCapacityUnits": 1, "WriteCapacityUnits": 1});
    steps.push(described("ACTIVE", &so_far));
    so_far["StreamSpecification"] = stream;
    steps.push(described("ACTIVE", &so_far));
    so_far["SSEDescription"] = encrypting;
    steps.push(described("ACTIVE", &so_far));
    so_far["SSEDescription"] = encrypted;
    steps.push(described("ACTIVE", &so_far));
    so_far["TableClassSummary"] = json!({"TableClass": "STANDARD_INFREQUENT_ACCESS"});
    steps.push(described("ACTIVE", &so_far));
    let answers = steps
        .iter()
        .map(|step| ("DescribeTable", 200, step.as_str()));
    let last = [("DescribeTable", 200, steps[5].as_str())];
    let fake = FakeAws::new(
        [("UpdateTable", 200, "{}"); 5]
            .into_iter()
            .chain(answers)
            .chain(last),
    );
    let to = json!({
        "DeletionProtectionEnabled": true,
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "SSESpecification": {"SSEEnabled": true, "KMSMasterKeyId": "arn:k"},
        "TableClass": "STANDARD_INFREQUENT_ACCESS",
    });
    update(&driver(&fake), &json!({}), &to).await.unwrap();
    let sent: Vec<String> = fake
        .requests()
        .into_iter()
        .filter(|sent| sent.contains("UpdateTable"))
        .collect();
    let kinds = [
        "DeletionProtectionEnabled",
        "BillingMode",
        "StreamSpecification",
        "SSESpecification",
        "TableClass",
    ];
    for (sent, kind) in sent.iter().zip(kinds) {
        let others = kinds.iter().filter(|other| **other != kind);
        assert!(sent.contains(&format!("\"{kind}\"")), "{kind}: {sent}");
        assert!(
            others
                .into_iter()
                .all(|other| !sent.contains(&format!("\"{other}\""))),
            "{kind}: {sent}"
        );
    }
    fake.assert_used();
}

/// AWS creates one index at a time, and refuses the definition of an attribute that no key uses
/// yet.
#[tokio::test(start_paused = true)]
async fn indexes_are_made_one_after_another() {
    let index = |name: &str, attribute: &str, status: &str| {
        let mut index = json!({
            "IndexName": name,
            "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        });
        if !status.is_empty() {
            index["IndexStatus"] = json!(status);
        }
        index
    };
    let with = |indexes: Value| described("ACTIVE", &json!({"GlobalSecondaryIndexes": indexes}));
    let filling = with(json!([index("by-a", "a", "CREATING")]));
    let first = with(json!([index("by-a", "a", "ACTIVE")]));
    let both = with(json!([
        index("by-b", "b", "ACTIVE"),
        index("by-a", "a", "ACTIVE")
    ]));
    let fake = FakeAws::new([
        ("UpdateTable", 200, "{}"),
        ("DescribeTable", 200, filling.as_str()),
        ("DescribeTable", 200, first.as_str()),
        ("UpdateTable", 200, "{}"),
        ("DescribeTable", 200, first.as_str()),
        ("DescribeTable", 200, both.as_str()),
    ]);
    let definition = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let to = json!({
        "AttributeDefinitions": [definition("id"), definition("a"), definition("b")],
        "GlobalSecondaryIndexes": [index("by-b", "b", ""), index("by-a", "a", "")],
    });
    update(&driver(&fake), &json!({}), &to).await.unwrap();
    let sent: Vec<String> = fake
        .requests()
        .into_iter()
        .filter(|sent| sent.contains("UpdateTable"))
        .collect();
    let defines = |sent: &str, name: &str| {
        sent.contains(&format!(r#"{{"AttributeName":"{name}","AttributeType""#))
    };
    assert!(
        defines(&sent[0], "a") && !defines(&sent[0], "b"),
        "{}",
        sent[0]
    );
    assert!(
        defines(&sent[1], "a") && defines(&sent[1], "b"),
        "{}",
        sent[1]
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn the_recovery_period_changes_in_place() {
    let (old, new) = (backups(35), backups(5));
    let fake = FakeAws::new([
        ("UpdateContinuousBackups", 200, "{}"),
        ("DescribeContinuousBackups", 200, old.as_str()),
        ("DescribeContinuousBackups", 200, new.as_str()),
    ]);
    let on = |days: Option<i32>| {
        let mut recovery = json!({"PointInTimeRecoveryEnabled": true});
        if let Some(days) = days {
            recovery["RecoveryPeriodInDays"] = json!(days);
        }
        json!({"PointInTimeRecoverySpecification": recovery})
    };
    update(&driver(&fake), &on(None), &on(Some(5)))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn the_type_of_a_key_attribute_is_refused_before_any_call() {
    let fake = FakeAws::default();
    let to = json!({"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}]});
    let error = update(&driver(&fake), &json!({}), &to).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the type of `id`, which is in the key"),
        "{error}"
    );
    assert!(fake.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn tags_are_waited_for() {
    let old = r#"{"Tags":[{"Key":"old","Value":"x"}]}"#;
    let team = r#"{"Tags":[{"Key":"team","Value":"web"}]}"#;
    let paged = r#"{"Tags":[],"NextToken":"more"}"#;
    let fake = FakeAws::new([
        ("UntagResource", 400, IN_USE),
        ("UntagResource", 200, "{}"),
        ("ListTagsOfResource", 200, old),
        ("ListTagsOfResource", 200, paged),
        ("ListTagsOfResource", 200, old),
        ("ListTagsOfResource", 200, NO_TAGS),
        ("TagResource", 400, IN_USE),
        ("TagResource", 200, "{}"),
        ("ListTagsOfResource", 200, NO_TAGS),
        ("ListTagsOfResource", 200, paged),
        ("ListTagsOfResource", 200, team),
    ]);
    let driver = driver(&fake);
    let (live, store) = (live(&driver, &json!({})), driver.tag_store());
    store.untag(&live, &["old".to_owned()]).await.unwrap();
    let set = Tags::from([("team".to_owned(), "web".to_owned())]);
    store.tag(&live, &set).await.unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn an_index_that_is_gone_already_is_no_failure() {
    let active = active();
    let fake = FakeAws::new([
        ("UpdateTable", 400, ABSENT),
        ("DescribeTable", 200, active.as_str()),
        ("DescribeTable", 200, active.as_str()),
    ]);
    let key = json!([{"AttributeName": "id", "KeyType": "HASH"}]);
    let index =
        json!({"IndexName": "by-id", "KeySchema": key, "Projection": {"ProjectionType": "ALL"}});
    update(
        &driver(&fake),
        &json!({"GlobalSecondaryIndexes": [index]}),
        &json!({}),
    )
    .await
    .unwrap();
    fake.assert_used();
}
