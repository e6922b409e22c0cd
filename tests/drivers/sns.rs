//! `AWS::SNS::Topic` and `AWS::SNS::Subscription`.

use aws_sdk_sns::Client;
use engine::{Action, Goal, Plan, PlanError, Reason, Refusal};
use model::types::sns::{Subscription, Topic, mark};
use model::types::sqs::Queue;
use model::{Graph, Handle, StackBuilder, Tags, Text};
use serde_json::json;

use super::support::{World, describe, only, paths};

const NAME: &str = "acme-test";

fn topic() -> Topic {
    Topic {
        topic_name: Text::from(NAME),
        ..Topic::default()
    }
}

fn graph(world: &World, topic: &Topic) -> Graph {
    world.graph(|stack| {
        stack.add("topic", topic.clone());
    })
}

fn arn(world: &World) -> String {
    format!("arn:aws:sns:eu-west-1:{}:{NAME}", world.account_id)
}

/// Adds a topic and subscriptions of mail addresses.
fn subscribed(stack: &mut StackBuilder<'_>, addresses: &[&str]) {
    let topic = stack.add("topic", topic());
    subscribe(stack, &topic, addresses);
}

/// Subscribes mail addresses.
pub(crate) fn subscribe(stack: &mut StackBuilder<'_>, topic: &Handle<Topic>, addresses: &[&str]) {
    for address in addresses {
        let name = format!("mail-{}", mark("email", address));
        let subscription = Subscription {
            topic_arn: topic.arn(),
            protocol: "email".to_owned(),
            endpoint: Text::from(*address),
            raw_message_delivery: None,
            filter_policy: None,
            filter_policy_scope: None,
            redrive_policy: None,
        };
        stack.add(&name, subscription);
    }
}

async fn addresses(world: &World) -> Vec<String> {
    let client = Client::new(&world.config());
    let listed = client.list_subscriptions_by_topic().topic_arn(arn(world));
    let listed = listed.send().await.expect("listed").subscriptions;
    let endpoints = listed.unwrap_or_default().into_iter();
    let mut endpoints: Vec<_> = endpoints.filter_map(|one| one.endpoint).collect();
    endpoints.sort();
    endpoints
}

/// Applies a change and checks that it is planned as an update of just these properties.
async fn update(world: &World, changed: &Topic, expected: &[&str]) {
    let plan = world.apply(&graph(world, changed)).await;
    let changes = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    );
    assert!(changes, "{:?}", describe(&plan));
    assert_eq!(paths(only(&plan)), expected);
}

#[tokio::test]
async fn attributes_change_in_place_and_unstated_ones_stay() {
    let world = World::new();
    world.apply(&graph(&world, &topic())).await;
    let mut changed = topic();
    changed.display_name = Some("Toggles".to_owned());
    update(&world, &changed, &["DisplayName"]).await;
    changed.kms_master_key_id = Some(Text::from("alias/acme"));
    update(&world, &changed, &["KmsMasterKeyId"]).await;
    changed.signature_version = Some("2".to_owned());
    changed.tracing_config = Some("Active".to_owned());
    update(&world, &changed, &["SignatureVersion", "TracingConfig"]).await;
    world.apply(&graph(&world, &topic())).await;
    let client = Client::new(&world.config());
    let found = client.get_topic_attributes().topic_arn(arn(&world));
    let found = found.send().await.expect("read").attributes;
    let found = found.unwrap_or_default();
    let values = ["DisplayName", "KmsMasterKeyId", "SignatureVersion"].map(|name| &*found[name]);
    assert_eq!(values, ["Toggles", "alias/acme", "2"]);
    world.destroy(&graph(&world, &topic())).await;
}

#[tokio::test]
async fn a_fifo_topic_deduplicates_by_content() {
    let world = World::new();
    let fifo = Topic {
        topic_name: Text::from("acme-test.fifo"),
        fifo_topic: Some(true),
        ..topic()
    };
    world.apply(&graph(&world, &fifo)).await;
    let by_content = Topic {
        content_based_deduplication: Some(true),
        ..fifo.clone()
    };
    update(&world, &by_content, &["ContentBasedDeduplication"]).await;
    world.destroy(&graph(&world, &fifo)).await;
}

#[tokio::test]
async fn drift_and_tags_are_repaired() {
    let world = World::new();
    let client = Client::new(&world.config());
    let named = Topic {
        display_name: Some("Toggles".to_owned()),
        ..topic()
    };
    let tagged = |value: &str| {
        let tags = Tags::from([("team".to_owned(), value.to_owned())]);
        world.graph_tagged(tags, |stack| {
            stack.add("topic", named.clone());
        })
    };
    world.apply(&tagged("web")).await;
    let call = client.set_topic_attributes().topic_arn(arn(&world));
    let call = call.attribute_name("DisplayName").attribute_value("x");
    call.send().await.expect("changed");
    let plan = world.apply(&tagged("web")).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    assert_eq!(paths(only(&plan)), ["DisplayName"]);
    let plan = world.apply(&tagged("shop")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    let call = client.delete_topic().topic_arn(arn(&world));
    call.send().await.expect("deleted");
    let plan = world.apply(&tagged("shop")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&tagged("shop")).await;
}

#[tokio::test]
async fn an_orphan_is_deleted_and_a_foreign_topic_is_refused() {
    let world = World::new();
    world.apply(&graph(&world, &topic())).await;
    let plan = world.apply(&world.graph(|_| {})).await;
    assert_eq!(only(&plan).action, Action::Delete);
    let client = Client::new(&world.config());
    client.create_topic().name(NAME).send().await.expect("made");
    let foreign = graph(&world, &topic());
    match world.try_plan(&foreign, Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    assert!(world.plan(&world.graph(|_| {})).await.is_empty());
}

#[tokio::test]
async fn addresses_are_subscribed_and_unsubscribed_and_those_of_others_stay() {
    let world = World::new();
    let with = |addresses: &[&str]| world.graph(|stack| subscribed(stack, addresses));
    let (dev, ops, theirs) = ("dev@example.com", "ops@example.com", "them@example.com");
    world.apply(&with(&[dev, ops])).await;
    let client = Client::new(&world.config());
    let call = client.subscribe().topic_arn(arn(&world)).protocol("email");
    call.endpoint(theirs).send().await.expect("subscribed");
    assert!(world.plan(&with(&[dev, ops])).await.is_empty());
    let plan = world.apply(&with(&[ops])).await;
    assert_eq!(only(&plan).action, Action::Delete);
    assert_eq!(addresses(&world).await, [ops, theirs]);
    let listed = client.list_subscriptions_by_topic().topic_arn(arn(&world));
    let listed = listed.send().await.expect("listed").subscriptions;
    let mut listed = listed.unwrap_or_default().into_iter();
    let found = listed.find(|one| one.endpoint.as_deref() == Some(ops));
    let found = found.and_then(|one| one.subscription_arn).expect("an ARN");
    let call = client.unsubscribe().subscription_arn(found);
    call.send().await.expect("unsubscribed");
    let plan = world.apply(&with(&[ops])).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    assert_eq!(addresses(&world).await, [ops, theirs]);
    world.destroy(&with(&[ops])).await;
}

#[tokio::test]
async fn a_queues_subscription_changes_in_place() {
    let world = World::new();
    let with = |raw: bool, kind: Option<&str>| {
        world.graph(|stack| {
            let topic = stack.add("topic", topic());
            let queue = Queue {
                queue_name: "acme-queue".to_owned(),
                ..Queue::default()
            };
            let queue = stack.add("queue", queue);
            let subscription = Subscription {
                topic_arn: topic.arn(),
                protocol: "sqs".to_owned(),
                endpoint: queue.arn(),
                raw_message_delivery: Some(raw),
                filter_policy: kind.map(|kind| json!({"kind": [kind]})),
                filter_policy_scope: None,
                redrive_policy: None,
            };
            stack.add("queue-subscription", subscription);
        })
    };
    let both = |plan: &Plan| {
        let mut paths = paths(only(plan));
        paths.sort();
        paths
    };
    world.apply(&with(false, None)).await;
    let plan = world.apply(&with(true, Some("alarm"))).await;
    assert_eq!(both(&plan), ["FilterPolicy", "RawMessageDelivery"]);
    let plan = world.apply(&with(true, Some("ok"))).await;
    assert_eq!(paths(only(&plan)), ["FilterPolicy.kind"]);
    let plan = world.apply(&with(false, None)).await;
    assert_eq!(both(&plan), ["FilterPolicy", "RawMessageDelivery"]);
    world.destroy(&with(false, None)).await;
}
