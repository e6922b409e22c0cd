//! `AWS::ApiGatewayV2::*`: WebSocket APIs, and HTTP APIs.

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

/// A WebSocket API or an HTTP API.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Api {
    /// For people: AWS does not require it to be unique, and only the tags find the API again.
    pub name: String,
    /// The purpose of the API.
    pub description: Option<String>,
    /// `WEBSOCKET` or `HTTP`. Changing it replaces the API.
    pub protocol_type: String,
    /// How a message names its route; AWS requires it of a WebSocket API even without such routes. An
    /// HTTP API has one that cannot be chosen.
    pub route_selection_expression: Option<String>,
    /// The source of an API key, of a WebSocket API; absent means `$request.header.x-api-key`.
    pub api_key_selection_expression: Option<String>,
    /// Which pages of other origins may call an HTTP API; absent means none. API Gateway answers
    /// preflights by it, without the integration.
    pub cors_configuration: Option<Cors>,
    /// Whether only a custom domain reaches it; absent means no.
    pub disable_execute_api_endpoint: Option<bool>,
}

/// Which pages of other origins may call an HTTP API, and how. The lists are sets.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Cors {
    /// The origins, or `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_origins: Vec<String>,
    /// The methods, or `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_methods: Vec<String>,
    /// The headers of requests besides those that are always allowed, or `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_headers: Vec<String>,
    /// The headers of responses that pages may read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expose_headers: Vec<String>,
    /// Whether requests may have cookies; absent means no.
    pub allow_credentials: Option<bool>,
    /// Seconds that a browser keeps a preflight's answer, -1 to 86,400; absent means 0.
    pub max_age: Option<i32>,
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
    /// Milliseconds, 50 to 29,000, of an HTTP API to 30,000; absent means 29,000.
    pub timeout_in_millis: Option<i32>,
    /// `1.0` or `2.0`: the event that the function of an HTTP API gets, for which AWS requires it. A
    /// WebSocket API has none: absent leaves what AWS says.
    pub payload_format_version: Option<String>,
    /// `WHEN_NO_MATCH`, `WHEN_NO_TEMPLATES` or `NEVER`, of a WebSocket API; absent means `WHEN_NO_MATCH`.
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

/// What decides who may connect or call: a function, or the tokens of an issuer.
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
    /// `REQUEST` for a function, the only kind for WebSocket APIs, or `JWT`.
    pub authorizer_type: String,
    /// The function's invocation URI, with `REQUEST`.
    pub authorizer_uri: Option<S>,
    /// The role that API Gateway assumes for the call.
    pub authorizer_credentials_arn: Option<S>,
    /// The parameters that must be present: `route.request.querystring.token`; a set. With `JWT` the
    /// one that has the token: `$request.header.Authorization`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_source: Vec<String>,
    /// Which tokens are accepted, with `JWT`.
    pub jwt_configuration: Option<JwtConfiguration<S>>,
}

/// The tokens that an authorizer accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct JwtConfiguration<S = Text> {
    /// Of which a token's `aud` or `client_id` must be one; a set.
    pub audience: Vec<S>,
    /// The `iss` of a token; its keys are found by its `/.well-known/openid-configuration`.
    pub issuer: S,
}

/// The target for a message, for the beginning or end of a connection, or for a request.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Route<S = Text> {
    /// The API. Changing it replaces the route.
    pub api_id: S,
    /// `$connect`, `$disconnect`, `$default` or a name; of an HTTP API `GET /path` or `$default`.
    pub route_key: String,
    /// `integrations/ID`.
    pub target: Option<S>,
    /// A name for the operation.
    pub operation_name: Option<String>,
    /// `NONE`, `AWS_IAM` or `CUSTOM`, of a WebSocket API on `$connect` only, and `JWT` of an HTTP API;
    /// absent means `NONE`.
    pub authorization_type: Option<String>,
    /// The authorizer, with `CUSTOM` and `JWT`.
    pub authorizer_id: Option<S>,
    /// The scopes of which a token must have one, with `JWT`; a set, and empty means any token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_scopes: Vec<String>,
    /// Whether an API key is required, of a WebSocket API; absent means no.
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
    /// The last part of the URL; `$default` for an HTTP API, whose URL has no such part. Changing it
    /// replaces the stage.
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
    /// Whether messages are logged in full, of a WebSocket API; absent means no.
    pub data_trace_enabled: Option<bool>,
    /// `OFF`, `ERROR` or `INFO`, of a WebSocket API; absent means `OFF`.
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
    /// The URL below which a client calls the stage `$default` of an HTTP API, on AWS and on an emulator,
    /// without a slash at its end. It is known before the stage exists.
    pub const HTTP_URL: Attribute<Self> = Attribute::new("HttpUrl");
    /// The API's ARN, by which it is tagged.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
}

impl Handle<Api> {
    /// A reference to [`Api::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(Api::ID)
    }

    /// A reference to [`Api::HTTP_URL`].
    #[must_use]
    pub fn http_url(&self) -> Text {
        self.attribute(Api::HTTP_URL)
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
    /// The URL that a client connects to, on AWS and on an emulator; of a WebSocket API.
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
