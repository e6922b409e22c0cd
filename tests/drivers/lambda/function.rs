//! `AWS::Lambda::Function`.

use std::collections::BTreeMap;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::LayerVersionContentInput;
use aws_smithy_types::Blob;
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::lambda::{
    Code, DeadLetterConfig, Environment, EphemeralStorage, Function, LoggingConfig, TracingConfig,
    TracingMode,
};
use model::{Graph, Tags, Text};

use super::{Workshop, bootstrap, role};
use crate::support::{World, only, paths};

const NAME: &str = "acme-test-function";

fn graph(world: &World, function: &Function) -> Graph {
    world.graph(|stack| {
        stack.add("function", function.clone());
    })
}

fn environment(variables: &[(&str, &str)]) -> Option<Environment> {
    let variables: BTreeMap<String, Text> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Text::from(*value)))
        .collect();
    Some(Environment { variables })
}

fn logging(
    group: Option<&str>,
    format: Option<&str>,
    level: Option<&str>,
) -> Option<LoggingConfig> {
    Some(LoggingConfig {
        log_group: group.map(Text::from),
        log_format: format.map(str::to_owned),
        application_log_level: level.map(str::to_owned),
        system_log_level: level.map(str::to_owned),
    })
}

async fn layer(client: &Client, name: &str) -> Text {
    let content = LayerVersionContentInput::builder()
        .zip_file(Blob::new(bootstrap(name)))
        .build();
    let layer = client
        .publish_layer_version()
        .layer_name(name)
        .content(content)
        .send()
        .await
        .expect("a layer");
    layer.layer_version_arn().expect("an ARN").into()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table of cases, in order")]
async fn every_property_but_the_name_changes_in_place() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let client = Client::new(&world.config());
    let [one, two] = [layer(&client, "one").await, layer(&client, "two").await];
    let another = role(world, "another").await;
    let mut function = workshop.function(NAME);
    world.apply(&graph(world, &function)).await;
    let mut step = async |expected: &str, change: &dyn Fn(&mut Function)| {
        change(&mut function);
        let plan = world.apply(&graph(world, &function)).await;
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
    step("Description", &|function| {
        function.description = Some("what for".to_owned());
    })
    .await;
    step("Description", &|function| function.description = None).await;
    step("Role", &|function| function.role = another.clone()).await;
    step("Runtime", &|function| {
        function.runtime = "provided.al2".to_owned();
    })
    .await;
    step("Handler", &|function| function.handler = "other".to_owned()).await;
    step("Code.Source", &|function| {
        function.code = Code {
            source: workshop.sources[1].clone(),
        }
    })
    .await;
    step("Architectures", &|function| {
        function.architectures = vec!["arm64".to_owned()];
    })
    .await;
    step("MemorySize", &|function| function.memory_size = Some(256)).await;
    step("MemorySize", &|function| function.memory_size = None).await;
    step("Timeout", &|function| function.timeout = Some(29)).await;
    step("Environment", &|function| {
        function.environment = environment(&[("AA", "1"), ("BB", "2")]);
    })
    .await;
    step("Environment.Variables.BB", &|function| {
        function.environment = environment(&[("AA", "1")]);
    })
    .await;
    step("Environment", &|function| function.environment = None).await;
    step("ReservedConcurrentExecutions", &|function| {
        function.reserved_concurrent_executions = Some(5);
    })
    .await;
    step("ReservedConcurrentExecutions", &|function| {
        function.reserved_concurrent_executions = Some(0);
    })
    .await;
    step("ReservedConcurrentExecutions", &|function| {
        function.reserved_concurrent_executions = None;
    })
    .await;
    step("TracingConfig", &|function| {
        function.tracing_config = Some(TracingConfig {
            mode: TracingMode::Active,
        });
    })
    .await;
    step("TracingConfig", &|function| {
        function.tracing_config = Some(TracingConfig {
            mode: TracingMode::PassThrough,
        });
    })
    .await;
    step("LoggingConfig", &|function| {
        function.logging_config = logging(None, Some("JSON"), None);
    })
    .await;
    step("LoggingConfig", &|function| {
        function.logging_config = logging(Some("/g"), Some("JSON"), Some("WARN"));
    })
    .await;
    step("LoggingConfig", &|function| function.logging_config = None).await;
    step("EphemeralStorage", &|function| {
        function.ephemeral_storage = Some(EphemeralStorage { size: 1_024 });
    })
    .await;
    step("EphemeralStorage", &|function| {
        function.ephemeral_storage = None;
    })
    .await;
    step("Layers", &|function| {
        function.layers = vec![one.clone(), two.clone()];
    })
    .await;
    step("Layers", &|function| {
        function.layers = vec![two.clone(), one.clone()];
    })
    .await;
    step("Layers", &|function| function.layers = Vec::new()).await;
    let queue = Text::from(format!(
        "arn:aws:sqs:eu-west-1:{}:letters",
        world.account_id
    ));
    step("DeadLetterConfig", &|function| {
        function.dead_letter_config = Some(DeadLetterConfig {
            target_arn: queue.clone(),
        });
    })
    .await;
    step("DeadLetterConfig", &|function| {
        function.dead_letter_config = None;
    })
    .await;
    step("KmsKeyArn", &|function| {
        function.kms_key_arn = Some("arn:aws:kms:eu-west-1:111122223333:key/k".into());
    })
    .await;
    world.destroy(&graph(world, &function)).await;
}

#[tokio::test]
async fn everything_is_there_after_one_create() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let client = Client::new(&world.config());
    let whole = Function {
        description: Some("what for".to_owned()),
        architectures: vec!["arm64".to_owned()],
        memory_size: Some(512),
        timeout: Some(10),
        environment: environment(&[("TABLE", "t")]),
        reserved_concurrent_executions: Some(3),
        tracing_config: Some(TracingConfig {
            mode: TracingMode::Active,
        }),
        logging_config: logging(Some("/acme"), Some("JSON"), Some("DEBUG")),
        ephemeral_storage: Some(EphemeralStorage { size: 2_048 }),
        layers: vec![layer(&client, "l").await],
        dead_letter_config: Some(DeadLetterConfig {
            target_arn: format!("arn:aws:sqs:eu-west-1:{}:letters", world.account_id).into(),
        }),
        kms_key_arn: Some("arn:aws:kms:eu-west-1:111122223333:key/k".into()),
        ..workshop.function(NAME)
    };
    world.apply(&graph(world, &whole)).await;
    let inventory = world.inventory(&graph(world, &whole)).await;
    let attributes = &inventory
        .live
        .values()
        .next()
        .expect("the function")
        .attributes;
    assert_eq!(
        attributes["Arn"],
        format!(
            "arn:aws:lambda:eu-west-1:{}:function:{NAME}",
            world.account_id
        )
    );
    assert_eq!(attributes["FunctionName"], NAME);
    world.destroy(&graph(world, &whole)).await;
}

#[tokio::test]
async fn code_and_configuration_change_together() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    world.apply(&graph(world, &workshop.function(NAME))).await;
    let changed = Function {
        code: Code {
            source: workshop.sources[1].clone(),
        },
        timeout: Some(9),
        reserved_concurrent_executions: Some(1),
        ..workshop.function(NAME)
    };
    let plan = world.apply(&graph(world, &changed)).await;
    let mut changes = paths(only(&plan));
    changes.sort();
    assert_eq!(
        changes,
        ["Code.Source", "ReservedConcurrentExecutions", "Timeout"]
    );
    world.destroy(&graph(world, &changed)).await;
}

/// The name is the identity: another name is another function, and the old one is an orphan.
#[tokio::test]
async fn another_name_is_another_function() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    world.apply(&graph(world, &workshop.function(NAME))).await;
    let renamed = workshop.function("acme-test-renamed");
    let plan = world.apply(&graph(world, &renamed)).await;
    let actions: Vec<_> = plan
        .resources
        .iter()
        .map(|resource| &resource.action)
        .collect();
    assert!(
        matches!(actions[..], [Action::Create { .. }, Action::Delete]),
        "{actions:?}"
    );
    world.destroy(&graph(world, &renamed)).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let client = Client::new(&world.config());
    let tagged = |value: &str| {
        world.graph_tagged(
            Tags::from([("team".to_owned(), value.to_owned())]),
            |stack| {
                stack.add("function", workshop.function(NAME));
            },
        )
    };
    world.apply(&tagged("web")).await;
    let code = client
        .update_function_code()
        .function_name(NAME)
        .zip_file(Blob::new(bootstrap("back door")));
    code.send().await.expect("changed");
    client
        .update_function_configuration()
        .function_name(NAME)
        .timeout(60)
        .send()
        .await
        .expect("changed");
    client
        .put_function_concurrency()
        .function_name(NAME)
        .reserved_concurrent_executions(0)
        .send()
        .await
        .expect("put");
    let arn = format!(
        "arn:aws:lambda:eu-west-1:{}:function:{NAME}",
        world.account_id
    );
    client
        .tag_resource()
        .resource(&arn)
        .tags("team", "other")
        .tags("extra", "x")
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
    let mut changes = paths(only(&plan));
    changes.sort();
    assert_eq!(
        changes,
        [
            "Code.Source",
            "ReservedConcurrentExecutions",
            "Tags.team",
            "Timeout"
        ]
    );
    let plan = world.apply(&tagged("shop")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    client
        .delete_function()
        .function_name(NAME)
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&tagged("shop")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&tagged("shop")).await;
}

#[tokio::test]
async fn a_function_of_someone_else_is_left_alone() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    world.apply(&graph(world, &workshop.function(NAME))).await;
    let other = World {
        system: "other".to_owned(),
        ..world.clone()
    };
    let refused = other
        .try_plan(&graph(&other, &workshop.function(NAME)), Goal::Converge)
        .await
        .expect_err("foreign");
    let PlanError::Refused(refusals) = refused else {
        panic!("{refused}")
    };
    assert!(
        matches!(refusals[..], [Refusal::Foreign { .. }]),
        "{refusals:?}"
    );
}
