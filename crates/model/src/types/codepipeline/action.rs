//! The actions of a stage.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// An action.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct ActionDeclaration<S = Text> {
    /// 1 to 100 characters of `[A-Za-z0-9.@_-]`, unique in the stage.
    pub name: String,
    /// What it does.
    pub action_type_id: ActionTypeId,
    /// The settings of its provider, by name: at most 1,000 characters each.
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    pub configuration: BTreeMap<String, S>,
    /// The commands of [`ActionCategory::Compute`]: 1 to 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// Environment variables of [`ActionCategory::Compute`] and of builds: at most 10, in any order.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub environment_variables: Vec<EnvironmentVariable<S>>,
    /// The artifacts that it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_artifacts: Vec<Artifact>,
    /// The artifacts that it makes, whose names are unique in the pipeline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_artifacts: Vec<OutputArtifact>,
    /// The variables that [`ActionCategory::Compute`] exports: at most 15.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_variables: Vec<String>,
    /// The prefix of the variables that it makes, unique in the pipeline: `#{NAMESPACE.NAME}`. 1 to
    /// 100 characters of `[A-Za-z0-9@_-]`.
    pub namespace: Option<String>,
    /// Its place in the stage, 1 to 999: actions with the same number run at the same time; absent
    /// means 1.
    pub run_order: Option<i32>,
    /// The ARN of the role that it runs as; absent means the pipeline's.
    pub role_arn: Option<S>,
    /// The Region that it runs in; absent means the pipeline's.
    pub region: Option<String>,
    /// Minutes that an approval is waited for, 5 to 86,400; absent means seven days. Only for
    /// [`ActionCategory::Approval`].
    pub timeout_in_minutes: Option<i32>,
}

/// What an action does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ActionTypeId {
    /// The kind of action.
    pub category: ActionCategory,
    /// Who made the action: `AWS`, `ThirdParty` or `Custom`.
    pub owner: String,
    /// The service that runs it: `CodeBuild`, `CodeStarSourceConnection`, `Manual`.
    pub provider: String,
    /// `1`, for all of AWS's own.
    pub version: String,
}

/// The kind of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionCategory {
    /// Waits for a person.
    Approval,
    /// Builds.
    Build,
    /// Runs commands.
    Compute,
    /// Deploys.
    Deploy,
    /// Calls a function or another pipeline.
    Invoke,
    /// Provides what the other actions work on.
    Source,
    /// Tests.
    Test,
}

/// An artifact that an action reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Artifact {
    /// 1 to 100 characters of `[A-Za-z0-9_-]`.
    pub name: String,
}

/// An artifact that an action makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OutputArtifact {
    /// 1 to 100 characters of `[A-Za-z0-9_-]`.
    pub name: String,
    /// Which files [`ActionCategory::Compute`] puts into it: at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// An environment variable of an action.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct EnvironmentVariable<S = Text> {
    /// 1 to 128 characters of `[A-Za-z0-9_]`.
    pub name: String,
    /// At most 2,000 characters.
    pub value: S,
    /// What the value is: `PLAINTEXT`, or `SECRETS_MANAGER` for the name of a secret; absent means
    /// `PLAINTEXT`.
    #[serde(rename = "Type")]
    pub kind: Option<String>,
}

impl ActionTypeId {
    /// An action of AWS's own.
    pub fn aws(category: ActionCategory, provider: impl Into<String>) -> Self {
        Self {
            category,
            owner: "AWS".to_owned(),
            provider: provider.into(),
            version: "1".to_owned(),
        }
    }
}

impl<S> ActionDeclaration<S> {
    /// An action without artifacts and settings.
    pub fn new(name: impl Into<String>, action_type_id: ActionTypeId) -> Self {
        Self {
            name: name.into(),
            action_type_id,
            configuration: BTreeMap::new(),
            commands: Vec::new(),
            environment_variables: Vec::new(),
            input_artifacts: Vec::new(),
            output_artifacts: Vec::new(),
            output_variables: Vec::new(),
            namespace: None,
            run_order: None,
            role_arn: None,
            region: None,
            timeout_in_minutes: None,
        }
    }
}

impl Artifact {
    /// The artifact with a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

impl OutputArtifact {
    /// The artifact with a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            files: Vec::new(),
        }
    }
}
