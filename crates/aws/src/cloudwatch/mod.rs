//! Amazon CloudWatch.

mod alarm;
mod client;

pub(super) use alarm::Alarms;
