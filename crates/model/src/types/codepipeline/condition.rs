//! The conditions of a stage, and what happens once it has failed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::Artifact;
use crate::Text;

/// What must hold before a run enters a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct BeforeEntryConditions<S = Text> {
    /// One condition, whose result is [`ConditionResult::Fail`] or [`ConditionResult::Skip`].
    pub conditions: Vec<Condition<S>>,
}

/// What must hold before a run that succeeded leaves a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct SuccessConditions<S = Text> {
    /// One condition, whose result is [`ConditionResult::Fail`] or [`ConditionResult::Rollback`].
    pub conditions: Vec<Condition<S>>,
}

/// What happens once a stage has failed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct FailureConditions<S = Text> {
    /// What happens, if it is not a condition that decides.
    pub result: Option<ConditionResult>,
    /// What is tried again, of [`ConditionResult::Retry`].
    pub retry_configuration: Option<RetryConfiguration>,
    /// One condition that decides what happens.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition<S>>,
}

/// What is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RetryConfiguration {
    /// Which actions.
    pub retry_mode: RetryMode,
}

/// Which actions of a stage are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RetryMode {
    /// All.
    AllActions,
    /// Those that failed.
    FailedActions,
}

/// What happens to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConditionResult {
    /// It ends as failed.
    Fail,
    /// The stage is tried again, once.
    Retry,
    /// The stage goes back to its last run that succeeded.
    Rollback,
    /// The stage is skipped.
    Skip,
}

/// Rules that must all hold.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Condition<S = Text> {
    /// What happens if a rule does not hold.
    pub result: Option<ConditionResult>,
    /// The rules: 1 to 5.
    pub rules: Vec<RuleDeclaration<S>>,
}

/// A rule.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct RuleDeclaration<S = Text> {
    /// 1 to 100 characters of `[A-Za-z0-9.@_-]`.
    pub name: String,
    /// What it looks at.
    pub rule_type_id: RuleTypeId,
    /// The settings of its provider, by name.
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    pub configuration: BTreeMap<String, S>,
    /// The commands of the provider `Commands`: at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// The artifacts that it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_artifacts: Vec<Artifact>,
    /// The ARN of the role that it runs as; absent means the pipeline's.
    pub role_arn: Option<S>,
    /// The Region that it looks at; absent means the pipeline's.
    pub region: Option<String>,
}

/// What a rule looks at.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleTypeId {
    /// `Rule`.
    pub category: String,
    /// `AWS`.
    pub owner: Option<String>,
    /// `CloudWatchAlarm`, `DeploymentWindow`, `VariableCheck`, `LambdaInvoke`, `Commands`.
    pub provider: String,
    /// `1`, for all of AWS's own.
    pub version: Option<String>,
}

impl RuleTypeId {
    /// A rule of AWS's own.
    pub fn aws(provider: impl Into<String>) -> Self {
        Self {
            category: "Rule".to_owned(),
            owner: Some("AWS".to_owned()),
            provider: provider.into(),
            version: Some("1".to_owned()),
        }
    }
}

impl<S> From<ConditionResult> for FailureConditions<S> {
    /// What happens in any case; a retry is one of the actions that failed.
    fn from(result: ConditionResult) -> Self {
        let retry = (result == ConditionResult::Retry).then_some(RetryConfiguration {
            retry_mode: RetryMode::FailedActions,
        });
        Self {
            result: Some(result),
            retry_configuration: retry,
            conditions: Vec::new(),
        }
    }
}
