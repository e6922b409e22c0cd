//! `AWS::Lambda::EventSourceMapping`.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    StreamSpecification, StreamViewType,
};
use aws_sdk_lambda::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use engine::{Action, Reason};
use model::types::lambda::{
    DestinationConfig, EventSourceMapping, Filter, FilterCriteria, OnFailure, ScalingConfig,
    StartingPosition,
};
use model::types::sqs::{Queue, RedrivePolicy};
use model::{Graph, Tags, Text};

use super::Workshop;
use crate::support::{World, only, paths};

const NAME: &str = "acme-test-function";

/// A table with a stream, by its stream's ARN.
async fn stream(world: &World, table: &str) -> Text {
    let key = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S)
        .build();
    let schema = KeySchemaElement::builder()
        .attribute_name("id")
        .key_type(KeyType::Hash)
        .build();
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewImage)
        .build();
    let created = aws_sdk_dynamodb::Client::new(&world.config())
        .create_table()
        .table_name(table)
        .attribute_definitions(key.expect("a key"))
        .key_schema(schema.expect("a schema"))
        .billing_mode(BillingMode::PayPerRequest)
        .stream_specification(stream.expect("a stream"))
        .send()
        .await;
    created
        .expect("a table")
        .table_description
        .expect("told")
        .latest_stream_arn
        .expect("a stream")
        .into()
}

async fn queue(world: &World, name: &str) -> Text {
    let client = aws_sdk_sqs::Client::new(&world.config());
    let url = client
        .create_queue()
        .queue_name(name)
        .send()
        .await
        .expect("a queue")
        .queue_url
        .expect("told");
    let asked = client
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::QueueArn);
    let attributes = asked
        .send()
        .await
        .expect("its attributes")
        .attributes
        .expect("told");
    attributes[&QueueAttributeName::QueueArn].as_str().into()
}

fn mapping(source: &Text) -> EventSourceMapping {
    EventSourceMapping {
        function_name: Text::from(""),
        event_source_arn: source.clone(),
        starting_position: Some(StartingPosition::TrimHorizon),
        enabled: None,
        batch_size: None,
        maximum_batching_window_in_seconds: None,
        parallelization_factor: None,
        bisect_batch_on_function_error: None,
        maximum_retry_attempts: None,
        maximum_record_age_in_seconds: None,
        tumbling_window_in_seconds: None,
        function_response_types: Vec::new(),
        filter_criteria: None,
        destination_config: None,
        scaling_config: None,
    }
}

fn graph(workshop: &Workshop, mapping: &EventSourceMapping) -> Graph {
    tagged(workshop, mapping, Tags::new())
}

fn tagged(workshop: &Workshop, mapping: &EventSourceMapping, tags: Tags) -> Graph {
    workshop.world.graph_tagged(tags, |stack| {
        let function = stack.add("function", workshop.function(NAME));
        stack.add(
            "mapping",
            EventSourceMapping {
                function_name: function.arn(),
                ..mapping.clone()
            },
        );
    })
}

fn filters(patterns: &[&str]) -> Option<FilterCriteria> {
    Some(FilterCriteria {
        filters: patterns
            .iter()
            .map(|text| Filter {
                pattern: (*text).to_owned(),
            })
            .collect(),
    })
}

fn destination(world: &World, queue: &str) -> Option<DestinationConfig> {
    let destination = format!("arn:aws:sqs:eu-west-1:{}:{queue}", world.account_id).into();
    Some(DestinationConfig {
        on_failure: OnFailure { destination },
    })
}

#[tokio::test]
async fn every_property_of_a_stream_changes_in_place() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let mut mapping = mapping(&stream(world, "items").await);
    world.apply(&graph(&workshop, &mapping)).await;
    let mut step = async |expected: &str, change: &dyn Fn(&mut EventSourceMapping)| {
        change(&mut mapping);
        let plan = world.apply(&graph(&workshop, &mapping)).await;
        assert!(
            matches!(
                only(&plan).action,
                Action::Update {
                    reason: Reason::Changed,
                    ..
                }
            ),
            "{expected}"
        );
        let paths = paths(only(&plan));
        assert!(
            paths.iter().all(|path| path.starts_with(expected)) && !paths.is_empty(),
            "{expected}: {paths:?}"
        );
    };
    step("Enabled", &|mapping| mapping.enabled = Some(false)).await;
    step("Enabled", &|mapping| mapping.enabled = None).await;
    step("BatchSize", &|mapping| mapping.batch_size = Some(7)).await;
    step("BatchSize", &|mapping| mapping.batch_size = None).await;
    let window = "MaximumBatchingWindowInSeconds";
    step(window, &|mapping| {
        mapping.maximum_batching_window_in_seconds = Some(2);
    })
    .await;
    step(window, &|mapping| {
        mapping.maximum_batching_window_in_seconds = None;
    })
    .await;
    step("ParallelizationFactor", &|mapping| {
        mapping.parallelization_factor = Some(4);
    })
    .await;
    step("BisectBatchOnFunctionError", &|mapping| {
        mapping.bisect_batch_on_function_error = Some(true);
    })
    .await;
    step("BisectBatchOnFunctionError", &|mapping| {
        mapping.bisect_batch_on_function_error = None;
    })
    .await;
    step("MaximumRetryAttempts", &|mapping| {
        mapping.maximum_retry_attempts = Some(0);
    })
    .await;
    step("MaximumRetryAttempts", &|mapping| {
        mapping.maximum_retry_attempts = None;
    })
    .await;
    step("MaximumRecordAgeInSeconds", &|mapping| {
        mapping.maximum_record_age_in_seconds = Some(3_600);
    })
    .await;
    step("MaximumRecordAgeInSeconds", &|mapping| {
        mapping.maximum_record_age_in_seconds = None;
    })
    .await;
    // MiniStack keeps no TumblingWindowInSeconds: the driver's own tests cover it.
    let response_types = || vec!["ReportBatchItemFailures".to_owned()];
    step("FunctionResponseTypes", &|mapping| {
        mapping.function_response_types = response_types();
    })
    .await;
    step("FunctionResponseTypes", &|mapping| {
        mapping.function_response_types = Vec::new();
    })
    .await;
    let insert = r#"{"eventName": ["INSERT"]}"#;
    step("FilterCriteria", &|mapping| {
        mapping.filter_criteria = filters(&[insert, r#"{"b":["1"]}"#]);
    })
    .await;
    step("FilterCriteria", &|mapping| {
        mapping.filter_criteria = filters(&[insert]);
    })
    .await;
    step("FilterCriteria", &|mapping| mapping.filter_criteria = None).await;
    step("DestinationConfig", &|mapping| {
        mapping.destination_config = destination(world, "one");
    })
    .await;
    step("DestinationConfig", &|mapping| {
        mapping.destination_config = destination(world, "two");
    })
    .await;
    step("DestinationConfig", &|mapping| {
        mapping.destination_config = None;
    })
    .await;
    world.destroy(&graph(&workshop, &mapping)).await;
}

/// The queue, its dead letters and the mapping are of one plan.
#[tokio::test]
async fn a_fifo_queue_of_the_same_plan_is_a_source() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let graph = |concurrency: Option<i32>| {
        world.graph(|stack| {
            let fifo = |name: &str| Queue {
                queue_name: format!("{name}.fifo"),
                fifo_queue: Some(true),
                ..Queue::default()
            };
            let dead = stack.add("dead", fifo("acme-dead"));
            let redrive = RedrivePolicy {
                dead_letter_target_arn: dead.arn(),
                max_receive_count: 5,
            };
            let queue = Queue {
                redrive_policy: Some(redrive),
                visibility_timeout: Some(360),
                ..fifo("acme-work")
            };
            let queue = stack.add("queue", queue);
            let function = stack.add("function", workshop.function(NAME));
            let mapping = EventSourceMapping {
                function_name: function.name(),
                event_source_arn: queue.arn(),
                starting_position: None,
                batch_size: Some(10),
                function_response_types: vec!["ReportBatchItemFailures".to_owned()],
                scaling_config: concurrency.map(|maximum_concurrency| ScalingConfig {
                    maximum_concurrency,
                }),
                ..mapping(&Text::from(""))
            };
            stack.add("mapping", mapping);
        })
    };
    world.apply(&graph(Some(8))).await;
    let plan = world.apply(&graph(Some(2))).await;
    assert_eq!(paths(only(&plan)), ["ScalingConfig.MaximumConcurrency"]);
    let plan = world.apply(&graph(None)).await;
    assert_eq!(paths(only(&plan)), ["ScalingConfig"]);
    world.destroy(&graph(None)).await;
}

#[tokio::test]
async fn everything_is_there_after_one_create() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let whole = EventSourceMapping {
        enabled: Some(false),
        batch_size: Some(1),
        maximum_batching_window_in_seconds: Some(3),
        parallelization_factor: Some(10),
        bisect_batch_on_function_error: Some(true),
        maximum_retry_attempts: Some(3),
        maximum_record_age_in_seconds: Some(60),
        function_response_types: vec!["ReportBatchItemFailures".to_owned()],
        filter_criteria: filters(&[r#"{"eventName":["MODIFY","INSERT"]}"#]),
        destination_config: destination(world, "letters"),
        ..mapping(&stream(world, "items").await)
    };
    world.apply(&graph(&workshop, &whole)).await;
    world.destroy(&graph(&workshop, &whole)).await;
}

#[tokio::test]
async fn another_starting_position_is_another_mapping() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let mapping = mapping(&stream(world, "items").await);
    world.apply(&graph(&workshop, &mapping)).await;
    let latest = EventSourceMapping {
        starting_position: Some(StartingPosition::Latest),
        ..mapping
    };
    let plan = world.apply(&graph(&workshop, &latest)).await;
    assert!(matches!(only(&plan).action, Action::Replace { .. }));
    assert_eq!(paths(only(&plan)), ["StartingPosition"]);
    world.destroy(&graph(&workshop, &latest)).await;
}

/// The stream is the identity: a new one gets a new mapping, and the old mapping is an orphan.
#[tokio::test]
async fn a_new_stream_gets_a_new_mapping() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    world
        .apply(&graph(&workshop, &mapping(&stream(world, "one").await)))
        .await;
    let moved = mapping(&stream(world, "two").await);
    let plan = world.apply(&graph(&workshop, &moved)).await;
    let actions: Vec<_> = plan
        .resources
        .iter()
        .map(|resource| &resource.action)
        .collect();
    assert!(
        matches!(actions[..], [Action::Create { .. }, Action::Delete]),
        "{actions:?}"
    );
    world.destroy(&graph(&workshop, &moved)).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let client = Client::new(&world.config());
    let mapping = mapping(&stream(world, "items").await);
    let graph = |team: &str| {
        tagged(
            &workshop,
            &mapping,
            Tags::from([("team".to_owned(), team.to_owned())]),
        )
    };
    world.apply(&graph("web")).await;
    let live = client
        .list_event_source_mappings()
        .send()
        .await
        .expect("listed")
        .event_source_mappings
        .expect("some");
    let (uuid, arn) = (
        live[0].uuid().expect("an id"),
        live[0].event_source_mapping_arn().expect("an ARN"),
    );
    client
        .update_event_source_mapping()
        .uuid(uuid)
        .batch_size(9)
        .send()
        .await
        .expect("changed");
    // The tagging index shows no mappings on MiniStack, so a tag is drift only together with a
    // property.
    client
        .tag_resource()
        .resource(arn)
        .tags("team", "other")
        .send()
        .await
        .expect("tagged");
    let plan = world.apply(&graph("web")).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    assert_eq!(paths(only(&plan)), ["BatchSize", "Tags.team"]);
    client
        .delete_event_source_mapping()
        .uuid(uuid)
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&graph("web")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&graph("web")).await;
}

#[tokio::test]
async fn a_queue_is_a_source_too() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let source = queue(world, "q").await;
    let queue = |size| EventSourceMapping {
        starting_position: None,
        batch_size: size,
        ..mapping(&source)
    };
    world.apply(&graph(&workshop, &queue(None))).await;
    let plan = world.apply(&graph(&workshop, &queue(Some(5)))).await;
    assert_eq!(paths(only(&plan)), ["BatchSize"]);
    world.destroy(&graph(&workshop, &queue(Some(5)))).await;
}
