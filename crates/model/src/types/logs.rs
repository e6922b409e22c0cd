//! `AWS::Logs::LogGroup`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "CloudWatch Logs",
    sdk_id: "CloudWatch Logs",
    regions: crate::Regions::All,
};

/// The facts of `AWS::Logs::LogGroup`.
pub const LOG_GROUP: &ResourceType = &ResourceType {
    name: "AWS::Logs::LogGroup",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["LogGroupName"],
    create_only: &["LogGroupName", "LogGroupClass"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: true,
    taggable: true,
    refers_to: &[],
};

/// A log group.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogGroup<S = Text> {
    /// 1 to 512 characters of `[.\-_/#A-Za-z0-9]`. Changing it replaces the group.
    pub log_group_name: String,
    /// Days that events are kept, one of the numbers that AWS allows; absent means for ever.
    pub retention_in_days: Option<i32>,
    /// Absent means `STANDARD`. Changing it would replace the group and lose its logs, which is
    /// refused: "The value of `logGroupClass` can't be changed after a log group is created"
    /// (`CreateLogGroup` in the API reference).
    pub log_group_class: Option<LogGroupClass>,
    /// The KMS key that encrypts new events; absent means the service's own.
    pub kms_key_id: Option<S>,
    /// Whether AWS refuses to delete the group; absent means no.
    pub deletion_protection_enabled: Option<bool>,
}

/// The price and features of a log group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogGroupClass {
    /// All features.
    Standard,
    /// Cheaper to write, without metric filters and live tail.
    InfrequentAccess,
    /// Kept briefly, for delivery elsewhere.
    Delivery,
}

/// The retention periods that AWS allows, in days.
pub const RETENTION_DAYS: &[i32] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

impl<S: Serialize> Resource for LogGroup<S> {
    const TYPE: &'static ResourceType = LOG_GROUP;
}

impl<S> LogGroup<S> {
    /// The group's ARN, without the `:*` that some calls require.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The group's name, once it exists.
    pub const NAME: Attribute<Self> = Attribute::new("LogGroupName");
}

impl Handle<LogGroup> {
    /// A reference to [`LogGroup::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(LogGroup::ARN)
    }

    /// A reference to [`LogGroup::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(LogGroup::NAME)
    }
}
