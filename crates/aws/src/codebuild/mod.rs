//! AWS CodeBuild.

mod client;
mod project;

pub(super) use project::Projects;
