//! The stack `pipelines`: what the pipelines share. The connection to the Git host, and the identity
//! providers of CI services, of which an account has one each.

use std::collections::BTreeMap;

use model::types::codeconnections;
use model::types::iam::OidcProvider;
use model::{Graph, StackName, Text};

use super::export::GITLAB_AUDIENCE;
use crate::description::{Ci, Connection, System};

/// The stack's name.
pub const STACK: &str = "pipelines";

/// What the pipelines share.
pub(crate) struct Shared {
    /// The ARN of the connection, if there is one.
    pub(super) connection: Option<Text>,
    providers: BTreeMap<Ci, Text>,
}

impl Shared {
    /// The ARN of the identity provider of a CI service: the system's own, or the account's.
    pub(super) fn provider(&self, ci: Ci) -> Text {
        let own = self.providers.get(&ci).cloned();
        own.unwrap_or_else(|| OidcProvider::arn_in_account(ci.issuer()))
    }

    /// Adds the stack to the graph, if it has resources.
    pub(crate) fn add(graph: &mut Graph, system: &System) -> Self {
        let existing = match &system.pipelines.connection {
            Some(Connection::Existing(arn)) => Some(Text::from(arn.as_str())),
            _ => None,
        };
        let mut shared = Self {
            connection: existing,
            providers: BTreeMap::new(),
        };
        if !is_shared(system) {
            return shared;
        }
        let stack = &mut graph.stack(StackName::new(STACK));
        if let Some(Connection::New(host)) = &system.pipelines.connection {
            let connection = codeconnections::Connection {
                connection_name: stack.physical_prefix(),
                provider_type: Some((*host).to_owned()),
                host_arn: None,
            };
            shared.connection = Some(stack.add("connection", connection).arn());
        }
        for ci in &system.pipelines.identity_providers {
            let provider = OidcProvider {
                url: ci.issuer().to_owned(),
                client_id_list: vec![Text::from(ci.audience())],
                thumbprint_list: None,
            };
            let provider = stack.add(ci.as_str(), provider);
            shared.providers.insert(*ci, provider.arn());
        }
        shared
    }
}

/// Whether the stack has resources.
pub(crate) fn is_shared(system: &System) -> bool {
    let pipelines = &system.pipelines;
    let connects = matches!(pipelines.connection, Some(Connection::New(_)));
    connects || !pipelines.identity_providers.is_empty()
}

impl Ci {
    /// The issuer of its identity tokens.
    pub(super) fn issuer(self) -> &'static str {
        match self {
            Self::GitHub => "https://token.actions.githubusercontent.com",
            Self::GitLab => "https://gitlab.com",
        }
    }

    /// The audience of its identity tokens, by which it asks for one that AWS accepts.
    pub(super) fn audience(self) -> &'static str {
        match self {
            Self::GitHub => "sts.amazonaws.com",
            Self::GitLab => GITLAB_AUDIENCE,
        }
    }

    /// The subject of its identity tokens for a branch of a repository. Sources: GitHub's "`OpenID`
    /// Connect reference", "Example subject claims"; GitLab's "`OpenID` Connect (OIDC) Authentication
    /// Using ID Tokens".
    pub(super) fn subject(self, repository: &str, branch: &str) -> String {
        match self {
            Self::GitHub => format!("repo:{repository}:ref:refs/heads/{branch}"),
            Self::GitLab => format!("project_path:{repository}:ref_type:branch:ref:{branch}"),
        }
    }

    /// The pattern of the subjects for pull requests within a repository: GitLab names the branch that
    /// is to be merged. A fork is another repository, or gets no tokens.
    pub(super) fn subject_of_requests(self, repository: &str) -> String {
        match self {
            Self::GitHub => format!("repo:{repository}:pull_request"),
            Self::GitLab => format!("project_path:{repository}:ref_type:branch:ref:*"),
        }
    }
}
