//! `AWS::CloudWatch::Alarm` and `AWS::CloudWatch::Dashboard`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "CloudWatch",
    sdk_id: "CloudWatch",
    regions: crate::Regions::All,
};

/// The facts of `AWS::CloudWatch::Alarm`.
pub const ALARM: &ResourceType = &ResourceType {
    name: "AWS::CloudWatch::Alarm",
    service: SERVICE,
    scope: Scope::Stated,
    identity: &["AlarmName", "Region"],
    create_only: &["AlarmName", "Region"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[
        "AWS::SNS::Topic",
        "AWS::Lambda::Function",
        "AWS::SQS::Queue",
        "AWS::Route53::HealthCheck",
    ],
};

/// An alarm on one metric. Alarms on expressions are not described: a live one reads as an alarm
/// without a metric.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Alarm<S = Text> {
    /// 1 to 255 characters. Changing it replaces the alarm.
    pub alarm_name: S,
    /// The Region in which it is, if that is not the system's: `us-east-1`. Absent means the system's.
    /// Changing it replaces the alarm.
    pub region: Option<String>,
    /// What to do about it, up to 1,024 characters.
    pub alarm_description: Option<String>,
    /// The namespace of the metric: `AWS/Lambda`.
    pub namespace: String,
    /// The metric: `Errors`.
    pub metric_name: String,
    /// What the metric is of, in any order.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension<S>>,
    /// `Sum`, `Average`, `Minimum`, `Maximum` or `SampleCount`; or `extended_statistic`.
    pub statistic: Option<String>,
    /// A percentile, `p0` to `p100`, or another of CloudWatch's statistics.
    pub extended_statistic: Option<String>,
    /// Seconds that one data point covers: 10, 20, 30, or a multiple of 60.
    pub period: i32,
    /// The unit of the metric; absent means any.
    pub unit: Option<String>,
    /// How the statistic is compared with the threshold: `GreaterThanThreshold`.
    pub comparison_operator: String,
    /// The value that the statistic is compared with.
    pub threshold: f64,
    /// The number of data points that are looked at.
    pub evaluation_periods: i32,
    /// How many of them must be beyond the threshold; absent means all.
    pub datapoints_to_alarm: Option<i32>,
    /// What a period without data means: `breaching`, `notBreaching`, `ignore` or `missing`; absent
    /// means `missing`.
    pub treat_missing_data: Option<String>,
    /// For percentiles of few samples: `evaluate` or `ignore`; absent means `evaluate`.
    pub evaluate_low_sample_count_percentile: Option<String>,
    /// Whether actions are taken; absent means yes.
    pub actions_enabled: Option<bool>,
    /// The ARNs of the topics and others that are notified in the state `ALARM`.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub alarm_actions: Vec<S>,
    /// Those that are notified in the state `OK`.
    #[serde(
        rename = "OKActions",
        default = "Vec::new",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub ok_actions: Vec<S>,
    /// Those that are notified in the state `INSUFFICIENT_DATA`.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub insufficient_data_actions: Vec<S>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for Alarm {
    fn default() -> Self {
        Self {
            alarm_name: Text::from(""),
            region: None,
            alarm_description: None,
            namespace: String::new(),
            metric_name: String::new(),
            dimensions: Vec::new(),
            statistic: None,
            extended_statistic: None,
            period: 60,
            unit: None,
            comparison_operator: "GreaterThanThreshold".to_owned(),
            threshold: 0.0,
            evaluation_periods: 1,
            datapoints_to_alarm: None,
            treat_missing_data: None,
            evaluate_low_sample_count_percentile: None,
            actions_enabled: None,
            alarm_actions: Vec::new(),
            ok_actions: Vec::new(),
            insufficient_data_actions: Vec::new(),
        }
    }
}

/// One of the names and values that tell the metrics of a name apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension<S = Text> {
    /// `FunctionName`, `QueueName`.
    pub name: String,
    /// The function, the queue.
    pub value: S,
}

impl<S: Serialize> Resource for Alarm<S> {
    const TYPE: &'static ResourceType = ALARM;
}

impl<S> Alarm<S> {
    /// The alarm's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The alarm's name.
    pub const NAME: Attribute<Self> = Attribute::new("AlarmName");
}

impl Handle<Alarm> {
    /// A reference to [`Alarm::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Alarm::ARN)
    }
}

/// The facts of `AWS::CloudWatch::Dashboard`. Dashboards are of no Region. Source: the CloudWatch user
/// guide, `Using Amazon CloudWatch dashboards`.
pub const DASHBOARD: &ResourceType = &ResourceType {
    name: "AWS::CloudWatch::Dashboard",
    service: SERVICE,
    scope: Scope::Account,
    identity: &["DashboardName"],
    create_only: &["DashboardName"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::CloudFront::Distribution",
        "AWS::Lambda::Function",
        "AWS::SQS::Queue",
        "AWS::Route53::HealthCheck",
    ],
};

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Dashboard<S = Text> {
    /// 1 to 255 letters, digits, `-` and `_`, unique in the account. Changing it replaces the dashboard.
    pub dashboard_name: S,
    /// The body as an object with a list `widgets`, which CloudFormation has as a text. Its strings may
    /// be deferred. The CloudWatch API reference, `Dashboard Body Structure and Syntax`, has its shape.
    pub dashboard_body: Value,
}

impl<S: Serialize> Resource for Dashboard<S> {
    const TYPE: &'static ResourceType = DASHBOARD;
}

impl<S> Dashboard<S> {
    /// The dashboard's name.
    pub const NAME: Attribute<Self> = Attribute::new("DashboardName");
}
