//! How the teams' pipelines stand.

use aws::Account;
use futures_util::future::join_all;
use serde::Serialize;
use stacks::pipeline::pipeline_name;

use super::Seen;
use crate::pipeline::{Latest, PipelineError, Service};

/// A team's pipeline in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pipeline {
    /// The team.
    pub team: String,
    /// Its newest run, and what waits for a person.
    pub latest: Seen<Latest>,
}

/// The pipelines of these teams that exist: two calls each at most.
pub async fn pipelines(account: &Account, teams: &[String]) -> Vec<Pipeline> {
    let looks = teams.iter().map(|team| look(account, team));
    join_all(looks).await.into_iter().flatten().collect()
}

/// The pipeline of a team; `None` if there is none, or if the host of the repository runs the steps.
async fn look(account: &Account, team: &str) -> Option<Pipeline> {
    let service = Service::new(account, pipeline_name(account.system(), team));
    let latest = match service.latest().await {
        Ok(latest) => Seen::Read(latest),
        Err(PipelineError::NoPipeline(_)) => return None,
        Err(PipelineError::Aws(error)) => Seen::unread(&error),
        Err(error) => Seen::Failed(error.to_string()),
    };
    let team = team.to_owned();
    Some(Pipeline { team, latest })
}
