//! AWS CodeCommit.

mod client;
mod repository;

pub(super) use repository::Repositories;
