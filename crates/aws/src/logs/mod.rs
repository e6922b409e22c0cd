//! Amazon CloudWatch Logs.

mod client;
mod log_group;

pub(super) use log_group::LogGroups;
