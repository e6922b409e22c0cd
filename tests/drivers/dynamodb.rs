//! `AWS::DynamoDB::Table`.

#![allow(
    clippy::unnecessary_wraps,
    reason = "what a table's optional properties are set to"
)]

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    BillingMode as SdkBillingMode, ProvisionedThroughput as SdkThroughput, Tag,
};
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::dynamodb::{
    AttributeDefinition, AttributeType, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, PointInTimeRecoverySpecification, Projection, ProjectionType, ProvisionedThroughput,
    SseSpecification, StreamSpecification, StreamViewType, Table, TableClass,
    TimeToLiveSpecification,
};
use model::{Graph, Tags, Text};

use super::support::{World, describe, only, paths};

const NAME: &str = "acme-test-table";

fn definition(name: &str, attribute_type: AttributeType) -> AttributeDefinition {
    AttributeDefinition {
        attribute_name: name.to_owned(),
        attribute_type,
    }
}

fn key(name: &str, key_type: KeyType) -> KeySchemaElement {
    KeySchemaElement {
        attribute_name: name.to_owned(),
        key_type,
    }
}

fn table() -> Table {
    Table {
        table_name: NAME.to_owned(),
        attribute_definitions: vec![definition("id", AttributeType::S)],
        key_schema: vec![key("id", KeyType::Hash)],
        billing_mode: Some(BillingMode::PayPerRequest),
        ..Table::default()
    }
}

fn units(read_capacity_units: i64, write_capacity_units: i64) -> Option<ProvisionedThroughput> {
    Some(ProvisionedThroughput {
        read_capacity_units,
        write_capacity_units,
    })
}

fn index(
    name: &str,
    projection_type: ProjectionType,
    non_key_attributes: &[&str],
) -> GlobalSecondaryIndex {
    let non_key_attributes = non_key_attributes
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    GlobalSecondaryIndex {
        index_name: name.to_owned(),
        key_schema: vec![key("team", KeyType::Hash), key("id", KeyType::Range)],
        projection: Projection {
            projection_type,
            non_key_attributes,
        },
        provisioned_throughput: None,
    }
}

fn stream(stream_view_type: StreamViewType) -> Option<StreamSpecification> {
    Some(StreamSpecification { stream_view_type })
}

fn recovery(days: Option<i32>) -> Option<PointInTimeRecoverySpecification> {
    Some(PointInTimeRecoverySpecification {
        point_in_time_recovery_enabled: true,
        recovery_period_in_days: days,
    })
}

fn expiry(attribute: &str) -> Option<TimeToLiveSpecification> {
    Some(TimeToLiveSpecification {
        attribute_name: attribute.to_owned(),
        enabled: true,
    })
}

fn encryption(key: Option<&str>) -> Option<SseSpecification> {
    Some(SseSpecification {
        sse_enabled: true,
        kms_master_key_id: key.map(Text::from),
    })
}

fn graph(world: &World, table: &Table) -> Graph {
    world.graph(|stack| {
        stack.add("table", table.clone());
    })
}

/// Applies a change and checks that it is planned as an update of just these properties.
async fn update(world: &World, changed: &Table, expected: &[&str]) {
    let plan = world.apply(&graph(world, changed)).await;
    assert!(
        matches!(
            only(&plan).action,
            Action::Update {
                reason: Reason::Changed,
                ..
            }
        ),
        "{:?}",
        describe(&plan)
    );
    assert_eq!(
        BTreeSet::from_iter(paths(only(&plan))),
        expected.iter().map(ToString::to_string).collect()
    );
}

async fn stream_arn(world: &World, table: &Table) -> Option<String> {
    let inventory = world.inventory(&graph(world, table)).await;
    inventory
        .live
        .values()
        .next()
        .and_then(|live| live.attributes.get("StreamArn").cloned())
}

/// MiniStack does not keep the period: see the driver's own tests for other periods than the
/// default.
#[tokio::test]
async fn a_table_with_everything_is_made() {
    let world = World::new();
    let everything = Table {
        attribute_definitions: vec![
            definition("team", AttributeType::S),
            definition("id", AttributeType::S),
        ],
        billing_mode: Some(BillingMode::Provisioned),
        provisioned_throughput: units(2, 1),
        global_secondary_indexes: vec![GlobalSecondaryIndex {
            provisioned_throughput: units(1, 1),
            ..index("by-team", ProjectionType::Include, &["b", "a"])
        }],
        stream_specification: stream(StreamViewType::NewImage),
        sse_specification: encryption(None),
        point_in_time_recovery_specification: recovery(None),
        time_to_live_specification: expiry("expires"),
        deletion_protection_enabled: Some(true),
        table_class: Some(TableClass::StandardInfrequentAccess),
        ..table()
    };
    world.apply(&graph(&world, &everything)).await;
    assert!(stream_arn(&world, &everything).await.is_some());
    // Protection is lifted by the deletion itself.
    world.destroy(&graph(&world, &everything)).await;
}

#[tokio::test]
async fn protection_class_and_recovery_change_in_place() {
    let world = World::new();
    let mut changed = table();
    world.apply(&graph(&world, &changed)).await;
    changed.deletion_protection_enabled = Some(true);
    update(&world, &changed, &["DeletionProtectionEnabled"]).await;
    changed.deletion_protection_enabled = Some(false);
    update(&world, &changed, &["DeletionProtectionEnabled"]).await;
    changed.table_class = Some(TableClass::StandardInfrequentAccess);
    update(&world, &changed, &["TableClass"]).await;
    changed.table_class = None;
    update(&world, &changed, &["TableClass"]).await;
    changed.point_in_time_recovery_specification = recovery(Some(35));
    let on = ["PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"];
    let period = "PointInTimeRecoverySpecification.RecoveryPeriodInDays";
    update(&world, &changed, &[on[0], period]).await;
    changed.point_in_time_recovery_specification = Some(PointInTimeRecoverySpecification {
        point_in_time_recovery_enabled: false,
        recovery_period_in_days: None,
    });
    update(&world, &changed, &[on[0], period]).await;
    world.destroy(&graph(&world, &changed)).await;
}

/// MiniStack accepts any number of changes per hour, and turns expiry on and off immediately.
#[tokio::test]
async fn expiry_changes_in_place() {
    let world = World::new();
    let mut changed = table();
    world.apply(&graph(&world, &changed)).await;
    changed.time_to_live_specification = expiry("expires");
    update(&world, &changed, &["TimeToLiveSpecification"]).await;
    changed.time_to_live_specification = expiry("until");
    update(&world, &changed, &["TimeToLiveSpecification.AttributeName"]).await;
    changed.time_to_live_specification = Some(TimeToLiveSpecification {
        enabled: false,
        ..expiry("until").expect("one")
    });
    update(&world, &changed, &["TimeToLiveSpecification"]).await;
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn a_stream_changes_in_place_with_another_arn() {
    let world = World::new();
    let mut changed = table();
    world.apply(&graph(&world, &changed)).await;
    assert_eq!(stream_arn(&world, &changed).await, None);
    changed.stream_specification = stream(StreamViewType::NewImage);
    update(&world, &changed, &["StreamSpecification"]).await;
    let first = stream_arn(&world, &changed).await;
    assert!(first.is_some());
    changed.stream_specification = stream(StreamViewType::KeysOnly);
    update(&world, &changed, &["StreamSpecification.StreamViewType"]).await;
    let second = stream_arn(&world, &changed).await;
    assert!(second.is_some() && second != first, "{first:?} {second:?}");
    changed.stream_specification = None;
    update(&world, &changed, &["StreamSpecification"]).await;
    assert_eq!(stream_arn(&world, &changed).await, None);
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn encryption_changes_in_place() {
    let world = World::new();
    let own = format!(
        "arn:aws:kms:eu-west-1:{}:key/11111111-2222-3333-4444-555555555555",
        world.account_id
    );
    let mut changed = table();
    world.apply(&graph(&world, &changed)).await;
    let (enabled, key) = (
        "SSESpecification.SSEEnabled",
        "SSESpecification.KMSMasterKeyId",
    );
    changed.sse_specification = encryption(None);
    update(&world, &changed, &[enabled, key]).await;
    changed.sse_specification = encryption(Some(&own));
    update(&world, &changed, &[key]).await;
    // By id it is the same key: nothing but the record changes.
    changed.sse_specification = encryption(Some("11111111-2222-3333-4444-555555555555"));
    update(&world, &changed, &[]).await;
    changed.sse_specification = encryption(Some("alias/acme"));
    update(&world, &changed, &[key]).await;
    changed.sse_specification = encryption(None);
    update(&world, &changed, &[key]).await;
    changed.sse_specification = Some(SseSpecification {
        sse_enabled: false,
        kms_master_key_id: None,
    });
    update(&world, &changed, &[enabled, key]).await;
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn capacity_changes_in_place() {
    let world = World::new();
    let mut changed = Table {
        attribute_definitions: vec![
            definition("id", AttributeType::S),
            definition("team", AttributeType::S),
        ],
        global_secondary_indexes: vec![index("by-team", ProjectionType::All, &[])],
        ..table()
    };
    world.apply(&graph(&world, &changed)).await;
    changed.billing_mode = None;
    changed.provisioned_throughput = units(3, 2);
    changed.global_secondary_indexes[0].provisioned_throughput = units(1, 1);
    let index_units = "GlobalSecondaryIndexes[0].ProvisionedThroughput";
    update(
        &world,
        &changed,
        &["BillingMode", index_units, "ProvisionedThroughput"],
    )
    .await;
    changed.provisioned_throughput = units(4, 2);
    update(
        &world,
        &changed,
        &["ProvisionedThroughput.ReadCapacityUnits"],
    )
    .await;
    changed.global_secondary_indexes[0].provisioned_throughput = units(1, 5);
    update(
        &world,
        &changed,
        &[&format!("{index_units}.WriteCapacityUnits")],
    )
    .await;
    changed.billing_mode = Some(BillingMode::PayPerRequest);
    changed.provisioned_throughput = None;
    changed.global_secondary_indexes[0].provisioned_throughput = None;
    update(
        &world,
        &changed,
        &["BillingMode", index_units, "ProvisionedThroughput"],
    )
    .await;
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn indexes_come_change_and_go() {
    let world = World::new();
    world.apply(&graph(&world, &table())).await;
    let mut changed = Table {
        attribute_definitions: vec![
            definition("id", AttributeType::S),
            definition("team", AttributeType::S),
            definition("age", AttributeType::N),
        ],
        global_secondary_indexes: vec![
            index("by-team", ProjectionType::KeysOnly, &[]),
            GlobalSecondaryIndex {
                key_schema: vec![key("age", KeyType::Hash)],
                ..index("by-age", ProjectionType::All, &[])
            },
        ],
        ..table()
    };
    update(
        &world,
        &changed,
        &["AttributeDefinitions", "GlobalSecondaryIndexes"],
    )
    .await;
    changed.global_secondary_indexes[0].projection =
        index("", ProjectionType::Include, &["b", "a"]).projection;
    let projection = "GlobalSecondaryIndexes[1].Projection";
    let (kind, names) = (
        format!("{projection}.ProjectionType"),
        format!("{projection}.NonKeyAttributes"),
    );
    update(&world, &changed, &[&kind, &names]).await;
    changed.attribute_definitions[2] = definition("age", AttributeType::S);
    update(&world, &changed, &["AttributeDefinitions[0].AttributeType"]).await;
    changed.global_secondary_indexes[0].key_schema.pop();
    update(&world, &changed, &["GlobalSecondaryIndexes[1].KeySchema"]).await;
    update(
        &world,
        &table(),
        &["AttributeDefinitions", "GlobalSecondaryIndexes"],
    )
    .await;
    world.destroy(&graph(&world, &table())).await;
}

#[tokio::test]
async fn another_key_is_refused() {
    let world = World::new();
    world.apply(&graph(&world, &table())).await;
    let changed = Table {
        attribute_definitions: vec![
            definition("id", AttributeType::S),
            definition("at", AttributeType::N),
        ],
        key_schema: vec![key("id", KeyType::Hash), key("at", KeyType::Range)],
        ..table()
    };
    match world
        .try_plan(&graph(&world, &changed), Goal::Converge)
        .await
    {
        Err(PlanError::Refused(refusals)) => match &refusals[..] {
            [Refusal::WouldLoseData { properties, .. }] => assert_eq!(properties, &["KeySchema"]),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let dynamodb = Client::new(&world.config());
    let tagged = |value: &str| {
        let tags = Tags::from([("team".to_owned(), value.to_owned())]);
        world.graph_tagged(tags, |stack| {
            stack.add("table", table());
        })
    };
    world.apply(&tagged("web")).await;
    let units = SdkThroughput::builder()
        .read_capacity_units(1)
        .write_capacity_units(1)
        .build()
        .expect("units");
    let call = dynamodb
        .update_table()
        .table_name(NAME)
        .billing_mode(SdkBillingMode::Provisioned);
    call.provisioned_throughput(units)
        .send()
        .await
        .expect("changed");
    let arn = format!(
        "arn:aws:dynamodb:eu-west-1:{}:table/{NAME}",
        world.account_id
    );
    let tag = Tag::builder()
        .key("team")
        .value("someone")
        .build()
        .expect("a tag");
    dynamodb
        .tag_resource()
        .resource_arn(&arn)
        .tags(tag)
        .send()
        .await
        .expect("tagged");
    let plan = world.apply(&tagged("web")).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    assert_eq!(
        paths(only(&plan)),
        ["BillingMode", "ProvisionedThroughput", "Tags.team"]
    );
    let plan = world.apply(&tagged("shop")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    dynamodb
        .delete_table()
        .table_name(NAME)
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&tagged("shop")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&tagged("shop")).await;
}

#[tokio::test]
async fn an_orphan_is_kept_until_its_data_may_go_and_a_foreign_table_is_refused() {
    let world = World::new();
    world.apply(&graph(&world, &table())).await;
    let empty = world.graph(|_| {});
    let plan = world.plan(&empty).await;
    assert!(plan.is_empty());
    assert_eq!(plan.kept[0].id, NAME);
    world.destroy(&empty).await;
    let dynamodb = Client::new(&world.config());
    world.apply(&graph(&world, &table())).await;
    let arn = format!(
        "arn:aws:dynamodb:eu-west-1:{}:table/{NAME}",
        world.account_id
    );
    dynamodb
        .untag_resource()
        .resource_arn(&arn)
        .tag_keys("frontage:system")
        .send()
        .await
        .expect("untagged");
    match world
        .try_plan(&graph(&world, &table()), Goal::Converge)
        .await
    {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_to_do_takes_three_calls_a_table() {
    let world = World::new();
    let encrypted = Table {
        sse_specification: encryption(None),
        ..table()
    };
    let calls = async |graph: &Graph| {
        let account = world.account().await;
        let before = account.calls().get();
        world.read(&account, graph, Goal::Converge).await;
        account.calls().get() - before
    };
    // The lists of every type.
    let lists = calls(&world.graph(|_| {})).await;
    world.apply(&graph(&world, &encrypted)).await;
    assert_eq!(calls(&graph(&world, &encrypted)).await, lists + 3);
}
