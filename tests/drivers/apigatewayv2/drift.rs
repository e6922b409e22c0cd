//! Changes made outside Frontage.

use super::*;

#[tokio::test]
async fn a_changed_api_and_stage_are_repaired_with_their_tags() {
    let world = World::new();
    let model = Model::new().with(|model| {
        model.tags.insert("team".to_owned(), "web".to_owned());
    });
    world.apply(&model.graph(&world)).await;
    let client = Client::new(&world.config());
    let api = only_api(&client).await;
    let arn = format!("arn:aws:apigateway:eu-west-1::/apis/{api}");
    client
        .update_api()
        .api_id(&api)
        .name("another")
        .send()
        .await
        .expect("changed");
    client
        .tag_resource()
        .resource_arn(&arn)
        .tags("team", "shop")
        .tags("who", "me")
        .send()
        .await
        .expect("tagged");
    repairs(&world, &model, &["Name", "Tags.team"]).await;
    let call = client
        .update_stage()
        .api_id(&api)
        .stage_name("live")
        .description("mine")
        .stage_variables("a", "b");
    call.send().await.expect("changed");
    let tagged = client
        .tag_resource()
        .resource_arn(format!("{arn}/stages/live"))
        .tags("team", "shop");
    tagged.send().await.expect("tagged");
    repairs(
        &world,
        &model,
        &["Description", "StageVariables", "Tags.team"],
    )
    .await;
    world.destroy(&model.graph(&world)).await;
}

#[tokio::test]
async fn changed_children_are_repaired() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let client = Client::new(&world.config());
    let api = only_api(&client).await;
    let integration = client
        .get_integrations()
        .api_id(&api)
        .send()
        .await
        .expect("integrations")
        .items
        .expect("one");
    let integration = integration[0].integration_id().expect("an id");
    let call = client
        .update_integration()
        .api_id(&api)
        .integration_id(integration)
        .timeout_in_millis(50);
    call.send().await.expect("changed");
    repairs(&world, &model, &["TimeoutInMillis"]).await;
    let route = client
        .get_routes()
        .api_id(&api)
        .send()
        .await
        .expect("routes")
        .items
        .expect("one");
    let route = route[0].route_id().expect("an id");
    client
        .update_route()
        .api_id(&api)
        .route_id(route)
        .target("integrations/none")
        .send()
        .await
        .expect("changed");
    repairs(&world, &model, &["Target"]).await;
    let authorizer = client
        .get_authorizers()
        .api_id(&api)
        .send()
        .await
        .expect("authorizers")
        .items
        .expect("one");
    let authorizer = authorizer[0].authorizer_id().expect("an id");
    let call = client
        .update_authorizer()
        .api_id(&api)
        .authorizer_id(authorizer)
        .authorizer_uri("arn:other");
    call.send().await.expect("changed");
    repairs(&world, &model, &["AuthorizerUri"]).await;
    world.destroy(&model.graph(&world)).await;
}

#[tokio::test]
async fn what_was_deleted_is_made_again() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let client = Client::new(&world.config());
    let api = only_api(&client).await;
    let routes = client
        .get_routes()
        .api_id(&api)
        .send()
        .await
        .expect("routes")
        .items
        .expect("one");
    let route = routes[0].route_id().expect("an id");
    client
        .delete_route()
        .api_id(&api)
        .route_id(route)
        .send()
        .await
        .expect("deleted");
    assert_eq!(applied(&world, &model).await, ["create route"]);
    let deployments = client
        .get_deployments()
        .api_id(&api)
        .send()
        .await
        .expect("deployments")
        .items
        .expect("one");
    let deployment = deployments[0].deployment_id().expect("an id");
    // AWS deletes no deployment that a stage serves.
    let stages = client.get_stages().api_id(&api).send().await;
    let stages = stages.expect("stages").items.expect("one");
    client
        .delete_stage()
        .api_id(&api)
        .stage_name(stages[0].stage_name().expect("a name"))
        .send()
        .await
        .expect("deleted");
    client
        .delete_deployment()
        .api_id(&api)
        .deployment_id(deployment)
        .send()
        .await
        .expect("deleted");
    assert_eq!(
        applied(&world, &model).await,
        ["create deployment", "create stage"]
    );
    client
        .delete_api()
        .api_id(&api)
        .send()
        .await
        .expect("deleted");
    let all = [
        "api",
        "integration",
        "authorizer",
        "route",
        "deployment",
        "stage",
    ];
    assert_eq!(
        applied(&world, &model).await,
        all.map(|name| format!("create {name}"))
    );
    world.destroy(&model.graph(&world)).await;
}

/// The stage serves an older deployment than the desired one, as after a run that was killed
/// between the two.
#[tokio::test]
async fn a_stage_is_moved_to_the_wanted_deployment() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let client = Client::new(&world.config());
    let api = only_api(&client).await;
    let other = client
        .create_deployment()
        .api_id(&api)
        .description("by hand")
        .send()
        .await
        .expect("deployed");
    let other = other.deployment_id().expect("an id");
    client
        .update_stage()
        .api_id(&api)
        .stage_name("live")
        .deployment_id(other)
        .send()
        .await
        .expect("moved");
    let plan = world.apply(&model.graph(&world)).await;
    assert_eq!(actions(&plan), ["update stage"]);
    // What others deployed stays.
    let left = strangers(&plan);
    assert_eq!(left, [format!("Deployment {other} in test/api")]);
    world.destroy(&model.graph(&world)).await;
}
