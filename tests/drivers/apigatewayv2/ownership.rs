//! Ownership: duplicates, orphans, and resources of other owners.

use engine::{Goal, PlanError, Refusal};

use super::*;

#[tokio::test]
async fn a_stack_is_made_found_and_destroyed() {
    let world = World::new();
    let model = Model::new();
    let plan = world.apply(&model.graph(&world)).await;
    assert_eq!(plan.counts().create, 6);
    let client = Client::new(&world.config());
    let api = only_api(&client).await;
    let inventory = world.inventory(&model.graph(&world)).await;
    let stage = &inventory.live[&"test/stage".parse().expect("an address")];
    assert_eq!(
        stage.attributes["WebSocketUrl"],
        format!(
            "{}/_aws/execute-api/{api}/live",
            world.endpoint.replacen("http", "ws", 1)
        )
    );
    assert_eq!(
        stage.attributes["Arn"],
        format!("arn:aws:apigateway:eu-west-1::/apis/{api}/stages/live")
    );
    world.destroy(&model.graph(&world)).await;
    assert!(
        client
            .get_apis()
            .send()
            .await
            .expect("the APIs")
            .items
            .unwrap_or_default()
            .is_empty()
    );
}

#[tokio::test]
async fn what_the_model_no_longer_has_is_deleted_alone() {
    let world = World::new();
    let mut model = Model::new();
    world.apply(&model.graph(&world)).await;
    model.route = None;
    assert_eq!(applied(&world, &model).await, ["delete api.route.$connect"]);
    model.authorizer = None;
    assert_eq!(
        applied(&world, &model).await,
        ["delete api.authorizer.authorizer"]
    );
    model.stage = None;
    assert_eq!(applied(&world, &model).await, ["delete stage"]);
    let empty = world.graph(|_| {});
    let plan = world.apply(&empty).await;
    let deleted = actions(&plan);
    assert_eq!(
        deleted
            .iter()
            .filter(|action| action.starts_with("delete"))
            .count(),
        3,
        "{deleted:?}"
    );
    world.destroy(&empty).await;
}

/// A creation whose answer was lost leaves a duplicate; the one in use stays.
#[tokio::test]
async fn second_ones_are_deleted() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let client = Client::new(&world.config());
    let api = only_api(&client).await;
    let second = client
        .create_integration()
        .api_id(&api)
        .description("test/integration");
    second
        .integration_type("AWS_PROXY".into())
        .send()
        .await
        .expect("created");
    assert_eq!(applied(&world, &model).await, ["delete integration"]);
    let tags = client
        .get_tags()
        .resource_arn(format!("arn:aws:apigateway:eu-west-1::/apis/{api}"))
        .send()
        .await;
    assert!(
        tags.expect("tags")
            .tags()
            .expect("tags")
            .contains_key("frontage:fingerprint:integration")
    );
    let second = client
        .create_api()
        .name("acme-test")
        .protocol_type("WEBSOCKET".into());
    let second = second
        .tags("frontage:system", "acme")
        .tags("frontage:address", "test/api");
    second
        .route_selection_expression("$request.body.action")
        .send()
        .await
        .expect("created");
    assert_eq!(applied(&world, &model).await, ["delete api"]);
    assert_eq!(only_api(&client).await, api);
    world.destroy(&model.graph(&world)).await;
}

#[tokio::test]
async fn an_api_of_the_same_name_is_let_be() {
    let world = World::new();
    let model = Model::new();
    let client = Client::new(&world.config());
    let foreign = client
        .create_api()
        .name("acme-test")
        .protocol_type("WEBSOCKET".into())
        .send()
        .await
        .expect("made");
    world.apply(&model.graph(&world)).await;
    world.destroy(&model.graph(&world)).await;
    assert_eq!(only_api(&client).await, foreign.api_id().expect("an id"));
}

#[tokio::test]
async fn what_stands_in_somebody_elses_api_is_refused() {
    let world = World::new();
    let client = Client::new(&world.config());
    let foreign = client
        .create_api()
        .name("theirs")
        .protocol_type("WEBSOCKET".into())
        .send()
        .await
        .expect("made");
    let api_id = foreign.api_id().expect("an id");
    client
        .create_route()
        .api_id(api_id)
        .route_key("$connect")
        .send()
        .await
        .expect("made");
    let graph = world.graph(|stack| {
        stack.add(
            "route",
            Route {
                api_id: api_id.into(),
                ..route()
            },
        );
    });
    match world.try_plan(&graph, Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(&refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
}
