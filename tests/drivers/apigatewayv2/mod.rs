//! `AWS::ApiGatewayV2::*`.

mod drift;
mod http;
mod in_place;
mod ownership;
mod replacement;

use std::collections::BTreeMap;

use aws_sdk_apigatewayv2::Client;
use engine::{Action, Plan, Reason};
use model::types::apigatewayv2::{
    AccessLogSettings, Api, Authorizer, Deployment, Integration, Route, RouteSettings, Stage,
};
use model::{Graph, Handle, StackBuilder, Tags, Text};

use crate::support::{World, describe, only, paths, strangers};

const FUNCTION: &str =
    "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/FUNCTION/invocations";

/// Descriptions of deployments: the fingerprints of what they deploy.
const FIRST: &str = "0123456789abcdef";
const SECOND: &str = "fedcba9876543210";

/// A WebSocket API with one resource of each type. A test changes the part that it covers; `graph`
/// fills in the references.
#[derive(Clone)]
struct Model {
    tags: Tags,
    api: Api,
    integration: Integration,
    authorizer: Option<Authorizer>,
    route: Option<Route>,
    deployment: Deployment,
    stage: Option<Stage>,
}

impl Model {
    fn new() -> Self {
        Self {
            tags: Tags::new(),
            api: Api {
                name: "acme-test".to_owned(),
                description: None,
                protocol_type: "WEBSOCKET".to_owned(),
                route_selection_expression: Some("$request.body.action".to_owned()),
                api_key_selection_expression: None,
                cors_configuration: None,
                disable_execute_api_endpoint: None,
            },
            integration: integration(),
            authorizer: Some(Authorizer {
                api_id: "".into(),
                name: "authorizer".to_owned(),
                authorizer_type: "REQUEST".to_owned(),
                authorizer_uri: Some(FUNCTION.into()),
                authorizer_credentials_arn: None,
                identity_source: Vec::new(),
                jwt_configuration: None,
            }),
            route: Some(route()),
            deployment: Deployment {
                api_id: "".into(),
                description: FIRST.into(),
            },
            stage: Some(stage()),
        }
    }

    fn with(&self, edit: impl FnOnce(&mut Self)) -> Self {
        let mut edited = self.clone();
        edit(&mut edited);
        edited
    }

    fn graph(&self, world: &World) -> Graph {
        world.graph_tagged(self.tags.clone(), |stack| {
            let api = stack.add("api", self.api.clone());
            self.fill(stack, &api);
        })
    }

    fn fill(&self, stack: &mut StackBuilder<'_>, api: &Handle<Api>) {
        let integration = stack.add(
            "integration",
            Integration {
                api_id: api.id(),
                ..self.integration.clone()
            },
        );
        let authorizer = self.authorizer.clone();
        let authorizer = authorizer.map(|of| {
            stack.add(
                "authorizer",
                Authorizer {
                    api_id: api.id(),
                    ..of
                },
            )
        });
        if let Some(route) = self.route.clone() {
            let custom = route.authorization_type.as_deref() == Some("CUSTOM");
            let authorizer_id = authorizer
                .filter(|_| custom)
                .map(|authorizer| authorizer.id());
            let target = route.target.or(Some(Text::concat([
                "integrations/".into(),
                integration.id(),
            ])));
            stack.add(
                "route",
                Route {
                    api_id: api.id(),
                    target,
                    authorizer_id,
                    ..route
                },
            );
        }
        let deployment = stack.add(
            "deployment",
            Deployment {
                api_id: api.id(),
                ..self.deployment.clone()
            },
        );
        if let Some(stage) = self.stage.clone() {
            let deployment_id = (stage.auto_deploy != Some(true)).then(|| deployment.id());
            let stage = stack.add(
                "stage",
                Stage {
                    api_id: api.id(),
                    deployment_id,
                    ..stage
                },
            );
            stack.output("url", stage.websocket_url());
        }
    }
}

fn integration() -> Integration {
    Integration {
        api_id: "".into(),
        integration_type: "AWS_PROXY".to_owned(),
        integration_uri: Some(FUNCTION.into()),
        integration_method: None,
        connection_type: None,
        credentials_arn: None,
        timeout_in_millis: None,
        payload_format_version: None,
        passthrough_behavior: None,
        content_handling_strategy: None,
        request_parameters: BTreeMap::new(),
        request_templates: BTreeMap::new(),
        template_selection_expression: None,
    }
}

fn route() -> Route {
    Route {
        api_id: "".into(),
        route_key: "$connect".to_owned(),
        target: None,
        operation_name: None,
        authorization_type: None,
        authorizer_id: None,
        authorization_scopes: Vec::new(),
        api_key_required: None,
        model_selection_expression: None,
        route_response_selection_expression: None,
    }
}

fn stage() -> Stage {
    Stage {
        api_id: "".into(),
        stage_name: "live".to_owned(),
        description: None,
        deployment_id: None,
        auto_deploy: None,
        default_route_settings: None,
        route_settings: BTreeMap::new(),
        stage_variables: BTreeMap::new(),
        access_log_settings: None,
    }
}

fn settings() -> RouteSettings {
    RouteSettings {
        throttling_burst_limit: None,
        throttling_rate_limit: None,
        detailed_metrics_enabled: None,
        data_trace_enabled: None,
        logging_level: None,
    }
}

fn logs() -> AccessLogSettings {
    AccessLogSettings {
        destination_arn: Text::regional_arn("logs", ["log-group:/acme/access:*".into()]),
        format: "$context.requestId".to_owned(),
    }
}

fn map<const N: usize>(entries: [(&str, &str); N]) -> BTreeMap<String, String> {
    entries
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// Applies a change of one resource, which is planned as an update of these properties because the
/// model changed.
async fn changes(world: &World, model: &Model, expected: &[&str]) {
    let plan = world.apply(&model.graph(world)).await;
    let resource = only(&plan);
    assert_eq!(paths(resource), expected, "{:?}", resource.action);
    assert!(
        matches!(
            resource.action,
            Action::Update {
                reason: Reason::Changed,
                ..
            }
        ),
        "{:?}",
        resource.action
    );
}

/// Checks the paths of the only drifted resource, and that it is repaired.
async fn repairs(world: &World, model: &Model, expected: &[&str]) {
    let plan = world.apply(&model.graph(world)).await;
    let resource = only(&plan);
    assert_eq!(paths(resource), expected, "{:?}", resource.action);
    assert!(
        matches!(
            resource.action,
            Action::Update {
                reason: Reason::Drift,
                ..
            }
        ),
        "{:?}",
        resource.action
    );
}

/// The actions of a plan, one phrase per resource: `replace api`.
fn actions(plan: &Plan) -> Vec<String> {
    let word = |action: &Action| match action {
        Action::Create { .. } => "create",
        Action::Update { .. } => "update",
        Action::Replace { .. } => "replace",
        Action::Delete => "delete",
    };
    plan.resources
        .iter()
        .map(|of| format!("{} {}", word(&of.action), of.address.name()))
        .collect()
}

async fn only_api(client: &Client) -> String {
    let apis = client
        .get_apis()
        .send()
        .await
        .expect("the APIs")
        .items
        .unwrap_or_default();
    assert_eq!(apis.len(), 1, "{apis:?}");
    apis[0].api_id().expect("an id").to_owned()
}

/// The actions of applying the model.
async fn applied(world: &World, model: &Model) -> Vec<String> {
    actions(world.apply(&model.graph(world)).await.as_ref())
}
