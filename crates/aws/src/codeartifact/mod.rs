//! CodeArtifact: domains, and the repositories and package groups in them.

mod client;
mod domain;
mod limits;
mod package_group;
mod repository;

pub(super) use domain::Domains;
pub(super) use package_group::PackageGroups;
pub(super) use repository::Repositories;
