//! `AWS::CodeBuild::Project` and `AWS::CodeBuild::ReportGroup`.

mod environment;
mod logs;
mod report_group;
mod source;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

pub use self::environment::{Environment, EnvironmentVariable, RegistryCredential};
pub use self::logs::{CloudWatchLogs, LogsConfig, S3Logs, Status};
pub use self::report_group::{REPORT_GROUP, ReportGroup};
pub use self::source::{Artifacts, Cache, GitSubmodulesConfig, Source, SourceAuth};
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "CodeBuild",
    sdk_id: "CodeBuild",
    regions: crate::Regions::All,
};

/// The facts of `AWS::CodeBuild::Project`.
pub const PROJECT: &ResourceType = &ResourceType {
    name: "AWS::CodeBuild::Project",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["Name"],
    create_only: &["Name"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    // Its builds and their logs outlive it (`DeleteProject` in the API reference).
    holds_data: false,
    taggable: true,
    refers_to: &[
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::CodeArtifact::Repository",
        "AWS::CodeBuild::ReportGroup",
        "AWS::CloudFront::Distribution",
    ],
};

/// A build project. What it can also have (a VPC, file systems, further sources and artifacts,
/// batches, a fleet, a
/// webhook, a badge, builds that everyone sees) is not described, and is left as it is.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Project<S = Text> {
    /// 2 to 150 characters of `[A-Za-z0-9_-]`, beginning with a letter or digit. Changing it
    /// replaces the project.
    pub name: String,
    /// At most 255 characters.
    pub description: Option<String>,
    /// The ARN of the role that builds run as.
    pub service_role: S,
    /// What is built, and how.
    pub source: Source<S>,
    /// The revision that is built, unless whoever starts a build names one; absent means the newest.
    pub source_version: Option<S>,
    /// What becomes of what was built.
    pub artifacts: Artifacts<S>,
    /// The machine that builds.
    pub environment: Environment<S>,
    /// What is kept for the next build; absent means nothing.
    pub cache: Option<Cache<S>>,
    /// Where a build's output goes; absent means to CloudWatch Logs, to `/aws/codebuild/NAME`.
    pub logs_config: Option<LogsConfig<S>>,
    /// The KMS key that artifacts are encrypted with; absent means AWS's own key for S3.
    pub encryption_key: Option<S>,
    /// Minutes that a build may take, 5 to 2,160; absent means 60.
    pub timeout_in_minutes: Option<i32>,
    /// Minutes that a build may wait to start, 5 to 480; absent means 480.
    pub queued_timeout_in_minutes: Option<i32>,
    /// How many builds may run at the same time; absent means as many as the account may.
    pub concurrent_build_limit: Option<i32>,
    /// How often a build that failed is tried again; absent means 0.
    pub auto_retry_limit: Option<i32>,
}

impl<S: Serialize> Resource for Project<S> {
    const TYPE: &'static ResourceType = PROJECT;
}

impl<S> Project<S> {
    /// The project's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The project's name, once it exists: CloudFormation's `Ref`.
    pub const NAME: Attribute<Self> = Attribute::new("Name");
}

impl Handle<Project> {
    /// A reference to [`Project::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Project::ARN)
    }

    /// A reference to [`Project::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Project::NAME)
    }
}

impl<S> Project<S> {
    /// A project that a pipeline runs: it gets what it builds from there and leaves what it made
    /// there. The buildspec is YAML, or the path of a file in the source; absent means
    /// `buildspec.yml`.
    pub fn of_pipeline(
        name: impl Into<String>,
        service_role: S,
        build_spec: Option<S>,
        environment: Environment<S>,
    ) -> Self {
        Self {
            name: name.into(),
            description: None,
            service_role,
            source: Source {
                build_spec,
                ..Source::of("CODEPIPELINE")
            },
            source_version: None,
            artifacts: Artifacts::of("CODEPIPELINE"),
            environment,
            cache: None,
            logs_config: None,
            encryption_key: None,
            timeout_in_minutes: None,
            queued_timeout_in_minutes: None,
            concurrent_build_limit: None,
            auto_retry_limit: None,
        }
    }
}
