//! The pipelines of the teams, from a commit to a release: the stack `ci/TEAM` for each team that has
//! one, and the stack `pipelines` with what they share.
//!
//! A pipeline is `CodePipeline`'s and `CodeBuild`'s, or the CI service of the repository's host runs the
//! same steps; then the stack is a role that the service's identity tokens can assume. In both cases
//! the steps have that one role, which can publish to the team's own site and read packages.
//!
//! A stack `ci/TEAM` refers to the team's own stack, and to `pipelines`.

mod buildspec;
mod codepipeline;
mod export;
mod github;
mod gitlab;
mod role;
mod shared;
mod source;
mod steps;
mod yaml;

use model::{Graph, StackName, physical_name};

pub use buildspec::buildspec;
pub use export::{Place, export};
pub use shared::STACK as SHARED_STACK;
pub(crate) use shared::{Shared, is_shared};
pub use steps::{DOMAIN_VARIABLE, FOLDER_VARIABLE, STEPS, Step, Variables, canary_variables};

use crate::description::{System, Team};
use crate::sites::Site;

/// The first part of the stack's name, which only pipelines' stacks have. The names of roles contain
/// it, and have at most 64 characters.
const PREFIX: &str = "ci/";

/// The last part of the name of the role that the steps have, without the Region.
const STEPS_ROLE: &str = "make";

/// The same of the role that they have for a pull request.
const PREVIEW_ROLE: &str = "show";

/// The stack's name.
#[must_use]
pub fn stack_name(team: &str) -> StackName {
    StackName::new(format!("{PREFIX}{team}"))
}

/// The name of the team whose pipeline's stack it is; `None` for other stacks.
#[must_use]
pub fn team_name(stack: &StackName) -> Option<&str> {
    stack.as_str().strip_prefix(PREFIX)
}

/// The pipeline of releases in a team's stack, which may have one of previews too.
pub(crate) const RELEASES: &str = "pipeline";

/// The last part of the name of the project that builds a team's releases.
const BUILDS: &str = "build";

/// The name of the project in `CodeBuild` that builds a team's releases.
#[must_use]
pub fn project_name(system: &str, team: &str) -> String {
    physical_name(system, &stack_name(team), BUILDS)
}

/// The name of the pipeline of a team's releases in `CodePipeline`.
#[must_use]
pub fn pipeline_name(system: &str, team: &str) -> String {
    physical_name(system, &stack_name(team), RELEASES)
}

/// The name of a role of a team's pipeline.
fn role_name(system: &System, team: &Team, role: &str, region: &str) -> String {
    let stack = stack_name(team.name.as_str());
    let name = physical_name(system.name.as_str(), &stack, role);
    format!("{name}-{region}")
}

/// Adds the stack of a team's pipeline to the graph, if it has one.
pub(crate) fn add(graph: &mut Graph, system: &System, team: &Team, site: &Site, shared: &Shared) {
    let Some(pipeline) = &team.pipeline else {
        return;
    };
    let stack = &mut graph.stack(stack_name(team.name.as_str()));
    match pipeline.ci() {
        Some(ci) => role::add_for_ci(stack, system, (team, pipeline), ci, site, shared),
        None => codepipeline::add(stack, system, (team, pipeline), site, shared),
    }
}
