//! Amazon SNS.

mod client;
mod subscription;
mod topic;

pub(super) use subscription::Subscriptions;
pub(super) use topic::Topics;
