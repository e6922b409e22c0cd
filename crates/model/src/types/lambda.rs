//! `AWS::Lambda::Function`, `AWS::Lambda::Permission`, `AWS::Lambda::EventSourceMapping`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "Lambda",
    sdk_id: "Lambda",
    regions: crate::Regions::All,
};

/// The facts of `AWS::Lambda::Function`.
///
/// The environment is encrypted by a KMS grant for the id of its role: a role that is created again
/// under its name may not use it, and the function no longer starts. Updating the function to the
/// same ARN creates no grant. Source: the Terraform registry's page of `aws_lambda_function`, and
/// hashicorp/terraform-provider-aws#6352.
pub const FUNCTION: &ResourceType = &ResourceType {
    name: "AWS::Lambda::Function",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["FunctionName"],
    create_only: &["FunctionName"],
    renewed_by: &[],
    bound_to: Some(("Role", <super::iam::Role>::ID.name)),
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
        "AWS::SQS::Queue",
        "AWS::DynamoDB::Table",
    ],
};

/// The facts of `AWS::Lambda::Permission`.
pub const PERMISSION: &ResourceType = &ResourceType {
    name: "AWS::Lambda::Permission",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["FunctionName"],
    create_only: &[
        "FunctionName",
        "Action",
        "Principal",
        "SourceArn",
        "SourceAccount",
    ],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &["AWS::Lambda::Function", "AWS::ApiGatewayV2::Api"],
};

/// The facts of `AWS::Lambda::EventSourceMapping`.
pub const EVENT_SOURCE_MAPPING: &ResourceType = &ResourceType {
    name: "AWS::Lambda::EventSourceMapping",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["FunctionName", "EventSourceArn"],
    create_only: &["EventSourceArn", "StartingPosition"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[
        "AWS::Lambda::Function",
        "AWS::DynamoDB::Table",
        "AWS::SQS::Queue",
        "AWS::IAM::Role",
    ],
};

/// A function whose code is a zip.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Function<S = Text> {
    /// 1 to 64 characters of `[a-zA-Z0-9-_]`. Changing it replaces the function.
    pub function_name: String,
    /// The purpose of the function.
    pub description: Option<String>,
    /// The ARN of its execution role.
    pub role: S,
    /// `provided.al2023` for a native executable named `bootstrap`.
    pub runtime: String,
    /// The entry point; required by AWS even if the runtime ignores it.
    pub handler: String,
    /// The zip.
    pub code: Code,
    /// One of `x86_64` and `arm64`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub architectures: Vec<String>,
    /// MB, 128 to 10,240; absent means 128.
    pub memory_size: Option<i32>,
    /// Seconds, 1 to 900; absent means 3.
    pub timeout: Option<i32>,
    /// Environment variables of the function.
    pub environment: Option<Environment<S>>,
    /// Concurrent executions reserved for this function, which are also its maximum; absent means
    /// unreserved.
    pub reserved_concurrent_executions: Option<i32>,
    /// X-Ray tracing; absent means `PassThrough`.
    pub tracing_config: Option<TracingConfig>,
    /// Log group and format; absent means `/aws/lambda/NAME`, as text.
    pub logging_config: Option<LoggingConfig<S>>,
    /// Size of `/tmp`; absent means 512 MB.
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// ARNs of layer versions, in the order in which they are applied.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<S>,
    /// The destination of asynchronous events that failed.
    pub dead_letter_config: Option<DeadLetterConfig<S>>,
    /// The KMS key that encrypts the environment.
    pub kms_key_arn: Option<S>,
}

/// A function's code, by what it was built from.
///
/// CloudFormation names an S3 object here; Frontage uploads the zip directly. The bytes of a zip
/// depend on the compiler that built it, so two operators would change each other's functions if they
/// were compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Code {
    /// The digest of the sources that it was built from, in hexadecimal digits.
    pub source: String,
}

/// Environment variables of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Environment<S = Text> {
    /// By name.
    pub variables: BTreeMap<String, S>,
}

/// X-Ray tracing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TracingConfig {
    /// Whether requests are traced.
    pub mode: TracingMode,
}

/// Whether requests are traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TracingMode {
    /// Sampled by Lambda.
    Active,
    /// Only if the caller requests it.
    PassThrough,
}

/// Log group and format of a function.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct LoggingConfig<S = Text> {
    /// Absent means `/aws/lambda/NAME`.
    pub log_group: Option<S>,
    /// `Text` or `JSON`; absent means `Text`.
    pub log_format: Option<String>,
    /// With `JSON`: the minimum level of the function's own lines.
    pub application_log_level: Option<String>,
    /// With `JSON`: the minimum level of Lambda's lines.
    pub system_log_level: Option<String>,
}

/// Size of `/tmp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EphemeralStorage {
    /// MB, 512 to 10,240.
    pub size: i32,
}

/// The destination of asynchronous events that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeadLetterConfig<S = Text> {
    /// The ARN of a queue or topic.
    pub target_arn: S,
}

/// A statement of a function's resource policy. It has no update: a change removes and adds it.
///
/// Its statement id follows from its address.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Permission<S = Text> {
    /// The function's name.
    pub function_name: S,
    /// `lambda:InvokeFunction`.
    pub action: String,
    /// The service that may invoke it: `apigateway.amazonaws.com`.
    pub principal: String,
    /// The resource that invokes it, as a pattern.
    pub source_arn: Option<S>,
    /// The account that invokes it.
    pub source_account: Option<S>,
}

/// A stream or queue that invokes a function.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct EventSourceMapping<S = Text> {
    /// The function's name.
    pub function_name: S,
    /// The ARN of a stream or a queue. Changing it replaces the mapping.
    pub event_source_arn: S,
    /// Where reading of a stream starts. Changing it replaces the mapping.
    pub starting_position: Option<StartingPosition>,
    /// Whether it is enabled; absent means yes.
    pub enabled: Option<bool>,
    /// Maximum records per invocation, 1 to 10,000, for a FIFO queue 10; absent means 100, for a
    /// queue 10.
    pub batch_size: Option<i32>,
    /// Seconds that a batch may wait to fill, 0 to 300; absent means 0.
    pub maximum_batching_window_in_seconds: Option<i32>,
    /// Concurrent batches per shard, 1 to 10; absent means 1.
    pub parallelization_factor: Option<i32>,
    /// Whether a failed batch is retried in halves; absent means no.
    pub bisect_batch_on_function_error: Option<bool>,
    /// Retries of a failed batch, 0 to 10,000; absent means −1, until its records expire.
    pub maximum_retry_attempts: Option<i32>,
    /// Seconds after which a record is dropped, 60 to 604,800; absent means −1, never.
    pub maximum_record_age_in_seconds: Option<i32>,
    /// Seconds of a tumbling window, 0 to 900; absent means 0, none.
    pub tumbling_window_in_seconds: Option<i32>,
    /// `ReportBatchItemFailures`: the function names the failed records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub function_response_types: Vec<String>,
    /// Which records reach the function.
    pub filter_criteria: Option<FilterCriteria>,
    /// The destination of reports on dropped records.
    pub destination_config: Option<DestinationConfig<S>>,
    /// For a queue: how many batches are processed at once; absent means as many as there are.
    pub scaling_config: Option<ScalingConfig>,
}

/// How many batches of a queue are processed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScalingConfig {
    /// Concurrent invocations, 2 to 1,000.
    pub maximum_concurrency: i32,
}

/// Where reading starts in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StartingPosition {
    /// At the oldest record that is kept: nothing is missed.
    TrimHorizon,
    /// At the first record after polling has begun, which can be minutes later.
    Latest,
}

/// Which records reach a function: those that match any filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FilterCriteria {
    /// Patterns; a set.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// One pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    /// JSON of at most 4,096 characters: `{"eventName":["INSERT"]}`.
    pub pattern: String,
}

/// The destination of reports on dropped records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DestinationConfig<S = Text> {
    /// On failure.
    pub on_failure: OnFailure<S>,
}

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OnFailure<S = Text> {
    /// The ARN of a queue or topic, to which the function's role may send.
    pub destination: S,
}

impl<S: Serialize> Resource for Function<S> {
    const TYPE: &'static ResourceType = FUNCTION;
}

impl<S: Serialize> Resource for Permission<S> {
    const TYPE: &'static ResourceType = PERMISSION;
}

impl<S: Serialize> Resource for EventSourceMapping<S> {
    const TYPE: &'static ResourceType = EVENT_SOURCE_MAPPING;
}

impl<S> Function<S> {
    /// The function's ARN, without a version.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The function's name, once it exists.
    pub const NAME: Attribute<Self> = Attribute::new("FunctionName");
}

impl Handle<Function> {
    /// A reference to [`Function::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Function::ARN)
    }

    /// A reference to [`Function::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Function::NAME)
    }
}

impl<S> Permission<S> {
    /// The function whose policy contains the statement.
    pub const FUNCTION_NAME: Attribute<Self> = Attribute::new("FunctionName");
    /// The statement's id in the function's policy.
    pub const STATEMENT_ID: Attribute<Self> = Attribute::new("StatementId");
}

impl<S> EventSourceMapping<S> {
    /// The mapping's id.
    pub const UUID: Attribute<Self> = Attribute::new("UUID");
    /// The mapping's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
}
