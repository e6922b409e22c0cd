//! The steps as the files of CI services.

use super::{github, gitlab, role_name};
use crate::description::{Ci, Pipeline, Source, System, Team};

/// The audience of GitLab's identity tokens. The trust policies of the roles require it.
pub(super) const GITLAB_AUDIENCE: &str = "sts.amazonaws.com";

/// Where a system is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The account's 12 digits.
    pub account: String,
    /// The Region.
    pub region: String,
}

impl Place {
    /// The ARN of a role of a team's pipeline.
    pub(super) fn role(&self, system: &System, team: &Team, role: &str) -> String {
        let partition = match &self.region {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let path = system.functions.role_path.as_deref().unwrap_or("/");
        let name = role_name(system, team, role, &self.region);
        format!("arn:{partition}:iam::{}:role{path}{name}", self.account)
    }
}

/// The file of a CI service for a team. Its place in the repository is the service's own.
#[must_use]
pub fn export(system: &System, team: &Team, ci: Ci, place: &Place) -> String {
    let described = team.pipeline.clone();
    let pipeline = described.unwrap_or_else(|| Pipeline {
        source: Source::Ci(ci, String::new()),
        branch: system.pipelines.branch.clone(),
        paths: Vec::new(),
        folder: None,
        previews: system.pipelines.previews,
        approval: false,
        canary: system.pipelines.canary.clone(),
    });
    match ci {
        Ci::GitHub => github::workflow(system, team, &pipeline, place),
        Ci::GitLab => gitlab::jobs(system, team, &pipeline, place),
    }
}
