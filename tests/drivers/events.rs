//! `AWS::Events::Rule`.

use std::collections::BTreeSet;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::Target as SdkTarget;
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::events::{DeadLetterConfig, InputTransformer, RetryPolicy, Rule, Target};
use model::types::sqs::Queue;
use model::{Graph, Tags, Text};
use serde_json::json;

use super::support::{World, describe, only, paths};

fn name(world: &World) -> String {
    format!("{}-test", world.system)
}

fn rule(world: &World) -> Rule {
    Rule {
        name: name(world),
        event_pattern: Some(json!({
            "source": ["aws.codecommit"],
            "detail": {"referenceName": ["main"]},
        })),
        ..Rule::default()
    }
}

/// A queue that receives the events, and a rule.
fn graph(world: &World, rule: &Rule) -> Graph {
    tagged(world, rule, Tags::new())
}

fn tagged(world: &World, rule: &Rule, tags: Tags) -> Graph {
    world.graph_tagged(tags, |stack| {
        let queue = Queue {
            queue_name: format!("{}-events", world.system),
            ..Queue::default()
        };
        let queue = stack.add("queue", queue);
        let mut rule = rule.clone();
        for target in &mut rule.targets {
            target.arn = queue.arn();
            if let Some(dead_letters) = &mut target.dead_letter_config {
                dead_letters.arn = queue.arn();
            }
        }
        stack.add("rule", rule);
    })
}

/// A target that the graph points at its queue.
fn target(id: &str) -> Target {
    Target::new(id, Text::from(""))
}

/// Applies a change and checks that it is planned as an update of these properties.
async fn update(world: &World, changed: &Rule, expected: &[&str]) {
    let plan = world.apply(&graph(world, changed)).await;
    let changes = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    );
    assert!(changes, "{:?}", describe(&plan));
    let changed = paths(only(&plan));
    let begins: BTreeSet<_> = changed
        .iter()
        .map(|path| path.split(['.', '[']).next().unwrap_or_default())
        .collect();
    assert_eq!(begins, expected.iter().copied().collect(), "{changed:?}");
}

async fn targets(world: &World) -> Vec<SdkTarget> {
    let client = Client::new(&world.config());
    let listed = client.list_targets_by_rule().rule(name(world)).send();
    listed.await.expect("listed").targets.unwrap_or_default()
}

#[tokio::test]
async fn everything_but_the_name_changes_in_place() {
    let world = World::new();
    let mut rule = rule(&world);
    world.apply(&graph(&world, &rule)).await;
    rule.description = Some("Starts the pipeline".to_owned());
    update(&world, &rule, &["Description"]).await;
    rule.description = None;
    update(&world, &rule, &["Description"]).await;
    rule.event_pattern = Some(json!({"source": ["aws.codecommit"]}));
    update(&world, &rule, &["EventPattern"]).await;
    rule.state = Some("DISABLED".to_owned());
    update(&world, &rule, &["State"]).await;
    rule.state = None;
    rule.event_pattern = None;
    rule.schedule_expression = Some("rate(5 minutes)".to_owned());
    let both = ["EventPattern", "ScheduleExpression", "State"];
    update(&world, &rule, &both).await;
    world.destroy(&graph(&world, &rule)).await;
}

#[tokio::test]
async fn targets_are_added_changed_and_removed() {
    let world = World::new();
    let mut rule = rule(&world);
    rule.targets = vec![target("queue"), target("second")];
    world.apply(&graph(&world, &rule)).await;
    assert_eq!(targets(&world).await.len(), 2);
    rule.targets[0].input = Some(Text::from(r#"{"team":"shipping"}"#));
    update(&world, &rule, &["Targets"]).await;
    rule.targets[0].input = None;
    rule.targets[0].input_transformer = Some(InputTransformer {
        input_paths_map: [("branch".to_owned(), "$.detail.referenceName".to_owned())].into(),
        input_template: Text::from(r#""<branch> has changed""#),
    });
    update(&world, &rule, &["Targets"]).await;
    rule.targets[0].input_transformer = None;
    rule.targets[0].input_path = Some("$.detail".to_owned());
    rule.targets[0].retry_policy = Some(RetryPolicy {
        maximum_event_age_in_seconds: Some(3_600),
        maximum_retry_attempts: None,
    });
    rule.targets[0].dead_letter_config = Some(DeadLetterConfig {
        arn: Text::from(""),
    });
    update(&world, &rule, &["Targets"]).await;
    rule.targets = vec![target("third")];
    update(&world, &rule, &["Targets"]).await;
    let left: Vec<_> = targets(&world)
        .await
        .into_iter()
        .map(|one| one.id)
        .collect();
    assert_eq!(left, ["third"]);
    world.destroy(&graph(&world, &rule)).await;
}

#[tokio::test]
async fn drift_and_tags_are_repaired() {
    let world = World::new();
    let client = Client::new(&world.config());
    let rule = Rule {
        targets: vec![target("queue")],
        ..rule(&world)
    };
    world.apply(&graph(&world, &rule)).await;
    let call = client.disable_rule().name(name(&world));
    call.send().await.expect("disabled");
    let other = SdkTarget::builder()
        .id("by-hand")
        .arn(&targets(&world).await[0].arn)
        .build()
        .expect("a target");
    let call = client.put_targets().rule(name(&world)).targets(other);
    call.send().await.expect("added");
    let plan = world.apply(&graph(&world, &rule)).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    assert_eq!(targets(&world).await.len(), 1);
    let team = |name: &str| Tags::from([("team".to_owned(), name.to_owned())]);
    world.apply(&tagged(&world, &rule, team("web"))).await;
    let plan = world.apply(&tagged(&world, &rule, team("shop"))).await;
    let rules = plan.resources.iter();
    let mut rules = rules.filter(|one| one.address.to_string() == "test/rule");
    assert_eq!(paths(rules.next().expect("the rule")), ["Tags.team"]);
    world.destroy(&tagged(&world, &rule, team("shop"))).await;
}

#[tokio::test]
async fn an_orphan_is_deleted_with_its_targets_and_a_foreign_rule_is_refused() {
    let world = World::new();
    let client = Client::new(&world.config());
    let first = Rule {
        targets: vec![target("queue")],
        ..rule(&world)
    };
    let second = Rule {
        name: format!("{}-second", world.system),
        ..rule(&world)
    };
    let with = |first: Option<&Rule>| {
        world.graph(|stack| {
            let queue = Queue {
                queue_name: format!("{}-events", world.system),
                ..Queue::default()
            };
            let queue = stack.add("queue", queue);
            if let Some(first) = first {
                let mut first = first.clone();
                first.targets[0].arn = queue.arn();
                stack.add("first", first);
            }
            stack.add("second", second.clone());
        })
    };
    world.apply(&with(Some(&first))).await;
    let plan = world.apply(&with(None)).await;
    assert_eq!(only(&plan).action, Action::Delete);
    assert_eq!(only(&plan).address.to_string(), "test/first");
    let call = client.put_rule().name(name(&world));
    let call = call.event_pattern(r#"{"source":["theirs"]}"#);
    call.send().await.expect("made");
    match world.try_plan(&with(Some(&first)), Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    world.destroy(&with(None)).await;
    let found = client.describe_rule().name(name(&world)).send().await;
    let pattern = found.expect("theirs stays").event_pattern;
    assert_eq!(pattern.as_deref(), Some(r#"{"source":["theirs"]}"#));
    let call = client.delete_rule().name(name(&world)).send();
    call.await.expect("deleted");
}
