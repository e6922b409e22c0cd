//! `AWS::Scheduler::ScheduleGroup`.

use serde::{Deserialize, Serialize};

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of this type.
pub const SERVICE: &Service = &Service {
    name: "EventBridge Scheduler",
    sdk_id: "Scheduler",
    regions: crate::Regions::All,
};

/// The facts of `AWS::Scheduler::ScheduleGroup`.
pub const SCHEDULE_GROUP: &ResourceType = &ResourceType {
    name: "AWS::Scheduler::ScheduleGroup",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["Name"],
    create_only: &["Name"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    // Its schedules are made by what runs, and made again by it.
    holds_data: false,
    taggable: true,
    refers_to: &[],
};

/// A group of schedules. Those in it are made while the system runs, are not described, and are deleted
/// with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduleGroup {
    /// 1 to 64 characters of `[0-9a-zA-Z-_.]`. Changing it replaces the group.
    pub name: String,
}

impl Resource for ScheduleGroup {
    const TYPE: &'static ResourceType = SCHEDULE_GROUP;
}

impl ScheduleGroup {
    /// The group's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The group's name.
    pub const NAME: Attribute<Self> = Attribute::new("Name");
}

impl Handle<ScheduleGroup> {
    /// A reference to [`ScheduleGroup::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(ScheduleGroup::ARN)
    }

    /// A reference to [`ScheduleGroup::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(ScheduleGroup::NAME)
    }
}
