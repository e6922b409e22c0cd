//! CodeArtifact: domains, and the repositories in them.

mod client;
mod domain;
mod limits;
mod repository;

pub(super) use domain::Domains;
pub(super) use repository::Repositories;
