//! What starts a pipeline.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// Events of a repository that start a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PipelineTriggerDeclaration {
    /// `CodeStarSourceConnection`: a connection to a Git host.
    pub provider_type: String,
    /// The events.
    pub git_configuration: GitConfiguration,
}

/// The events of a Git repository that start a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GitConfiguration {
    /// The source action whose repository it is.
    pub source_action_name: String,
    /// Pushes: at most 3 filters, one of which must match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub push: Vec<PushFilter>,
    /// Pull requests: at most 3 filters, one of which must match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pull_request: Vec<PullRequestFilter>,
}

/// Which pushes: of tags, or of branches and files.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PushFilter {
    /// The branches.
    pub branches: Option<Filter>,
    /// The files that changed.
    pub file_paths: Option<Filter>,
    /// The tags.
    pub tags: Option<Filter>,
}

/// Which pull requests.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PullRequestFilter {
    /// What happened to the pull request; a set, and empty means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<PullRequestEvent>,
    /// The branches that it would be merged into.
    pub branches: Option<Filter>,
    /// The files that changed.
    pub file_paths: Option<Filter>,
}

/// Patterns of names: 1 to 8 each, in any order. What is excluded is so even if it is included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    /// What matches: `main`, `release/*`, `teams/shipping/**`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<String>,
    /// What does not match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excludes: Vec<String>,
}

/// What happened to a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PullRequestEvent {
    /// It was closed or merged.
    Closed,
    /// It was opened.
    Open,
    /// It got another revision.
    Updated,
}

impl PipelineTriggerDeclaration {
    /// Events of the repository of a source action over a connection.
    #[must_use]
    pub fn of_connection(git_configuration: GitConfiguration) -> Self {
        Self {
            provider_type: "CodeStarSourceConnection".to_owned(),
            git_configuration,
        }
    }
}

impl Filter {
    /// What matches one of some patterns.
    pub fn including(patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            includes: patterns.into_iter().map(Into::into).collect(),
            excludes: Vec::new(),
        }
    }
}
