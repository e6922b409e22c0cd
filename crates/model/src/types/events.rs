//! `AWS::Events::Rule`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of this type.
pub const SERVICE: &Service = &Service {
    name: "EventBridge",
    sdk_id: "EventBridge",
    regions: crate::Regions::All,
};

/// The facts of `AWS::Events::Rule`.
pub const RULE: &ResourceType = &ResourceType {
    name: "AWS::Events::Rule",
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
        "AWS::SQS::Queue",
        "AWS::SNS::Topic",
        "AWS::Lambda::Function",
        "AWS::CodeCommit::Repository",
        "AWS::CodePipeline::Pipeline",
    ],
};

/// A rule of the account's default event bus: what to do at an event, or at a time.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Rule<S = Text> {
    /// 1 to 64 characters of `[A-Za-z0-9._-]`, unique on the bus. Changing it replaces the rule.
    pub name: String,
    /// At most 512 characters.
    pub description: Option<String>,
    /// Which events it matches, in EventBridge's format; a deferred text in it is written as
    /// [`Text`] serialises. A rule has a pattern, a schedule, or both.
    pub event_pattern: Option<Value>,
    /// When it runs: `rate(5 minutes)`, `cron(0 20 * * ? *)`, in UTC.
    pub schedule_expression: Option<String>,
    /// `ENABLED`, `DISABLED` or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`; absent means
    /// `ENABLED`.
    pub state: Option<String>,
    /// The ARN of the role that EventBridge assumes for targets that have none of their own; absent
    /// means as it is.
    pub role_arn: Option<S>,
    /// What it invokes: a set by id, at most 5.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target<S>>,
}

/// What a rule invokes. Targets need the role that EventBridge assumes, or a policy of their own
/// that admits it, as topics, queues and functions have.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Target<S = Text> {
    /// 1 to 64 characters of `[A-Za-z0-9._-]`, unique in the rule.
    pub id: String,
    /// The ARN of the pipeline, the topic, the queue, the function.
    pub arn: S,
    /// The ARN of the role that EventBridge assumes.
    pub role_arn: Option<S>,
    /// A constant JSON text instead of the event.
    pub input: Option<S>,
    /// The part of the event that is passed, as a `JSONPath`.
    pub input_path: Option<String>,
    /// A text made from parts of the event.
    pub input_transformer: Option<InputTransformer<S>>,
    /// The queue of events that could not be delivered.
    pub dead_letter_config: Option<DeadLetterConfig<S>>,
    /// How long and how often delivery is tried; absent means 24 hours and 185 times.
    pub retry_policy: Option<RetryPolicy>,
}

/// A text made from parts of the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct InputTransformer<S = Text> {
    /// Names to `JSONPath`s of the event, at most 100.
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    pub input_paths_map: BTreeMap<String, String>,
    /// The text, with names as `<name>`; a JSON text in quotes, or an object. At most 8,192
    /// characters.
    pub input_template: S,
}

/// The queue of events that could not be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeadLetterConfig<S = Text> {
    /// The ARN of a standard queue.
    pub arn: S,
}

/// How long and how often delivery is tried.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RetryPolicy {
    /// Seconds, 60 to 86,400; absent means 86,400.
    pub maximum_event_age_in_seconds: Option<i32>,
    /// 0 to 185; absent means 185.
    pub maximum_retry_attempts: Option<i32>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for Rule {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: None,
            event_pattern: None,
            schedule_expression: None,
            state: None,
            role_arn: None,
            targets: Vec::new(),
        }
    }
}

impl<S> Target<S> {
    /// A target that gets the event as it is.
    pub fn new(id: impl Into<String>, arn: S) -> Self {
        Self {
            id: id.into(),
            arn,
            role_arn: None,
            input: None,
            input_path: None,
            input_transformer: None,
            dead_letter_config: None,
            retry_policy: None,
        }
    }
}

impl<S: Serialize> Resource for Rule<S> {
    const TYPE: &'static ResourceType = RULE;
}

impl<S> Rule<S> {
    /// The rule's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
}

impl Handle<Rule> {
    /// A reference to [`Rule::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Rule::ARN)
    }
}
