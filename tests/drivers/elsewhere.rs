//! Alarms and topics in another Region than the system's.

use aws_sdk_cloudwatch::types::{ComparisonOperator, MetricAlarm, Statistic};
use engine::{Action, Goal, Plan, PlanError, Reason, Refusal};
use model::types::cloudwatch::Alarm;
use model::types::sns::{Topic, mark};
use model::{Graph, Text};

use super::sns::subscribe;
use super::support::{World, describe, only, paths};

const EDGE: &str = "us-east-1";

/// A topic with a subscription, and an alarm that notifies it, in a Region or in the system's.
#[derive(Clone, Copy, Debug)]
struct Described<'d> {
    region: Option<&'d str>,
    threshold: f64,
    display_name: &'d str,
    addresses: &'d [&'d str],
}

const THERE: Described<'static> = Described {
    region: Some(EDGE),
    threshold: 1.0,
    display_name: "Sites",
    addresses: &["ops@example.com"],
};

fn graph(world: &World, of: Described<'_>) -> Graph {
    world.graph(|stack| {
        let region = of.region.map(str::to_owned);
        let topic = Topic {
            topic_name: stack.account_wide_name("topic"),
            region: region.clone(),
            display_name: Some(of.display_name.to_owned()),
            ..Topic::default()
        };
        let topic = stack.add("topic", topic);
        subscribe(stack, &topic, of.addresses);
        let alarm = Alarm {
            alarm_name: stack.account_wide_name("alarm"),
            region,
            namespace: "AWS/Billing".to_owned(),
            metric_name: "EstimatedCharges".to_owned(),
            statistic: Some("Maximum".to_owned()),
            threshold: of.threshold,
            alarm_actions: vec![topic.arn()],
            ..Alarm::default()
        };
        stack.add("alarm", alarm);
    })
}

fn empty(world: &World) -> Graph {
    world.graph(|_| {})
}

async fn alarms(world: &World) -> Vec<MetricAlarm> {
    let client = aws_sdk_cloudwatch::Client::new(&world.config());
    let prefix = format!("{}-test-", world.system);
    let found = client.describe_alarms().alarm_name_prefix(prefix).send();
    found
        .await
        .expect("described")
        .metric_alarms
        .unwrap_or_default()
}

async fn topics(world: &World) -> Vec<String> {
    let lines = world.listing().await.into_iter();
    let of_sns = |line: &String| line.starts_with("topic ") || line.starts_with("subscription ");
    lines.filter(of_sns).collect()
}

fn kinds(plan: &Plan) -> Vec<String> {
    let kind = |action: &Action| match action {
        Action::Create { .. } => "create",
        Action::Delete => "delete",
        Action::Update { .. } => "update",
        Action::Replace { .. } => "replace",
    };
    let resources = plan.resources.iter();
    let mut kinds: Vec<_> = resources
        .map(|of| format!("{} {}", kind(&of.action), of.address))
        .collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn an_alarm_and_its_topic_are_changed_where_they_are() {
    let world = World::new();
    let there = world.in_region(EDGE);
    world.apply(&graph(&world, THERE)).await;
    let found = alarms(&there).await;
    let topic = format!("{}-test-topic-eu-west-1", world.system);
    assert!(found[0].alarm_actions()[0].ends_with(&topic), "{found:?}");
    assert!(found[0].alarm_actions()[0].contains(":us-east-1:"));
    assert!(alarms(&world).await.is_empty());
    assert_eq!(
        topics(&there).await,
        [
            format!("subscription {topic}/ops@example.com"),
            format!("topic {topic}")
        ]
    );

    let changed = Described {
        threshold: 2.0,
        display_name: "Front ends",
        addresses: &["dev@example.com"],
        ..THERE
    };
    let plan = world.apply(&graph(&world, changed)).await;
    let address = |of: &str| format!("test/mail-{}", mark("email", of));
    let mut expected = [
        "update test/alarm".to_owned(),
        "update test/topic".to_owned(),
        format!("create {}", address("dev@example.com")),
        format!("delete {}", address("ops@example.com")),
    ];
    expected.sort();
    assert_eq!(kinds(&plan), expected);
    assert_eq!(alarms(&there).await[0].threshold(), Some(2.0));

    let client = aws_sdk_cloudwatch::Client::new(&there.config());
    let name = alarms(&there).await.remove(0).alarm_name;
    let call = client.put_metric_alarm().set_alarm_name(name);
    let call = call
        .namespace("AWS/Billing")
        .metric_name("EstimatedCharges");
    let call = call.statistic(Statistic::Maximum).threshold(9.0);
    let call = call.comparison_operator(ComparisonOperator::GreaterThanThreshold);
    let call = call.period(60).evaluation_periods(1);
    call.send().await.expect("changed");
    let plan = world.apply(&graph(&world, changed)).await;
    let drifted = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    );
    assert!(drifted, "{:?}", describe(&plan));
    assert!(paths(only(&plan)).contains(&"Threshold".to_owned()));
    world.destroy(&graph(&world, changed)).await;
    assert_eq!(there.listing().await, Vec::<String>::new());
}

#[tokio::test]
async fn another_region_is_another_alarm_and_topic_and_what_is_no_longer_described_is_deleted() {
    let world = World::new();
    let there = world.in_region(EDGE);
    world.apply(&graph(&world, THERE)).await;
    let here = Described {
        region: None,
        ..THERE
    };
    for (described, at, other) in [(here, &world, &there), (THERE, &there, &world)] {
        let plan = world.apply(&graph(&world, described)).await;
        let mail = format!("test/mail-{}", mark("email", "ops@example.com"));
        let each =
            |action: &str| [&mail, "test/alarm", "test/topic"].map(|of| format!("{action} {of}"));
        let mut expected = [each("create"), each("delete")].concat();
        expected.sort();
        assert_eq!(kinds(&plan), expected);
        assert_eq!((alarms(at).await.len(), alarms(other).await.len()), (1, 0));
    }
    world.apply(&empty(&world)).await;
    assert!(alarms(&there).await.is_empty());
    world.destroy(&empty(&world)).await;
    assert_eq!(world.listing().await, Vec::<String>::new());
}

/// Neither the system that is applied in that Region takes it for its own, nor the other way round.
#[tokio::test]
async fn systems_of_one_name_in_two_regions_leave_each_others_alone() {
    let world = World::new();
    let there = world.in_region(EDGE);
    let theirs = graph(
        &there,
        Described {
            region: None,
            ..THERE
        },
    );
    let ours = graph(&world, THERE);
    there.apply(&theirs).await;
    world.apply(&ours).await;
    assert_eq!(alarms(&there).await.len(), 2);
    let plan = there.plan(&theirs).await;
    assert!(plan.is_empty(), "{:?}", describe(&plan));
    assert!(plan.elsewhere.contains("eu-west-1"));
    there.apply(&empty(&there)).await;
    assert!(world.plan(&ours).await.is_empty());
    there.apply(&theirs).await;
    world.apply(&empty(&world)).await;
    assert!(there.plan(&theirs).await.is_empty());
    assert_eq!(alarms(&there).await.len(), 1);
    there.destroy(&theirs).await;
    world.destroy(&ours).await;
}

/// What records no Region is of the system that is applied where it is, whatever its name.
#[tokio::test]
async fn one_without_a_record_of_the_region_is_of_the_region_where_it_is() {
    let world = World::new();
    let there = world.in_region(EDGE);
    let named = |region: Option<&str>, name: &str| {
        let topic = Topic {
            topic_name: Text::from(format!("{}-test-{name}", world.system)),
            region: region.map(str::to_owned),
            ..Topic::default()
        };
        let alarm = Alarm {
            alarm_name: Text::from(format!("{}-test-{name}", world.system)),
            region: region.map(str::to_owned),
            namespace: "AWS/Billing".to_owned(),
            metric_name: "EstimatedCharges".to_owned(),
            statistic: Some("Maximum".to_owned()),
            ..Alarm::default()
        };
        world.graph(|stack| {
            stack.add("topic", topic);
            stack.add("alarm", alarm);
        })
    };
    let theirs = named(None, "a-eu-west-1");
    there.apply(&theirs).await;
    match world
        .try_plan(&named(Some(EDGE), "a-eu-west-1"), Goal::Converge)
        .await
    {
        Err(PlanError::Refused(refusals)) => {
            let elsewhere =
                |of: &Refusal| matches!(of, Refusal::Elsewhere { region, .. } if region == EDGE);
            assert!(
                refusals.len() == 2 && refusals.iter().all(elsewhere),
                "{refusals:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    // Something that the index shows, so that the Region is searched.
    let ours = named(Some(EDGE), "b-eu-west-1");
    world.apply(&ours).await;
    assert!(world.plan(&ours).await.is_empty());
    world.destroy(&ours).await;
    assert!(there.plan(&theirs).await.is_empty());
    there.destroy(&theirs).await;
}
