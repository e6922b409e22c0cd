//! `AWS::Scheduler::ScheduleGroup`.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, Target};
use engine::{Action, Goal, PlanError, Refusal};
use model::types::scheduler::ScheduleGroup;
use model::{Graph, Tags};

use super::support::{World, only, paths};

fn group(world: &World, name: &str) -> ScheduleGroup {
    ScheduleGroup {
        name: format!("{}-{name}", world.system),
    }
}

fn graph(world: &World, tags: Tags) -> Graph {
    world.graph_tagged(tags, |stack| {
        stack.add("group", group(world, "test"));
    })
}

/// As a function makes one at run time, far in the future.
async fn schedule(client: &Client, group: &str) {
    let target = Target::builder()
        .arn("arn:aws:lambda:us-east-1:000000000000:function:clock")
        .role_arn("arn:aws:iam::000000000000:role/clock");
    let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off);
    let call = client
        .create_schedule()
        .name("one")
        .group_name(group)
        .schedule_expression("at(2099-01-01T00:00:00)")
        .flexible_time_window(window.build().expect("a window"))
        .target(target.build().expect("a target"));
    call.send().await.expect("scheduled");
}

#[tokio::test]
async fn a_group_is_tagged_in_place_and_deleted_with_its_schedules() {
    let world = World::new();
    let client = Client::new(&world.config());
    let team = |name: &str| Tags::from([("team".to_owned(), name.to_owned())]);
    world.apply(&graph(&world, team("web"))).await;
    let plan = world.apply(&graph(&world, team("shop"))).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    let name = group(&world, "test").name;
    schedule(&client, &name).await;
    world.destroy(&graph(&world, team("shop"))).await;
    let left = client.get_schedule().group_name(&name).name("one").send();
    left.await.expect_err("deleted with its group");
}

#[tokio::test]
async fn a_name_replaces_the_group_an_orphan_is_deleted_and_a_foreign_group_is_refused() {
    let world = World::new();
    let client = Client::new(&world.config());
    let with = |names: &[&str]| {
        world.graph(|stack| {
            for name in names {
                stack.add(name, group(&world, name));
            }
        })
    };
    world.apply(&with(&["first", "second"])).await;
    let plan = world.apply(&with(&["second"])).await;
    assert_eq!(only(&plan).action, Action::Delete);
    assert_eq!(only(&plan).address.to_string(), "test/first");
    let renamed = world.graph(|stack| {
        stack.add("second", group(&world, "third"));
    });
    let plan = world.apply(&renamed).await;
    let address = plan.resources.iter().map(|of| of.address.to_string());
    assert!(address.clone().any(|of| of == "test/second"), "{plan:?}");
    let theirs = group(&world, "first").name;
    let call = client.create_schedule_group().name(&theirs);
    call.send().await.expect("made");
    match world.try_plan(&with(&["first"]), Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    world.destroy(&renamed).await;
    let call = client.delete_schedule_group().name(&theirs).send();
    call.await.expect("deleted: it stayed");
}
