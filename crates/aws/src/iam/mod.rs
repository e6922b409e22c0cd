//! AWS IAM.

mod client;
mod role;

pub(super) use role::Roles;
