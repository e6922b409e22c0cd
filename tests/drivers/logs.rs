//! `AWS::Logs::LogGroup`.

use std::time::SystemTime;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use engine::{Action, Goal, Holding, PlanError, Reason, Refusal};
use model::types::logs::{LogGroup, LogGroupClass};
use model::{Graph, Tags};

use super::support::{World, describe, only, paths};

/// A group of the stack with functions, since only those of stacks are looked at.
const NAME: &str = "/aws/lambda/acme-toggles";

fn group() -> LogGroup {
    LogGroup {
        log_group_name: NAME.to_owned(),
        retention_in_days: Some(30),
        log_group_class: None,
        kms_key_id: None,
        deletion_protection_enabled: None,
    }
}

fn graph(world: &World, group: &LogGroup) -> Graph {
    world.graph(|stack| {
        stack.add("group", group.clone());
    })
}

#[tokio::test]
async fn retention_changes_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &group())).await;
    for days in [Some(7), None, Some(365)] {
        let changed = LogGroup {
            retention_in_days: days,
            ..group()
        };
        let plan = world.apply(&graph(&world, &changed)).await;
        assert_eq!(paths(only(&plan)), ["RetentionInDays"]);
        assert!(matches!(
            only(&plan).action,
            Action::Update {
                reason: Reason::Changed,
                ..
            }
        ));
    }
    world.destroy(&graph(&world, &group())).await;
}

#[tokio::test]
async fn the_class_is_chosen_once() {
    let world = World::new();
    let infrequent = LogGroup {
        log_group_class: Some(LogGroupClass::InfrequentAccess),
        ..group()
    };
    world.apply(&graph(&world, &infrequent)).await;
    // It stays if it is not stated, and no plan would lose the logs.
    assert!(world.plan(&graph(&world, &group())).await.is_empty());
    let changed = LogGroup {
        log_group_class: Some(LogGroupClass::Standard),
        ..group()
    };
    let refused = world
        .try_plan(&graph(&world, &changed), Goal::Converge)
        .await;
    let Err(PlanError::Refused(refusals)) = refused else {
        panic!("a group with logs is not replaced: {refused:?}")
    };
    assert!(
        matches!(&refusals[..], [Refusal::WouldLoseData { properties, .. }] if properties == &["LogGroupClass"]),
        "{refusals:?}"
    );
    world.destroy(&graph(&world, &infrequent)).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let logs = Client::new(&world.config());
    let tagged = |value: &str| {
        let tags = Tags::from([("team".to_owned(), value.to_owned())]);
        world.graph_tagged(tags, |stack| {
            stack.add("group", group());
        })
    };
    world.apply(&tagged("web")).await;
    logs.put_retention_policy()
        .log_group_name(NAME)
        .retention_in_days(1)
        .send()
        .await
        .expect("changed");
    let plan = world.apply(&tagged("web")).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    logs.put_retention_policy()
        .log_group_name(NAME)
        .retention_in_days(1)
        .send()
        .await
        .expect("changed");
    let plan = world.apply(&tagged("shop")).await;
    assert_eq!(paths(only(&plan)), ["RetentionInDays", "Tags.team"]);
    logs.delete_log_group()
        .log_group_name(NAME)
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&tagged("shop")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&tagged("shop")).await;
}

/// Its retention ends the logs.
#[tokio::test]
async fn an_orphan_is_kept_until_its_logs_may_go() {
    let world = World::new();
    world.apply(&graph(&world, &group())).await;
    let logs = Client::new(&world.config());
    let stream = logs.create_log_stream().log_group_name(NAME);
    let stream = stream.log_stream_name("s").send().await;
    stream.expect("created");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.expect("after 1970").as_millis().try_into();
    let event = InputLogEvent::builder().message("12 letters!!");
    let event = event.timestamp(now.expect("in range")).build();
    let put = logs.put_log_events().log_group_name(NAME);
    let put = put.log_stream_name("s").log_events(event.expect("whole"));
    put.send().await.expect("written");
    let plan = world.plan(&world.graph(|_| {})).await;
    assert!(plan.is_empty(), "{:?}", describe(&plan));
    assert_eq!(plan.kept.len(), 1, "{:?}", plan.kept);
    // CloudWatch counts 26 bytes for each event beside its message; MiniStack the message alone.
    let held = [12, 38].map(|bytes| Some(Holding::about(bytes, "byte")));
    assert!(held.contains(&plan.kept[0].holding), "{:?}", plan.kept);
    world.destroy(&graph(&world, &group())).await;
}
