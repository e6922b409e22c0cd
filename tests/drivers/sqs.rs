//! `AWS::SQS::Queue`.

use std::collections::BTreeSet;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use engine::{Action, Goal, Holding, PlanError, Reason, Refusal};
use model::types::sqs::{Queue, RedrivePolicy};
use model::{Graph, Tags, Text};
use serde_json::json;

use super::support::{World, describe, only, paths};

const NAME: &str = "acme-test";

fn queue() -> Queue {
    Queue {
        queue_name: NAME.to_owned(),
        message_retention_period: Some(1_209_600),
        ..Queue::default()
    }
}

fn graph(world: &World, queue: &Queue) -> Graph {
    world.graph(|stack| {
        stack.add("queue", queue.clone());
    })
}

fn dead_letters(world: &World, max_receive_count: i32) -> RedrivePolicy {
    let dead_letter_target_arn = Text::from(format!(
        "arn:aws:sqs:eu-west-1:{}:acme-dead",
        world.account_id
    ));
    RedrivePolicy {
        dead_letter_target_arn,
        max_receive_count,
    }
}

/// Applies a change and checks that it is planned as an update of just these properties.
async fn update(world: &World, changed: &Queue, expected: &[&str]) {
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

#[tokio::test]
async fn numbers_change_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &queue())).await;
    let mut changed = queue();
    changed.delay_seconds = Some(5);
    update(&world, &changed, &["DelaySeconds"]).await;
    changed.maximum_message_size = Some(2_048);
    update(&world, &changed, &["MaximumMessageSize"]).await;
    changed.message_retention_period = None;
    update(&world, &changed, &["MessageRetentionPeriod"]).await;
    changed.receive_message_wait_time_seconds = Some(20);
    update(&world, &changed, &["ReceiveMessageWaitTimeSeconds"]).await;
    changed.visibility_timeout = Some(60);
    update(&world, &changed, &["VisibilityTimeout"]).await;
    update(
        &world,
        &queue(),
        &[
            "DelaySeconds",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "VisibilityTimeout",
        ],
    )
    .await;
    world.destroy(&graph(&world, &queue())).await;
}

#[tokio::test]
async fn encryption_changes_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &queue())).await;
    let mut changed = queue();
    changed.kms_master_key_id = Some(Text::from("alias/aws/sqs"));
    let encryption = [
        "KmsMasterKeyId",
        "SqsManagedSseEnabled",
        "KmsDataKeyReusePeriodSeconds",
    ];
    update(&world, &changed, &encryption).await;
    changed.kms_data_key_reuse_period_seconds = Some(600);
    update(&world, &changed, &["KmsDataKeyReusePeriodSeconds"]).await;
    changed.kms_master_key_id = Some(Text::from("alias/acme"));
    update(&world, &changed, &["KmsMasterKeyId"]).await;
    let by_sqs = Queue {
        sqs_managed_sse_enabled: Some(true),
        ..queue()
    };
    update(&world, &by_sqs, &encryption).await;
    let off = Queue {
        sqs_managed_sse_enabled: Some(false),
        ..queue()
    };
    update(&world, &off, &["SqsManagedSseEnabled"]).await;
    world.destroy(&graph(&world, &off)).await;
}

#[tokio::test]
async fn redrive_policies_change_in_place() {
    let world = World::new();
    let with = |queue: &Queue| {
        world.graph(|stack| {
            stack.add(
                "dead",
                Queue {
                    queue_name: "acme-dead".to_owned(),
                    ..Queue::default()
                },
            );
            stack.add("queue", queue.clone());
        })
    };
    let mut changed = queue();
    world.apply(&with(&changed)).await;
    let expect = async |changed: &Queue, expected: &[&str]| {
        let plan = world.apply(&with(changed)).await;
        assert_eq!(paths(only(&plan)), expected);
    };
    changed.redrive_policy = Some(dead_letters(&world, 3));
    expect(&changed, &["RedrivePolicy"]).await;
    changed.redrive_policy = Some(dead_letters(&world, 5));
    expect(&changed, &["RedrivePolicy.maxReceiveCount"]).await;
    changed.redrive_policy = None;
    expect(&changed, &["RedrivePolicy"]).await;
    let arn = |name: &str| format!("arn:aws:sqs:eu-west-1:{}:{name}", world.account_id);
    changed.redrive_allow_policy =
        Some(json!({"redrivePermission": "byQueue", "sourceQueueArns": [arn("b"), arn("a")]}));
    expect(&changed, &["RedriveAllowPolicy"]).await;
    changed.redrive_allow_policy = Some(json!({"redrivePermission": "denyAll"}));
    let plan = world.apply(&with(&changed)).await;
    assert!(
        paths(only(&plan))
            .iter()
            .all(|path| path.starts_with("RedriveAllowPolicy."))
    );
    changed.redrive_allow_policy = None;
    let plan = world.apply(&with(&changed)).await;
    assert_eq!(paths(only(&plan)), ["RedriveAllowPolicy"]);
    world.destroy(&with(&changed)).await;
}

#[tokio::test]
async fn a_reference_to_a_queue_that_is_not_there_yet_is_resolved() {
    let world = World::new();
    let graph = world.graph(|stack| {
        let dead = stack.add(
            "dead",
            Queue {
                queue_name: "acme-dead".to_owned(),
                ..Queue::default()
            },
        );
        let redrive = RedrivePolicy {
            dead_letter_target_arn: dead.arn(),
            max_receive_count: 2,
        };
        stack.add(
            "queue",
            Queue {
                redrive_policy: Some(redrive),
                ..queue()
            },
        );
        stack.output("url", dead.url());
    });
    world.apply(&graph).await;
    world.destroy(&graph).await;
}

#[tokio::test]
async fn a_fifo_queue_deduplicates_by_content() {
    let world = World::new();
    let fifo = Queue {
        queue_name: "acme-test.fifo".to_owned(),
        fifo_queue: Some(true),
        ..Queue::default()
    };
    world.apply(&graph(&world, &fifo)).await;
    let by_content = Queue {
        content_based_deduplication: Some(true),
        ..fifo.clone()
    };
    update(&world, &by_content, &["ContentBasedDeduplication"]).await;
    update(&world, &fifo, &["ContentBasedDeduplication"]).await;
    // The kind is in the name: another kind is another queue, and the old one is deleted.
    let plan = world.apply(&graph(&world, &queue())).await;
    let actions: Vec<_> = plan
        .resources
        .iter()
        .map(|resource| &resource.action)
        .collect();
    assert!(
        matches!(actions[..], [Action::Create { .. }, Action::Delete]),
        "{:?}",
        describe(&plan)
    );
    world.destroy(&graph(&world, &queue())).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let sqs = Client::new(&world.config());
    let tagged = |value: &str| {
        let tags = Tags::from([("team".to_owned(), value.to_owned())]);
        world.graph_tagged(tags, |stack| {
            stack.add("queue", queue());
        })
    };
    world.apply(&tagged("web")).await;
    let url = sqs
        .get_queue_url()
        .queue_name(NAME)
        .send()
        .await
        .expect("a queue")
        .queue_url
        .expect("a URL");
    let call = sqs
        .set_queue_attributes()
        .queue_url(&url)
        .attributes(QueueAttributeName::DelaySeconds, "9");
    call.send().await.expect("changed");
    sqs.tag_queue()
        .queue_url(&url)
        .tags("team", "someone")
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
    assert_eq!(paths(only(&plan)), ["DelaySeconds", "Tags.team"]);
    let plan = world.apply(&tagged("shop")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    sqs.delete_queue()
        .queue_url(&url)
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&tagged("shop")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&tagged("shop")).await;
}

#[tokio::test]
async fn an_orphan_is_deleted_and_a_foreign_queue_is_refused() {
    let world = World::new();
    world.apply(&graph(&world, &queue())).await;
    let plan = world.apply(&world.graph(|_| {})).await;
    assert_eq!(only(&plan).action, Action::Delete);
    let sqs = Client::new(&world.config());
    sqs.create_queue()
        .queue_name(NAME)
        .send()
        .await
        .expect("created");
    match world
        .try_plan(&graph(&world, &queue()), Goal::Converge)
        .await
    {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    assert!(world.plan(&world.graph(|_| {})).await.is_empty());
}

#[tokio::test]
async fn a_queue_with_messages_is_kept_until_they_may_go() {
    let world = World::new();
    world.apply(&graph(&world, &queue())).await;
    let sqs = Client::new(&world.config());
    let url = sqs.get_queue_url().queue_name(NAME).send().await;
    let url = url.expect("a queue").queue_url.expect("its URL");
    for delay in [0, 900] {
        let message = sqs.send_message().queue_url(&url).message_body("a");
        let sent = message.delay_seconds(delay).send().await;
        sent.expect("sent");
    }
    // The first one is invisible while it is received.
    let received = sqs.receive_message().queue_url(&url).send().await;
    assert_eq!(received.expect("received").messages().len(), 1);
    let plan = world.plan(&world.graph(|_| {})).await;
    assert!(plan.is_empty(), "{:?}", describe(&plan));
    assert_eq!(plan.kept[0].holding, Some(Holding::about(2, "message")));
    let keep = Goal::Destroy { delete_data: false };
    let kept = world.try_plan(&graph(&world, &queue()), keep).await;
    let kept = kept.expect("a plan");
    assert!(kept.is_empty() && kept.kept.len() == 1, "{kept:?}");
    sqs.purge_queue()
        .queue_url(&url)
        .send()
        .await
        .expect("purged");
    let plan = world.apply(&world.graph(|_| {})).await;
    assert_eq!(only(&plan).action, Action::Delete);
}

#[tokio::test]
async fn nothing_to_do_takes_one_call_a_queue() {
    let world = World::new();
    let calls = async |graph: &Graph| {
        let account = world.account().await;
        let before = account.calls().get();
        world.read(&account, graph, Goal::Converge).await;
        account.calls().get() - before
    };
    // The lists of every type.
    let lists = calls(&world.graph(|_| {})).await;
    world.apply(&graph(&world, &queue())).await;
    assert_eq!(calls(&graph(&world, &queue())).await, lists + 1);
}
