//! The calls about groups of schedules.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A group.
const GROUP: &str = "scheduler:{region}:{account}:schedule-group/{name}";

/// The schedules of a group. Its deletion is allowed only with that of its schedules. Source: Service
/// Authorization Reference, "Amazon `EventBridge` Scheduler", dependent actions.
const SCHEDULES: &str = "scheduler:{region}:{account}:schedule/{name}/*";

/// The calls about groups of schedules.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["scheduler:ListScheduleGroups"]),
    Calls::reading(
        GROUP,
        &[
            "scheduler:GetScheduleGroup",
            "scheduler:ListTagsForResource",
        ],
    ),
    Calls::to(&[Create], GROUP, &["scheduler:CreateScheduleGroup"]),
    Calls::to(&[Create, Change], GROUP, &["scheduler:TagResource"]),
    Calls::to(&[Change], GROUP, &["scheduler:UntagResource"]),
    Calls::to(&[Delete], GROUP, &["scheduler:DeleteScheduleGroup"]),
    Calls::to(&[Delete], "*", &["scheduler:ListSchedules"]),
    Calls::to(&[Delete], SCHEDULES, &["scheduler:DeleteSchedule"]),
];
