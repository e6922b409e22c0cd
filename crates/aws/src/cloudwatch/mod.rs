//! Amazon CloudWatch.

mod alarm;
mod client;
mod dashboard;

pub(super) use alarm::Alarms;
pub(super) use dashboard::Dashboards;
