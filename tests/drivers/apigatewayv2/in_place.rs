//! Every property that changes in place, one after the other.

use super::*;

#[tokio::test]
async fn an_api_changes_in_place() {
    let world = World::new();
    let mut model = Model::new();
    world.apply(&model.graph(&world)).await;
    model.api.name = "acme-other".to_owned();
    changes(&world, &model, &["Name"]).await;
    model.api.description = Some("Toggles".to_owned());
    changes(&world, &model, &["Description"]).await;
    model.api.description = None;
    changes(&world, &model, &["Description"]).await;
    model.api.route_selection_expression = Some("$request.body.kind".to_owned());
    changes(&world, &model, &["RouteSelectionExpression"]).await;
    model.api.api_key_selection_expression =
        Some("$context.authorizer.usageIdentifierKey".to_owned());
    changes(&world, &model, &["ApiKeySelectionExpression"]).await;
    model.api.disable_execute_api_endpoint = Some(true);
    changes(&world, &model, &["DisableExecuteApiEndpoint"]).await;
    model.tags.insert("team".to_owned(), "web".to_owned());
    let plan = world.apply(&model.graph(&world)).await;
    assert_eq!(actions(&plan), ["update api", "update stage"]);
    assert_eq!(paths(&plan.resources[0]), ["Tags.team"]);
    model.tags.clear();
    world.apply(&model.graph(&world)).await;
    world.destroy(&model.graph(&world)).await;
}

/// The emulator keeps neither `CredentialsArn`, `PassthroughBehavior` nor
/// `TemplateSelectionExpression`: see the driver's own tests.
#[tokio::test]
async fn an_integration_changes_in_place() {
    let world = World::new();
    let mut model = Model::new();
    world.apply(&model.graph(&world)).await;
    model.integration.integration_uri = Some("https://example.com/a".into());
    changes(&world, &model, &["IntegrationUri"]).await;
    model.integration.integration_type = "HTTP".to_owned();
    model.integration.integration_method = Some("POST".to_owned());
    changes(&world, &model, &["IntegrationType"]).await;
    model.integration.integration_method = Some("PUT".to_owned());
    changes(&world, &model, &["IntegrationMethod"]).await;
    model.integration.timeout_in_millis = Some(1000);
    changes(&world, &model, &["TimeoutInMillis"]).await;
    model.integration.connection_type = Some("VPC_LINK".to_owned());
    changes(&world, &model, &["ConnectionType"]).await;
    model.integration.content_handling_strategy = Some("CONVERT_TO_TEXT".to_owned());
    changes(&world, &model, &["ContentHandlingStrategy"]).await;
    model.integration.content_handling_strategy = Some("CONVERT_TO_BINARY".to_owned());
    changes(&world, &model, &["ContentHandlingStrategy"]).await;
    let id = "integration.request.header.id";
    model.integration.request_parameters =
        map([(id, "'1'"), ("integration.request.header.a", "'2'")]);
    changes(&world, &model, &["RequestParameters"]).await;
    let both = [
        "RequestParameters.integration.request.header.a",
        "RequestParameters.integration.request.header.id",
    ];
    model.integration.request_parameters = map([(id, "'3'")]);
    changes(&world, &model, &both).await;
    model.integration.request_parameters.clear();
    changes(&world, &model, &["RequestParameters"]).await;
    model.integration.request_templates = map([("a", "{}"), ("b", "{}")]);
    changes(&world, &model, &["RequestTemplates"]).await;
    model.integration.request_templates = map([("b", "[]")]);
    changes(
        &world,
        &model,
        &["RequestTemplates.a", "RequestTemplates.b"],
    )
    .await;
    world.destroy(&model.graph(&world)).await;
}

#[tokio::test]
async fn a_route_changes_in_place() {
    let world = World::new();
    let base = Model::new();
    world.apply(&base.graph(&world)).await;
    let mut route = route();
    let with = |route: &Route| base.with(|model| model.route = Some(route.clone()));
    route.target = Some("integrations/none".into());
    changes(&world, &with(&route), &["Target"]).await;
    route.target = None;
    changes(&world, &with(&route), &["Target"]).await;
    route.operation_name = Some("connect".to_owned());
    changes(&world, &with(&route), &["OperationName"]).await;
    route.operation_name = None;
    changes(&world, &with(&route), &["OperationName"]).await;
    route.authorization_type = Some("AWS_IAM".to_owned());
    changes(&world, &with(&route), &["AuthorizationType"]).await;
    route.authorization_type = Some("CUSTOM".to_owned());
    changes(
        &world,
        &with(&route),
        &["AuthorizationType", "AuthorizerId"],
    )
    .await;
    route.authorization_type = None;
    changes(
        &world,
        &with(&route),
        &["AuthorizationType", "AuthorizerId"],
    )
    .await;
    route.api_key_required = Some(true);
    changes(&world, &with(&route), &["ApiKeyRequired"]).await;
    route.model_selection_expression = Some("$request.body.kind".to_owned());
    changes(&world, &with(&route), &["ModelSelectionExpression"]).await;
    route.model_selection_expression = None;
    changes(&world, &with(&route), &["ModelSelectionExpression"]).await;
    route.route_response_selection_expression = Some("$default".to_owned());
    changes(&world, &with(&route), &["RouteResponseSelectionExpression"]).await;
    route.route_response_selection_expression = None;
    changes(&world, &with(&route), &["RouteResponseSelectionExpression"]).await;
    world.destroy(&with(&route).graph(&world)).await;
}

#[tokio::test]
async fn an_authorizer_changes_in_place() {
    let world = World::new();
    let base = Model::new();
    world.apply(&base.graph(&world)).await;
    let mut authorizer = base.authorizer.clone().expect("an authorizer");
    let with =
        |authorizer: &Authorizer| base.with(|model| model.authorizer = Some(authorizer.clone()));
    authorizer.authorizer_uri = Some(format!("{FUNCTION}2").into());
    changes(&world, &with(&authorizer), &["AuthorizerUri"]).await;
    authorizer.authorizer_credentials_arn =
        Some("arn:aws:iam::111122223333:role/authorizer".into());
    changes(&world, &with(&authorizer), &["AuthorizerCredentialsArn"]).await;
    authorizer.authorizer_credentials_arn = None;
    changes(&world, &with(&authorizer), &["AuthorizerCredentialsArn"]).await;
    let (token, id) = (
        "route.request.querystring.token".to_owned(),
        "route.request.header.id".to_owned(),
    );
    authorizer.identity_source = vec![token.clone(), id.clone()];
    changes(&world, &with(&authorizer), &["IdentitySource"]).await;
    authorizer.identity_source = vec![id, token];
    let reordered = world.apply(&with(&authorizer).graph(&world)).await;
    let differs = reordered
        .resources
        .iter()
        .any(|planned| !paths(planned).is_empty());
    assert!(
        !differs,
        "the order means nothing: {:?}",
        describe(&reordered)
    );
    authorizer.identity_source.clear();
    changes(&world, &with(&authorizer), &["IdentitySource"]).await;
    world.destroy(&with(&authorizer).graph(&world)).await;
}

#[tokio::test]
async fn a_stage_changes_in_place() {
    let world = World::new();
    let base = Model::new();
    world.apply(&base.graph(&world)).await;
    let mut stage = stage();
    let with = |stage: &Stage| base.with(|model| model.stage = Some(stage.clone()));
    stage.description = Some("For everyone".to_owned());
    changes(&world, &with(&stage), &["Description"]).await;
    stage.description = None;
    changes(&world, &with(&stage), &["Description"]).await;
    stage.stage_variables = map([("table", "a"), ("log", "b")]);
    changes(&world, &with(&stage), &["StageVariables"]).await;
    stage.stage_variables = map([("table", "c")]);
    changes(
        &world,
        &with(&stage),
        &["StageVariables.log", "StageVariables.table"],
    )
    .await;
    stage.stage_variables.clear();
    changes(&world, &with(&stage), &["StageVariables"]).await;
    stage.access_log_settings = Some(logs());
    changes(&world, &with(&stage), &["AccessLogSettings"]).await;
    stage.access_log_settings = Some(AccessLogSettings {
        format: "$context.requestId $context.status".into(),
        ..logs()
    });
    changes(&world, &with(&stage), &["AccessLogSettings.Format"]).await;
    stage.auto_deploy = Some(true);
    changes(&world, &with(&stage), &["AutoDeploy", "DeploymentId"]).await;
    stage.auto_deploy = None;
    changes(&world, &with(&stage), &["AutoDeploy", "DeploymentId"]).await;
    world.destroy(&with(&stage).graph(&world)).await;
}

#[tokio::test]
async fn route_settings_change_in_place() {
    let world = World::new();
    let base = Model::new();
    world.apply(&base.graph(&world)).await;
    let mut stage = stage();
    let with = |stage: &Stage| base.with(|model| model.stage = Some(stage.clone()));
    let all = RouteSettings {
        throttling_burst_limit: Some(10),
        throttling_rate_limit: Some(2.5),
        detailed_metrics_enabled: Some(true),
        data_trace_enabled: Some(true),
        logging_level: Some("INFO".to_owned()),
    };
    stage.default_route_settings = Some(RouteSettings {
        logging_level: Some("ERROR".to_owned()),
        ..settings()
    });
    changes(&world, &with(&stage), &["DefaultRouteSettings"]).await;
    stage.default_route_settings = Some(settings());
    changes(&world, &with(&stage), &["DefaultRouteSettings"]).await;
    stage.default_route_settings = Some(all.clone());
    changes(&world, &with(&stage), &["DefaultRouteSettings"]).await;
    stage.default_route_settings = Some(RouteSettings {
        throttling_burst_limit: Some(20),
        ..all.clone()
    });
    changes(
        &world,
        &with(&stage),
        &["DefaultRouteSettings.ThrottlingBurstLimit"],
    )
    .await;
    // On AWS throttling stays once it is set: see the driver's own tests.
    stage.default_route_settings = None;
    changes(&world, &with(&stage), &["DefaultRouteSettings"]).await;
    stage.route_settings = [
        ("$connect".to_owned(), all.clone()),
        ("$disconnect".to_owned(), settings()),
    ]
    .into();
    changes(&world, &with(&stage), &["RouteSettings"]).await;
    stage.route_settings = [(
        "$connect".to_owned(),
        RouteSettings {
            throttling_rate_limit: None,
            ..all
        },
    )]
    .into();
    let both = [
        "RouteSettings.$connect.ThrottlingRateLimit",
        "RouteSettings.$disconnect",
    ];
    changes(&world, &with(&stage), &both).await;
    stage.route_settings.clear();
    changes(&world, &with(&stage), &["RouteSettings"]).await;
    world.destroy(&with(&stage).graph(&world)).await;
}
