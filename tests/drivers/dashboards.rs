//! `AWS::CloudWatch::Dashboard`.

use aws_sdk_cloudwatch::Client;
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::cloudwatch::Dashboard;
use model::types::sqs::Queue;
use model::{Graph, Text};
use serde_json::{Value, json};

use super::support::{World, describe, only, paths};

const NAME: &str = "acme-test-dashboard";

fn body(title: &str) -> Value {
    json!({"start": "-PT3H", "widgets": [{
        "type": "metric", "x": 0, "y": 0, "width": 12, "height": 6,
        "properties": {"title": title, "metrics": [["AWS/SQS", "NumberOfMessagesSent"]], "region": "eu-west-1"},
    }]})
}

fn graph(world: &World, name: &str, body: &Value) -> Graph {
    world.graph(|stack| {
        let dashboard = Dashboard {
            dashboard_name: Text::from(name),
            dashboard_body: body.clone(),
        };
        stack.add("dashboard", dashboard);
    })
}

async fn live(world: &World) -> Value {
    let client = Client::new(&world.config());
    let found = client.get_dashboard().dashboard_name(NAME).send().await;
    let body = found.expect("a dashboard").dashboard_body;
    serde_json::from_str(&body.expect("its body")).expect("JSON")
}

/// Writes a dashboard as the console does.
async fn put(world: &World, body: &Value) {
    let client = Client::new(&world.config());
    let put = client.put_dashboard().dashboard_name(NAME);
    let put = put.dashboard_body(body.to_string()).send().await;
    put.expect("written");
}

#[tokio::test]
async fn a_body_changes_in_place_and_drift_is_repaired() {
    let world = World::new();
    world.apply(&graph(&world, NAME, &body("one"))).await;
    let plan = world.apply(&graph(&world, NAME, &body("two"))).await;
    let changed = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    );
    assert!(changed, "{:?}", describe(&plan));
    assert_eq!(
        paths(only(&plan)),
        ["DashboardBody.widgets[0].properties.title"]
    );
    let mut shown = live(&world).await;
    assert_eq!(shown["widgets"][0], body("two")["widgets"][0]);
    let note = shown["widgets"][1]["properties"]["markdown"].to_string();
    assert!(note.contains("test/dashboard"), "{note}");

    shown["widgets"][0]["properties"]["title"] = json!("theirs");
    put(&world, &shown).await;
    let plan = world.apply(&graph(&world, NAME, &body("two"))).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    let deleted = Client::new(&world.config()).delete_dashboards();
    let deleted = deleted.dashboard_names(NAME).send().await;
    deleted.expect("deleted");
    let plan = world.apply(&graph(&world, NAME, &body("two"))).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&graph(&world, NAME, &body("two"))).await;
}

#[tokio::test]
async fn a_widget_shows_a_resource_of_the_same_plan() {
    let world = World::new();
    let graph = world.graph(|stack| {
        let queue = Queue {
            queue_name: "acme-shown".to_owned(),
            ..Queue::default()
        };
        let queue = stack.add("queue", queue);
        let mut body = body("one");
        body["widgets"][0]["properties"]["title"] = json!(queue.arn());
        let dashboard = Dashboard {
            dashboard_name: Text::from(NAME),
            dashboard_body: body,
        };
        stack.add("dashboard", dashboard);
    });
    world.apply(&graph).await;
    let shown = live(&world).await;
    let title = shown["widgets"][0]["properties"]["title"].as_str();
    assert!(title.is_some_and(|title| title.ends_with(":acme-shown")));
    world.destroy(&graph).await;
}

/// Orphans are in the driver's own tests: `MiniStack` lists dashboards with times in another form than AWS's,
/// which the SDK does not read.
#[tokio::test]
async fn a_foreign_dashboard_is_refused() {
    let world = World::new();
    put(&world, &body("theirs")).await;
    let foreign = graph(&world, NAME, &body("one"));
    match world.try_plan(&foreign, Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(live(&world).await, body("theirs"));
}
