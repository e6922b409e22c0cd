//! `AWS::CodePipeline::Pipeline`.

mod action;
mod condition;
mod trigger;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

pub use self::action::{
    ActionCategory, ActionDeclaration, ActionTypeId, Artifact, EnvironmentVariable, OutputArtifact,
};
pub use self::condition::{
    BeforeEntryConditions, Condition, ConditionResult, FailureConditions, RetryConfiguration,
    RetryMode, RuleDeclaration, RuleTypeId, SuccessConditions,
};
pub use self::trigger::{
    Filter, GitConfiguration, PipelineTriggerDeclaration, PullRequestEvent, PullRequestFilter,
    PushFilter,
};
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "CodePipeline",
    sdk_id: "CodePipeline",
    regions: crate::Regions::All,
};

/// The facts of `AWS::CodePipeline::Pipeline`.
pub const PIPELINE: &ResourceType = &ResourceType {
    name: "AWS::CodePipeline::Pipeline",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["Name"],
    create_only: &["Name"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[
        "AWS::IAM::Role",
        "AWS::S3::Bucket",
        "AWS::CodeBuild::Project",
        "AWS::CodeCommit::Repository",
        "AWS::CodeConnections::Connection",
        "AWS::CloudWatch::Alarm",
        "AWS::Lambda::Function",
        "AWS::SNS::Topic",
    ],
};

/// A pipeline. Transitions between stages that somebody disabled are not described, and are left as
/// they are.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Pipeline<S = Text> {
    /// 1 to 100 characters of `[A-Za-z0-9.@_-]`. Changing it replaces the pipeline.
    pub name: String,
    /// The ARN of the role that the pipeline runs as.
    pub role_arn: S,
    /// What the pipeline can do and how it is charged. It is always stated: AWS's own default
    /// depends on the other properties.
    pub pipeline_type: PipelineType,
    /// What happens to a run that starts while another one is running; absent means
    /// [`ExecutionMode::Superseded`].
    pub execution_mode: Option<ExecutionMode>,
    /// Where artifacts are kept between actions; this or `artifact_stores`.
    pub artifact_store: Option<ArtifactStore<S>>,
    /// For actions in several Regions, a store in each: a set by Region.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub artifact_stores: Vec<ArtifactStoreMap<S>>,
    /// The stages in their order: 2 to 50, of which only the first has sources.
    pub stages: Vec<StageDeclaration<S>>,
    /// What starts it, besides a person: at most 50, in any order, and only of
    /// [`PipelineType::V2`]. With a trigger the source action starts it no longer by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<PipelineTriggerDeclaration>,
    /// What a run can be given: at most 50, in any order, and only of [`PipelineType::V2`].
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<VariableDeclaration<S>>,
}

/// What a pipeline can do and how it is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PipelineType {
    /// Charged by the month, without triggers, variables, retries and rollbacks.
    V1,
    /// Charged by the minute that an action runs.
    V2,
}

/// What happens to a run that starts while another one is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExecutionMode {
    /// A newer run overtakes older ones that wait for a stage.
    Superseded,
    /// Runs follow each other; only of [`PipelineType::V2`].
    Queued,
    /// Runs do not affect each other; only of [`PipelineType::V2`], and without rollbacks.
    Parallel,
}

/// A bucket in which artifacts are kept.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct ArtifactStore<S = Text> {
    /// `S3`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// The bucket's name.
    pub location: S,
    /// The KMS key that artifacts are encrypted with; absent means AWS's own key for S3.
    pub encryption_key: Option<EncryptionKey<S>>,
}

/// A KMS key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct EncryptionKey<S = Text> {
    /// Its id, its ARN or an alias's ARN.
    pub id: S,
    /// `KMS`.
    #[serde(rename = "Type")]
    pub kind: String,
}

/// The store of one Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct ArtifactStoreMap<S = Text> {
    /// The Region.
    pub region: String,
    /// The store there.
    pub artifact_store: ArtifactStore<S>,
}

/// A stage: a run is in it until all its actions have succeeded.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct StageDeclaration<S = Text> {
    /// 1 to 100 characters of `[A-Za-z0-9.@_-]`, unique in the pipeline.
    pub name: String,
    /// The actions: 1 to 50, ordered by [`ActionDeclaration::run_order`].
    pub actions: Vec<ActionDeclaration<S>>,
    /// What must hold before a run enters it.
    pub before_entry: Option<BeforeEntryConditions<S>>,
    /// What must hold before a run that succeeded leaves it.
    pub on_success: Option<SuccessConditions<S>>,
    /// What happens once it has failed; absent means that the run ends.
    pub on_failure: Option<FailureConditions<S>>,
}

/// A variable of a run: `#{variables.NAME}`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct VariableDeclaration<S = Text> {
    /// 1 to 128 characters of `[A-Za-z0-9@_-]`.
    pub name: String,
    /// 1 to 1,000 characters; absent means that whoever starts a run must give a value.
    pub default_value: Option<S>,
    /// At most 200 characters.
    pub description: Option<String>,
}

impl<S: Serialize> Resource for Pipeline<S> {
    const TYPE: &'static ResourceType = PIPELINE;
}

impl<S> Pipeline<S> {
    /// The pipeline's name, once it exists: CloudFormation's `Ref`.
    pub const NAME: Attribute<Self> = Attribute::new("Name");
    /// The pipeline's ARN. It is Frontage's own attribute: CloudFormation has none.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
}

impl Handle<Pipeline> {
    /// A reference to [`Pipeline::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Pipeline::NAME)
    }

    /// A reference to [`Pipeline::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Pipeline::ARN)
    }
}

impl<S> ArtifactStore<S> {
    /// A bucket, encrypted with AWS's own key for S3.
    pub fn s3(location: S) -> Self {
        Self {
            kind: "S3".to_owned(),
            location,
            encryption_key: None,
        }
    }
}

impl<S> StageDeclaration<S> {
    /// A stage without conditions, whose failure ends the run.
    pub fn new(name: impl Into<String>, actions: Vec<ActionDeclaration<S>>) -> Self {
        Self {
            name: name.into(),
            actions,
            before_entry: None,
            on_success: None,
            on_failure: None,
        }
    }
}
