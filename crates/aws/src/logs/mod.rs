//! CloudWatch Logs.

mod log_group;

pub(super) use log_group::LogGroups;
