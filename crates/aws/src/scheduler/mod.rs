//! Amazon `EventBridge` Scheduler.

mod client;
mod schedule_group;

pub(super) use schedule_group::ScheduleGroups;
