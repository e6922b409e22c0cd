//! IAM.

mod limits;
mod policy_document;
mod role;

pub(super) use role::Roles;
