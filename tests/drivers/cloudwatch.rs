//! `AWS::CloudWatch::Alarm`.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{ComparisonOperator, Statistic};
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::cloudwatch::{Alarm, Dimension};
use model::types::sns::Topic;
use model::types::sqs::Queue;
use model::{Graph, Tags, Text};

use super::support::{World, describe, only, paths};

const NAME: &str = "acme-test";

fn alarm() -> Alarm {
    Alarm {
        alarm_name: Text::from(NAME),
        namespace: "AWS/SQS".to_owned(),
        metric_name: "ApproximateNumberOfMessagesVisible".to_owned(),
        dimensions: vec![Dimension {
            name: "QueueName".to_owned(),
            value: Text::from("acme-dead"),
        }],
        statistic: Some("Maximum".to_owned()),
        period: 60,
        evaluation_periods: 2,
        treat_missing_data: Some("notBreaching".to_owned()),
        ..Alarm::default()
    }
}

fn graph(world: &World, alarm: &Alarm) -> Graph {
    world.graph(|stack| {
        stack.add("alarm", alarm.clone());
    })
}

/// Applies a change and checks that it is planned as an update of just these properties.
async fn update(world: &World, changed: &Alarm, expected: &[&str]) {
    let plan = world.apply(&graph(world, changed)).await;
    let changes = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    );
    assert!(changes, "{:?}", describe(&plan));
    assert_eq!(
        BTreeSet::from_iter(paths(only(&plan))),
        expected.iter().map(ToString::to_string).collect()
    );
}

async fn live(world: &World) -> aws_sdk_cloudwatch::types::MetricAlarm {
    let client = Client::new(&world.config());
    let found = client.describe_alarms().alarm_names(NAME).send().await;
    let alarms = found.expect("described").metric_alarms;
    alarms
        .and_then(|mut alarms| alarms.pop())
        .expect("an alarm")
}

#[tokio::test]
async fn everything_but_the_name_changes_in_place() {
    let world = World::new();
    let mut changed = alarm();
    world.apply(&graph(&world, &changed)).await;
    changed.threshold = 2.5;
    changed.comparison_operator = "GreaterThanOrEqualToThreshold".to_owned();
    update(&world, &changed, &["Threshold", "ComparisonOperator"]).await;
    changed.period = 300;
    changed.evaluation_periods = 3;
    changed.datapoints_to_alarm = Some(2);
    let window = ["Period", "EvaluationPeriods", "DatapointsToAlarm"];
    update(&world, &changed, &window).await;
    changed.alarm_description = Some("Look at the queue".to_owned());
    changed.treat_missing_data = None;
    update(&world, &changed, &["AlarmDescription", "TreatMissingData"]).await;
    changed.metric_name = "NumberOfMessagesSent".to_owned();
    changed.statistic = Some("Sum".to_owned());
    changed.unit = Some("Count".to_owned());
    update(&world, &changed, &["MetricName", "Statistic", "Unit"]).await;
    changed.dimensions[0].value = Text::from("acme-other");
    update(&world, &changed, &["Dimensions[0].Value"]).await;
    changed.actions_enabled = Some(false);
    update(&world, &changed, &["ActionsEnabled"]).await;
    let found = live(&world).await;
    assert_eq!(
        (found.threshold, found.statistic, found.actions_enabled),
        (Some(2.5), Some(Statistic::Sum), Some(false))
    );
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn an_alarm_notifies_a_topic_of_the_same_plan() {
    let world = World::new();
    let graph = world.graph(|stack| {
        let queue = Queue {
            queue_name: "acme-dead".to_owned(),
            ..Queue::default()
        };
        let queue = stack.add("queue", queue);
        let topic = Topic {
            topic_name: Text::from("acme-alarms"),
            ..Topic::default()
        };
        let topic = stack.add("topic", topic);
        let mut alarm = alarm();
        alarm.dimensions[0].value = queue.name();
        alarm.alarm_actions = vec![topic.arn()];
        alarm.ok_actions = vec![topic.arn()];
        let alarm = stack.add("alarm", alarm);
        stack.output("alarm", alarm.arn());
    });
    world.apply(&graph).await;
    let found = live(&world).await;
    assert_eq!(found.ok_actions, found.alarm_actions);
    let actions = found.alarm_actions();
    assert!(actions[0].ends_with(":acme-alarms"), "{actions:?}");
    world.destroy(&graph).await;
}

#[tokio::test]
async fn actions_that_others_add_stay() {
    let world = World::new();
    world.apply(&graph(&world, &alarm())).await;
    let pager = format!("arn:aws:sns:eu-west-1:{}:pager", world.account_id);
    let found = live(&world).await;
    let client = Client::new(&world.config());
    let call = client.put_metric_alarm().alarm_name(NAME);
    let call = call.set_metric_name(found.metric_name);
    let call = call.set_namespace(found.namespace);
    let call = call.set_statistic(found.statistic);
    let call = call.set_dimensions(found.dimensions);
    let call = call.set_threshold(found.threshold);
    let call = call.set_treat_missing_data(found.treat_missing_data);
    let call = call.comparison_operator(ComparisonOperator::GreaterThanThreshold);
    let call = call.period(60).evaluation_periods(2).actions_enabled(false);
    call.alarm_actions(&pager).send().await.expect("changed");
    assert!(world.plan(&graph(&world, &alarm())).await.is_empty());
    let mut changed = alarm();
    changed.threshold = 4.0;
    update(&world, &changed, &["Threshold"]).await;
    let found = live(&world).await;
    assert_eq!(found.alarm_actions(), [pager]);
    assert_eq!(found.actions_enabled, Some(false));
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn drift_and_tags_are_repaired() {
    let world = World::new();
    let client = Client::new(&world.config());
    let tagged = |value: &str| {
        let tags = Tags::from([("team".to_owned(), value.to_owned())]);
        world.graph_tagged(tags, |stack| {
            stack.add("alarm", alarm());
        })
    };
    world.apply(&tagged("web")).await;
    let call = client.put_metric_alarm().alarm_name(NAME);
    let call = call
        .namespace("AWS/SQS")
        .metric_name("NumberOfMessagesSent");
    let call = call.statistic(Statistic::Sum).threshold(9.0);
    let call = call.comparison_operator(ComparisonOperator::LessThanThreshold);
    let call = call.period(60).evaluation_periods(1);
    call.send().await.expect("changed");
    let plan = world.apply(&tagged("web")).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    // The tagging index shows no alarms on MiniStack, so a tag changes only together with a
    // property.
    let call = client.disable_alarm_actions().alarm_names(NAME);
    call.send().await.expect("disabled");
    let enabled = |value: &str| {
        let tags = Tags::from([("team".to_owned(), value.to_owned())]);
        let alarm = Alarm {
            actions_enabled: Some(true),
            ..alarm()
        };
        world.graph_tagged(tags, |stack| {
            stack.add("alarm", alarm);
        })
    };
    let plan = world.apply(&enabled("shop")).await;
    let changed = BTreeSet::from_iter(paths(only(&plan)));
    assert_eq!(
        changed,
        ["ActionsEnabled", "Tags.team"].map(str::to_owned).into()
    );
    client
        .delete_alarms()
        .alarm_names(NAME)
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&enabled("shop")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&enabled("shop")).await;
}

#[tokio::test]
async fn an_orphan_is_deleted_and_a_foreign_alarm_is_refused() {
    let world = World::new();
    world.apply(&graph(&world, &alarm())).await;
    let plan = world.apply(&world.graph(|_| {})).await;
    assert_eq!(only(&plan).action, Action::Delete);
    let client = Client::new(&world.config());
    let call = client.put_metric_alarm().alarm_name(NAME);
    let call = call
        .namespace("AWS/SQS")
        .metric_name("NumberOfMessagesSent");
    let call = call.statistic(Statistic::Sum).threshold(9.0);
    let call = call.comparison_operator(ComparisonOperator::LessThanThreshold);
    let call = call.period(60).evaluation_periods(1);
    call.send().await.expect("created");
    let foreign = graph(&world, &alarm());
    match world.try_plan(&foreign, Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    assert!(world.plan(&world.graph(|_| {})).await.is_empty());
}

#[tokio::test]
async fn nothing_to_do_takes_no_call_an_alarm() {
    let world = World::new();
    let calls = async |graph: &Graph| {
        let account = world.account().await;
        let before = account.calls().get();
        world.read(&account, graph, Goal::Converge).await;
        account.calls().get() - before
    };
    let lists = calls(&world.graph(|_| {})).await;
    world.apply(&graph(&world, &alarm())).await;
    assert_eq!(calls(&graph(&world, &alarm())).await, lists);
}
