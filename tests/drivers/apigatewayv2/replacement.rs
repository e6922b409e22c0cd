//! Properties that cannot change in place.

use super::*;

#[tokio::test]
async fn another_protocol_replaces_the_api_and_all_that_stands_in_it() {
    let world = World::new();
    let mut model = Model::new();
    world.apply(&model.graph(&world)).await;
    let client = Client::new(&world.config());
    let old = only_api(&client).await;
    model.api.protocol_type = "HTTP".to_owned();
    let plan = world.apply(&model.graph(&world)).await;
    let all = [
        "api",
        "integration",
        "authorizer",
        "route",
        "deployment",
        "stage",
    ];
    assert_eq!(actions(&plan), all.map(|name| format!("replace {name}")));
    // An HTTP API has no expressions of its own.
    let expected = [
        "ApiKeySelectionExpression",
        "ProtocolType",
        "RouteSelectionExpression",
    ];
    assert_eq!(paths(&plan.resources[0]), expected);
    assert!(
        plan.resources[1..]
            .iter()
            .all(|resource| paths(resource).contains(&"ApiId".to_owned()))
    );
    assert_ne!(only_api(&client).await, old);
    world.destroy(&model.graph(&world)).await;
}

#[tokio::test]
async fn another_fingerprint_makes_a_deployment_and_moves_the_stage_to_it() {
    let world = World::new();
    let mut model = Model::new();
    world.apply(&model.graph(&world)).await;
    let client = Client::new(&world.config());
    let api = only_api(&client).await;
    model.deployment.description = SECOND.into();
    let plan = world.apply(&model.graph(&world)).await;
    assert_eq!(actions(&plan), ["replace deployment", "update stage"]);
    assert_eq!(paths(&plan.resources[0]), ["Description"]);
    assert_eq!(paths(&plan.resources[1]), ["DeploymentId"]);
    let left = client
        .get_deployments()
        .api_id(&api)
        .send()
        .await
        .expect("deployments")
        .items
        .unwrap_or_default();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].description(), Some(SECOND));
    let stage = client
        .get_stage()
        .api_id(&api)
        .stage_name("live")
        .send()
        .await
        .expect("the stage");
    assert_eq!(stage.deployment_id(), left[0].deployment_id());
    world.destroy(&model.graph(&world)).await;
}

/// A route, an authorizer and a stage are found by a natural key: another key is another resource,
/// and the old one is an orphan.
#[tokio::test]
async fn another_natural_key_makes_another_one_and_the_old_one_goes() {
    let world = World::new();
    let mut model = Model::new();
    world.apply(&model.graph(&world)).await;
    model.route = Some(Route {
        route_key: "$default".to_owned(),
        ..route()
    });
    let plan = world.apply(&model.graph(&world)).await;
    assert_eq!(actions(&plan), ["create route", "delete route"]);
    model.authorizer = model.authorizer.map(|of| Authorizer {
        name: "other".to_owned(),
        ..of
    });
    let plan = world.apply(&model.graph(&world)).await;
    assert_eq!(actions(&plan), ["create authorizer", "delete authorizer"]);
    model.stage = Some(Stage {
        stage_name: "other".to_owned(),
        ..stage()
    });
    let plan = world.apply(&model.graph(&world)).await;
    assert_eq!(actions(&plan), ["create stage", "delete stage"]);
    world.destroy(&model.graph(&world)).await;
}
