//! `AWS::ApiGatewayV2::*` for WebSocket APIs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "API Gateway",
    sdk_id: "ApiGatewayV2",
    regions: crate::Regions::All,
};

/// The facts of `AWS::ApiGatewayV2::Api`.
pub const API: &ResourceType = &ResourceType {
    name: "AWS::ApiGatewayV2::Api",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &[],
    create_only: &["ProtocolType"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[],
};

/// The facts of `AWS::ApiGatewayV2::Integration`.
pub const INTEGRATION: &ResourceType = &ResourceType {
    name: "AWS::ApiGatewayV2::Integration",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["ApiId"],
    create_only: &["ApiId"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::ApiGatewayV2::Api",
        "AWS::Lambda::Function",
        "AWS::IAM::Role",
    ],
};

/// The facts of `AWS::ApiGatewayV2::Authorizer`.
pub const AUTHORIZER: &ResourceType = &ResourceType {
    name: "AWS::ApiGatewayV2::Authorizer",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["ApiId", "Name"],
    create_only: &["ApiId"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::ApiGatewayV2::Api",
        "AWS::Lambda::Function",
        "AWS::IAM::Role",
    ],
};

/// The facts of `AWS::ApiGatewayV2::Route`.
pub const ROUTE: &ResourceType = &ResourceType {
    name: "AWS::ApiGatewayV2::Route",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["ApiId", "RouteKey"],
    create_only: &["ApiId", "RouteKey"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Authorizer",
    ],
};

/// The facts of `AWS::ApiGatewayV2::Deployment`.
pub const DEPLOYMENT: &ResourceType = &ResourceType {
    name: "AWS::ApiGatewayV2::Deployment",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["ApiId"],
    create_only: &["ApiId", "Description"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: false,
    refers_to: &["AWS::ApiGatewayV2::Api"],
};

/// The facts of `AWS::ApiGatewayV2::Stage`.
pub const STAGE: &ResourceType = &ResourceType {
    name: "AWS::ApiGatewayV2::Stage",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["ApiId", "StageName"],
    create_only: &["ApiId", "StageName"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Deployment",
        "AWS::Logs::LogGroup",
    ],
};

/// A WebSocket API.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Api {
    /// For people: AWS does not require it to be unique, and only the tags find the API again.
    pub name: String,
    /// The purpose of the API.
    pub description: Option<String>,
    /// `WEBSOCKET`. Changing it replaces the API.
    pub protocol_type: String,
    /// How a message names its route; required by AWS even without such routes.
    pub route_selection_expression: String,
    /// The source of an API key; absent means `$request.header.x-api-key`.
    pub api_key_selection_expression: Option<String>,
    /// Whether only a custom domain reaches it; absent means no.
    pub disable_execute_api_endpoint: Option<bool>,
}

/// The target of a route. Its `Description` belongs to the driver: it contains the address, by
/// which the integration is found again.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Integration<S = Text> {
    /// The API. Changing it replaces the integration.
    pub api_id: S,
    /// `AWS_PROXY` for a function.
    pub integration_type: String,
    /// The function's invocation URI.
    pub integration_uri: Option<S>,
    /// `POST` for a function.
    pub integration_method: Option<String>,
    /// `INTERNET` or `VPC_LINK`; absent means `INTERNET`.
    pub connection_type: Option<String>,
    /// The role that API Gateway assumes for the call; absent means the function's resource policy
    /// decides.
    pub credentials_arn: Option<S>,
    /// Milliseconds, 50 to 29,000; absent means 29,000.
    pub timeout_in_millis: Option<i32>,
    /// `WHEN_NO_MATCH`, `WHEN_NO_TEMPLATES` or `NEVER`; absent means `WHEN_NO_MATCH`.
    pub passthrough_behavior: Option<String>,
    /// `CONVERT_TO_BINARY` or `CONVERT_TO_TEXT`.
    pub content_handling_strategy: Option<String>,
    /// Mapped request parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub request_parameters: BTreeMap<String, String>,
    /// Mapped request bodies.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub request_templates: BTreeMap<String, String>,
    /// Which request template is used.
    pub template_selection_expression: Option<String>,
}

/// A function that decides who may connect.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Authorizer<S = Text> {
    /// The API. Changing it replaces the authorizer.
    pub api_id: S,
    /// Finds the authorizer again.
    pub name: String,
    /// `REQUEST`, the only kind for WebSocket APIs.
    pub authorizer_type: String,
    /// The function's invocation URI.
    pub authorizer_uri: Option<S>,
    /// The role that API Gateway assumes for the call.
    pub authorizer_credentials_arn: Option<S>,
    /// The parameters that must be present: `route.request.querystring.token`; a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_source: Vec<String>,
}

/// The target for a message, or for the beginning or end of a connection.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Route<S = Text> {
    /// The API. Changing it replaces the route.
    pub api_id: S,
    /// `$connect`, `$disconnect`, `$default` or a name.
    pub route_key: String,
    /// `integrations/ID`.
    pub target: Option<S>,
    /// A name for the operation.
    pub operation_name: Option<String>,
    /// `NONE`, `AWS_IAM` or `CUSTOM`, on `$connect` only; absent means `NONE`.
    pub authorization_type: Option<String>,
    /// The authorizer, with `CUSTOM`.
    pub authorizer_id: Option<S>,
    /// Whether an API key is required; absent means no.
    pub api_key_required: Option<bool>,
    /// How a message's model is chosen.
    pub model_selection_expression: Option<String>,
    /// How a response is chosen, for two-way routes.
    pub route_response_selection_expression: Option<String>,
}

/// A snapshot of the routes, integrations and authorizers, for a stage to serve.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deployment<S = Text> {
    /// The API. Changing it replaces the deployment.
    pub api_id: S,
    /// The fingerprint of what is deployed. Changing it creates a new deployment.
    pub description: S,
}

/// A deployment under a name that clients connect to.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Stage<S = Text> {
    /// The API. Changing it replaces the stage.
    pub api_id: S,
    /// The last part of the URL. Changing it replaces the stage.
    pub stage_name: String,
    /// The purpose of the stage.
    pub description: Option<String>,
    /// The deployment that it serves; absent with `auto_deploy`.
    pub deployment_id: Option<S>,
    /// Whether every change is deployed at once; absent means no.
    pub auto_deploy: Option<bool>,
    /// Throttling and logging of every route.
    pub default_route_settings: Option<RouteSettings>,
    /// Throttling and logging by route key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub route_settings: BTreeMap<String, RouteSettings>,
    /// Variables that mappings see.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stage_variables: BTreeMap<String, String>,
    /// The access log; requires the account's logging role.
    pub access_log_settings: Option<AccessLogSettings<S>>,
}

/// Throttling and logging of a route. Both throttles absent means the account's own.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteSettings {
    /// Maximum burst of requests. 0 would refuse every request.
    pub throttling_burst_limit: Option<i32>,
    /// Requests per second. 0 would refuse every request.
    pub throttling_rate_limit: Option<f64>,
    /// Whether CloudWatch gets metrics by route; absent means no.
    pub detailed_metrics_enabled: Option<bool>,
    /// Whether messages are logged in full; absent means no.
    pub data_trace_enabled: Option<bool>,
    /// `OFF`, `ERROR` or `INFO`; absent means `OFF`.
    pub logging_level: Option<String>,
}

/// The access log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessLogSettings<S = Text> {
    /// A log group's ARN, without `:*`.
    pub destination_arn: S,
    /// The format of a line, with `$context` variables.
    pub format: String,
}

impl Resource for Api {
    const TYPE: &'static ResourceType = API;
}

impl<S: Serialize> Resource for Integration<S> {
    const TYPE: &'static ResourceType = INTEGRATION;
}

impl<S: Serialize> Resource for Authorizer<S> {
    const TYPE: &'static ResourceType = AUTHORIZER;
}

impl<S: Serialize> Resource for Route<S> {
    const TYPE: &'static ResourceType = ROUTE;
}

impl<S: Serialize> Resource for Deployment<S> {
    const TYPE: &'static ResourceType = DEPLOYMENT;
}

impl<S: Serialize> Resource for Stage<S> {
    const TYPE: &'static ResourceType = STAGE;
}

impl Api {
    /// The API's id.
    pub const ID: Attribute<Self> = Attribute::new("ApiId");
    /// The address of the API, without a stage: `wss://ID.execute-api.REGION.amazonaws.com`.
    pub const ENDPOINT: Attribute<Self> = Attribute::new("ApiEndpoint");
    /// The API's ARN, by which it is tagged.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
}

impl Handle<Api> {
    /// A reference to [`Api::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(Api::ID)
    }
}

impl<S> Integration<S> {
    /// The integration's id.
    pub const ID: Attribute<Self> = Attribute::new("IntegrationId");
}

impl Handle<Integration> {
    /// A reference to [`Integration::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(Integration::ID)
    }
}

impl<S> Authorizer<S> {
    /// The authorizer's id.
    pub const ID: Attribute<Self> = Attribute::new("AuthorizerId");
}

impl Handle<Authorizer> {
    /// A reference to [`Authorizer::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(Authorizer::ID)
    }
}

impl<S> Route<S> {
    /// The route's id.
    pub const ID: Attribute<Self> = Attribute::new("RouteId");
}

impl Handle<Route> {
    /// A reference to [`Route::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(Route::ID)
    }
}

impl<S> Deployment<S> {
    /// The deployment's id.
    pub const ID: Attribute<Self> = Attribute::new("DeploymentId");
}

impl Handle<Deployment> {
    /// A reference to [`Deployment::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(Deployment::ID)
    }
}

impl<S> Stage<S> {
    /// The URL that a client connects to, on AWS and on an emulator.
    pub const WEBSOCKET_URL: Attribute<Self> = Attribute::new("WebSocketUrl");
    /// The stage's name.
    pub const NAME: Attribute<Self> = Attribute::new("StageName");
    /// The stage's ARN, by which it is tagged.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
}

impl Handle<Stage> {
    /// A reference to [`Stage::WEBSOCKET_URL`].
    #[must_use]
    pub fn websocket_url(&self) -> Text {
        self.attribute(Stage::WEBSOCKET_URL)
    }
}
