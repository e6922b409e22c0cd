//! AWS CodeBuild.

mod client;
mod project;
mod report_group;

pub(super) use project::Projects;
pub(super) use report_group::ReportGroups;
