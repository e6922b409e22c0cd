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
    assert_eq!(applied(&world, &model).await, ["delete route"]);
    model.authorizer = None;
    assert_eq!(applied(&world, &model).await, ["delete authorizer"]);
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

/// What others add to the API of the system: each a thing of one type.
struct Theirs {
    client: Client,
    api: String,
}

impl Theirs {
    async fn add(world: &World) -> Self {
        let client = Client::new(&world.config());
        let api = only_api(&client).await;
        let integration = client.create_integration().api_id(&api);
        let integration = integration.integration_type("MOCK".into());
        let integration = integration.send().await.expect("created");
        let target = integration.integration_id().unwrap_or_default();
        let route = client.create_route().api_id(&api).route_key("chat");
        let route = route.target(format!("integrations/{target}"));
        route.send().await.expect("created");
        let authorizer = client.create_authorizer().api_id(&api).name("theirs");
        let authorizer = authorizer.authorizer_type("REQUEST".into());
        let authorizer = authorizer.identity_source("route.request.header.Auth");
        let authorizer = authorizer.authorizer_uri(FUNCTION);
        authorizer.send().await.expect("created");
        let deployment = client.create_deployment().api_id(&api);
        let deployment = deployment.description("their beta").send().await;
        let deployment = deployment.expect("created").deployment_id;
        let stage = client.create_stage().api_id(&api).stage_name("beta");
        let stage = stage.set_deployment_id(deployment);
        stage.send().await.expect("created");
        Self { client, api }
    }

    /// The names of what is in the API now.
    async fn left(&self) -> Vec<String> {
        let (client, api) = (&self.client, &self.api);
        let routes = client.get_routes().api_id(api).send().await.expect("it");
        let routes = routes.items().iter().filter_map(|of| of.route_key());
        let authorizers = client.get_authorizers().api_id(api).send().await;
        let authorizers = authorizers.expect("it").items.unwrap_or_default();
        let authorizers = authorizers.iter().filter_map(|of| of.name());
        let stages = client.get_stages().api_id(api).send().await.expect("it");
        let stages = stages.items().iter().filter_map(|of| of.stage_name());
        let deployments = client.get_deployments().api_id(api).send().await;
        let deployments = deployments.expect("it").items.unwrap_or_default();
        let deployments = deployments.iter().filter_map(|of| of.description());
        let named = routes.chain(authorizers).chain(stages).chain(deployments);
        let mut left: Vec<_> = named.map(str::to_owned).collect();
        let integrations = client.get_integrations().api_id(api).send().await;
        let integrations = integrations.expect("it").items.unwrap_or_default();
        left.push(format!("{} integrations", integrations.len()));
        left.sort();
        left
    }
}

/// The strangers of a plan, without the id of an integration or a deployment.
fn strangers_of(plan: &Plan) -> Vec<String> {
    let without_id = |said: String| {
        let is_named = ["Integration", "Deployment"]
            .iter()
            .all(|of| !said.starts_with(of));
        let mut words = said.split(' ').collect::<Vec<_>>();
        if !is_named {
            words.remove(1);
        }
        words.join(" ")
    };
    strangers(plan).into_iter().map(without_id).collect()
}

#[tokio::test]
async fn what_others_add_to_the_api_is_named_and_left_until_the_api_is_deleted() {
    let world = World::new();
    let mut model = Model::new();
    world.apply(&model.graph(&world)).await;
    let theirs = Theirs::add(&world).await;
    let added = |end: &str| {
        [
            "Authorizer theirs in test/api",
            "Deployment in test/api",
            "Integration in test/api",
            "Route chat in test/api",
            "Stage beta in test/api",
        ]
        .map(|of| format!("{of}{end}"))
    };
    let plan = world.plan(&model.graph(&world)).await;
    assert!(plan.is_empty(), "{:?}", describe(&plan));
    assert_eq!(strangers_of(&plan), added(""));
    model.deployment.description = SECOND.into();
    model.route = None;
    model.authorizer = None;
    let changed = applied(&world, &model).await;
    assert_eq!(
        changed,
        [
            "replace deployment",
            "update stage",
            "delete authorizer",
            "delete route"
        ]
    );
    let left = [
        "2 integrations",
        "beta",
        "chat",
        SECOND,
        "live",
        "their beta",
        "theirs",
    ];
    assert_eq!(theirs.left().await, left);
    let goal = Goal::Destroy { delete_data: false };
    let plan = world.try_plan(&model.graph(&world), goal).await;
    assert_eq!(strangers_of(&plan.expect("a plan")), added(", deleted"));
    world.destroy(&model.graph(&world)).await;
}

/// The records of older versions say nothing of which child they are for.
#[tokio::test]
async fn what_an_older_version_recorded_stays_the_systems() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let client = Client::new(&world.config());
    let arn = format!(
        "arn:aws:apigateway:eu-west-1::/apis/{}",
        only_api(&client).await
    );
    let records = async || {
        let tags = client.get_tags().resource_arn(&arn).send().await;
        let mut tags = tags.expect("it").tags.unwrap_or_default();
        tags.retain(|key, _| key.starts_with("frontage:fingerprint:"));
        tags
    };
    let recorded = records().await;
    let older = recorded.iter().map(|(key, value)| {
        let fingerprint = value.split(' ').next().unwrap_or_default();
        (key.clone(), fingerprint.to_owned())
    });
    let older = older.collect();
    let call = client.tag_resource().resource_arn(&arn);
    call.set_tags(Some(older)).send().await.expect("tagged");
    let plan = world.plan(&model.graph(&world)).await;
    assert!(plan.is_empty() && plan.strangers.is_empty(), "{plan:?}");
    // The emulator's list shows no records, so they are completed with the next change.
    let changed = model.with(|model| model.deployment.description = SECOND.into());
    world.apply(&changed.graph(&world)).await;
    let completed = records().await;
    assert_eq!(
        completed["frontage:fingerprint:route"],
        recorded["frontage:fingerprint:route"]
    );
    world.destroy(&changed.graph(&world)).await;
}
