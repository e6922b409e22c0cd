//! `AWS::CloudFront::Function`.

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{FunctionStage, KeyValueStore, Tag, Tags as SdkTags};
use aws_smithy_types::Blob;
use engine::{Action, Goal, PlanError, Refusal};
use model::types::cloudfront::{Function, FunctionRuntime, KeyValueStoreAssociation};
use model::{Graph, Tags};

use super::{FUNCTION, add_bucket, assert_repairs, function, only_the_bucket, update};
use crate::support::{World, only};

const OTHER_CODE: &str = "function handler(event) { return event.response; }";

fn graph(world: &World, function: &Function) -> Graph {
    world.graph(|stack| {
        stack.add("function", function.clone());
    })
}

async fn code(client: &Client, stage: FunctionStage) -> Option<String> {
    let answer = client
        .get_function()
        .name(FUNCTION)
        .stage(stage)
        .send()
        .await
        .ok()?;
    Some(String::from_utf8(answer.function_code?.into_inner()).expect("text"))
}

async fn store(client: &Client, name: &str) -> KeyValueStore {
    client
        .create_key_value_store()
        .name(name)
        .send()
        .await
        .expect("a store")
        .key_value_store
        .expect("a store")
}

#[tokio::test]
async fn everything_but_the_name_changes_in_place_and_goes_live() {
    let world = World::new();
    let client = Client::new(&world.config());
    let mut changed = function();
    world.apply(&graph(&world, &changed)).await;
    changed.function_code = OTHER_CODE.into();
    update(&world, &graph(&world, &changed), &["FunctionCode"]).await;
    assert_eq!(
        code(&client, FunctionStage::Live).await.as_deref(),
        Some(OTHER_CODE)
    );
    changed.function_config.comment = "Another".to_owned();
    update(
        &world,
        &graph(&world, &changed),
        &["FunctionConfig.Comment"],
    )
    .await;
    changed.function_config.runtime = FunctionRuntime::CloudfrontJs1_0;
    update(
        &world,
        &graph(&world, &changed),
        &["FunctionConfig.Runtime"],
    )
    .await;
    let arn = store(&client, "acme-store").await.arn;
    changed.function_config.runtime = FunctionRuntime::CloudfrontJs2_0;
    changed.function_config.key_value_store_associations = vec![KeyValueStoreAssociation {
        key_value_store_arn: arn.into(),
    }];
    let both = [
        "FunctionConfig.KeyValueStoreAssociations",
        "FunctionConfig.Runtime",
    ];
    update(&world, &graph(&world, &changed), &both).await;
    changed.function_config.key_value_store_associations.clear();
    update(&world, &graph(&world, &changed), &both[..1]).await;
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn it_goes_live_only_if_told() {
    let world = World::new();
    let client = Client::new(&world.config());
    let mut changed = Function {
        auto_publish: None,
        ..function()
    };
    world.apply(&graph(&world, &changed)).await;
    assert_eq!(code(&client, FunctionStage::Live).await, None);
    changed.auto_publish = Some(true);
    update(&world, &graph(&world, &changed), &["AutoPublish"]).await;
    assert!(code(&client, FunctionStage::Live).await.is_some());
    // The live code stays so, and new code stays in the development stage.
    changed.auto_publish = Some(false);
    changed.function_code = OTHER_CODE.into();
    update(&world, &graph(&world, &changed), &["FunctionCode"]).await;
    assert_ne!(
        code(&client, FunctionStage::Live).await.as_deref(),
        Some(OTHER_CODE)
    );
    assert_eq!(
        code(&client, FunctionStage::Development).await.as_deref(),
        Some(OTHER_CODE)
    );
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let client = Client::new(&world.config());
    let tagged = |value: &str| {
        world.graph_tagged(
            Tags::from([("team".to_owned(), value.to_owned())]),
            |stack| {
                stack.add("function", function());
            },
        )
    };
    world.apply(&tagged("web")).await;
    let development = client
        .describe_function()
        .name(FUNCTION)
        .stage(FunctionStage::Development);
    let live = development.clone().send().await.expect("described");
    let summary = live.function_summary.expect("a summary");
    let arn = summary.function_metadata.expect("metadata").function_arn;
    client
        .update_function()
        .name(FUNCTION)
        .set_if_match(live.e_tag)
        .set_function_config(summary.function_config)
        .function_code(Blob::new(OTHER_CODE))
        .send()
        .await
        .expect("changed");
    // The running code is as desired.
    assert!(world.plan(&tagged("web")).await.is_empty());
    // Not from the answer to the change: the SDK expects it in a header that is spelt differently.
    let changed = development.send().await.expect("described");
    client
        .publish_function()
        .name(FUNCTION)
        .set_if_match(changed.e_tag)
        .send()
        .await
        .expect("published");
    assert_repairs(&world.apply(&tagged("web")).await, &["FunctionCode"]);

    let tag = Tag::builder()
        .key("team")
        .value("shop")
        .build()
        .expect("a tag");
    let tags = SdkTags::builder().items(tag).build();
    client
        .tag_resource()
        .resource(arn)
        .tags(tags)
        .send()
        .await
        .expect("tagged");
    assert_repairs(&world.apply(&tagged("web")).await, &["Tags.team"]);
    world.destroy(&tagged("web")).await;
}

#[tokio::test]
async fn another_name_is_another_function() {
    let world = World::new();
    world.apply(&graph(&world, &function())).await;
    let changed = Function {
        name: "acme-test-renamed".into(),
        ..function()
    };
    let plan = world.apply(&graph(&world, &changed)).await;
    let actions: Vec<&Action> = plan
        .resources
        .iter()
        .map(|resource| &resource.action)
        .collect();
    assert!(
        matches!(actions[..], [Action::Create { .. }, Action::Delete]),
        "{actions:?}"
    );
    // The bucket shows that there is a site, so its orphans are searched for.
    let both = world.graph(|stack| {
        stack.add("function", changed);
        add_bucket(&world, stack);
    });
    world.apply(&both).await;
    let plan = world.apply(&only_the_bucket(&world)).await;
    assert_eq!(only(&plan).action, Action::Delete);
    world.destroy(&only_the_bucket(&world)).await;
    assert_eq!(world.listing().await, Vec::<String>::new());
}

#[tokio::test]
async fn somebody_elses_function_is_left_alone() {
    let world = World::new();
    let other = World {
        system: "other".to_owned(),
        ..world.clone()
    };
    other.apply(&graph(&other, &function())).await;
    let refused = world
        .try_plan(&graph(&world, &function()), Goal::Converge)
        .await
        .expect_err("refused");
    let PlanError::Refused(refusals) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        matches!(&refusals[..], [Refusal::Foreign { .. }]),
        "{refusals:?}"
    );
    other.destroy(&graph(&other, &function())).await;
}
