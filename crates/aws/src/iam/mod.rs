//! IAM.

mod limits;
mod role;

pub(super) use role::Roles;
