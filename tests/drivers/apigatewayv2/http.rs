//! HTTP APIs: a JWT authorizer, routes with a method and a path, and a stage that deploys by itself.

use aws_sdk_apigatewayv2::types::{Cors as SdkCors, JwtConfiguration as SdkJwtConfiguration};
use model::types::apigatewayv2::{Cors, JwtConfiguration};

use super::*;

#[derive(Clone)]
struct Http {
    cors: Option<Cors>,
    audience: &'static str,
    scopes: &'static [&'static str],
    version: &'static str,
    rate: f64,
}

impl Http {
    fn new() -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            cors: Some(Cors {
                allow_origins: texts(&["*"]),
                allow_methods: texts(&["PATCH", "GET"]),
                allow_headers: texts(&["Authorization"]),
                max_age: Some(3600),
                ..Cors::default()
            }),
            audience: "shell",
            scopes: &["read"],
            version: "2.0",
            rate: 50.0,
        }
    }

    fn graph(&self, world: &World) -> Graph {
        world.graph(|stack| self.fill(stack))
    }

    fn fill(&self, stack: &mut StackBuilder<'_>) {
        let api = Api {
            protocol_type: "HTTP".to_owned(),
            route_selection_expression: None,
            cors_configuration: self.cors.clone(),
            ..Model::new().api
        };
        let api = stack.add("api", api);
        let integration = Integration {
            api_id: api.id(),
            payload_format_version: Some(self.version.to_owned()),
            ..integration()
        };
        let integration = stack.add("integration", integration);
        let authorizer = Authorizer {
            api_id: api.id(),
            name: "users".to_owned(),
            authorizer_type: "JWT".to_owned(),
            authorizer_uri: None,
            authorizer_credentials_arn: None,
            identity_source: vec!["$request.header.Authorization".to_owned()],
            jwt_configuration: Some(JwtConfiguration {
                audience: vec![self.audience.into()],
                issuer: "https://cognito-idp.eu-west-1.amazonaws.com/pool".into(),
            }),
        };
        let authorizer = stack.add("authorizer", authorizer);
        let target = Text::concat(["integrations/".into(), integration.id()]);
        let route = Route {
            api_id: api.id(),
            route_key: "GET /toggles".to_owned(),
            target: Some(target),
            authorization_type: Some("JWT".to_owned()),
            authorizer_id: Some(authorizer.id()),
            authorization_scopes: self.scopes.iter().map(|of| (*of).to_owned()).collect(),
            ..route()
        };
        stack.add("route", route);
        let throttled = RouteSettings {
            throttling_burst_limit: Some(100),
            throttling_rate_limit: Some(self.rate),
            ..settings()
        };
        let stage = Stage {
            api_id: api.id(),
            stage_name: "$default".to_owned(),
            auto_deploy: Some(true),
            default_route_settings: Some(throttled),
            ..stage()
        };
        stack.add("stage", stage);
        stack.output("url", api.http_url());
    }
}

#[tokio::test]
async fn it_is_made_changed_and_destroyed() {
    let world = World::new();
    let mut model = Http::new();
    let plan = world.apply(&model.graph(&world)).await;
    assert_eq!(plan.counts().create, 5);
    let client = Client::new(&world.config());
    let id = only_api(&client).await;
    let inventory = world.inventory(&model.graph(&world)).await;
    let of = |address: &str| &inventory.live[&address.parse().expect("an address")];
    assert_eq!(
        of("test/api").attributes["HttpUrl"],
        format!("{}/_aws/execute-api/{id}", world.endpoint)
    );
    assert_eq!(of("test/stage").attributes.get("WebSocketUrl"), None);

    let mut expect = async |change: fn(&mut Http), path: &[&str]| {
        change(&mut model);
        let plan = world.apply(&model.graph(&world)).await;
        assert_eq!(paths(only(&plan)), path);
    };
    let cors = |model: &mut Http| model.cors.as_mut().expect("some").max_age = Some(60);
    expect(cors, &["CorsConfiguration.MaxAge"]).await;
    expect(|model| model.cors = None, &["CorsConfiguration"]).await;
    expect(
        |model| model.audience = "other",
        &["JwtConfiguration.Audience"],
    )
    .await;
    expect(|model| model.scopes = &[], &["AuthorizationScopes"]).await;
    expect(|model| model.version = "1.0", &["PayloadFormatVersion"]).await;
    let rate = "DefaultRouteSettings.ThrottlingRateLimit";
    expect(|model| model.rate = 20.0, &[rate]).await;
    world.destroy(&model.graph(&world)).await;
}

#[tokio::test]
async fn what_others_change_is_repaired() {
    let world = World::new();
    let graph = Http::new().graph(&world);
    world.apply(&graph).await;
    let client = Client::new(&world.config());
    let id = only_api(&client).await;
    let cors = SdkCors::builder().allow_origins("https://evil.example");
    let update = client.update_api().api_id(&id);
    update
        .cors_configuration(cors.build())
        .send()
        .await
        .expect("changed");
    repaired(&world, &graph, "CorsConfiguration").await;

    let authorizers = client.get_authorizers().api_id(&id).send().await;
    let authorizers = authorizers.expect("them").items.expect("one");
    let jwt = SdkJwtConfiguration::builder().audience("shell");
    let update = client.update_authorizer().api_id(&id);
    update
        .authorizer_id(authorizers[0].authorizer_id().expect("an id"))
        .jwt_configuration(jwt.issuer("https://evil.example").build())
        .send()
        .await
        .expect("changed");
    repaired(&world, &graph, "JwtConfiguration").await;

    let routes = client.get_routes().api_id(&id).send().await;
    let routes = routes.expect("them").items.expect("one");
    let update = client.update_route().api_id(&id);
    update
        .route_id(routes[0].route_id().expect("an id"))
        .authorization_type("NONE".into())
        .authorizer_id("")
        .send()
        .await
        .expect("changed");
    repaired(&world, &graph, "Authoriz").await;
    world.destroy(&graph).await;
}

/// One resource drifted, in properties whose names begin like this, and is repaired.
async fn repaired(world: &World, graph: &Graph, property: &str) {
    let plan = world.apply(graph).await;
    let resource = only(&plan);
    let paths = paths(resource);
    assert!(
        paths.iter().all(|path| path.starts_with(property)),
        "{paths:?}"
    );
    let drifted = matches!(
        resource.action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    );
    assert!(drifted, "{:?}", resource.action);
}
