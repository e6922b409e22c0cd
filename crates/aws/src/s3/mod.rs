//! Amazon S3.

mod bucket;
mod client;
mod object;
mod policy;
mod records;

pub(super) use bucket::Buckets;
pub(super) use object::Objects;
pub(super) use policy::Policies;
