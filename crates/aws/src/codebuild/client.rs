//! CodeBuild in the system's account and Region.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_codebuild::Client;
use aws_sdk_codebuild::types::{Project, Tag};
use engine::{DriverError, ReadCache};
use futures_util::future::try_join_all;
use model::Tags;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::{Code, Message};
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

/// The most projects that `BatchGetProjects` describes. Source: botocore's model `codebuild`.
const BATCH: usize = 100;

/// The errors of CodeBuild. `BatchGetProjects` answers without an error for what does not exist, and
/// so does `DeleteProject`.
///
/// A new role mostly takes some seconds to be known. CodeBuild has one code for all invalid input, so
/// the message decides; if the role's trust is wrong, the error stays. Source of the words:
/// terraform-provider-aws, `internal/service/codebuild/project.go`, which waits as long.
pub(super) const CODEBUILD: Consistency = Consistency {
    absent: &[Code("ResourceNotFoundException")],
    passing: &[Message(
        "InvalidInputException",
        "CodeBuild is not authorized to perform",
    )],
    policy: WaitPolicy::seconds(300),
};

/// Projects by their names.
pub(super) type ProjectsByName = BTreeMap<String, Project>;

/// CodeBuild in the system's account and Region.
#[derive(Debug)]
pub(super) struct CodeBuildClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl CodeBuildClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The prefix of the names of the system's projects.
    pub(super) fn prefix(&self) -> String {
        format!("{}-", self.account.system())
    }

    pub(super) fn arn(&self, name: &str) -> String {
        self.account.arn("codebuild", &format!("project/{name}"))
    }

    /// The projects whose names have the system's prefix: in a run, one call per hundred projects of
    /// the account for their names, and one per hundred of the system.
    pub(super) async fn of_system(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<ProjectsByName>, DriverError> {
        cache
            .once("codebuild:ListProjects", || async {
                let names = self.names().await?;
                let batches = try_join_all(names.chunks(BATCH).map(|names| self.batch(names)));
                let projects = batches.await?.into_iter().flatten();
                Ok(projects
                    .filter_map(|project| Some((project.name.clone()?, project)))
                    .collect())
            })
            .await
    }

    async fn names(&self) -> Result<Vec<String>, DriverError> {
        let prefix = self.prefix();
        let pages = self.sdk.list_projects().into_paginator().items().send();
        let names = pages.collect::<Result<Vec<_>, _>>();
        let mut names = names.sent("codebuild:ListProjects").await?;
        names.retain(|name| name.starts_with(&prefix));
        Ok(names)
    }

    async fn batch(&self, names: &[String]) -> Result<Vec<Project>, DriverError> {
        let call = self.sdk.batch_get_projects();
        let call = call.set_names(Some(names.to_vec())).send();
        let found = call.sent("codebuild:BatchGetProjects").await?;
        Ok(found.projects.unwrap_or_default())
    }

    /// The project of a name as it is now, or `None` if there is none.
    pub(super) async fn project(&self, name: &str) -> Result<Option<Project>, DriverError> {
        let found = self.batch(&[name.to_owned()]).await?;
        let mut found = found.into_iter();
        Ok(found.find(|project| project.name() == Some(name)))
    }

    /// Writes all tags of a project: there is no call for single ones.
    async fn set_tags(&self, name: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self.sdk.update_project().name(name);
        let call = call.set_tags(Some(sdk_tags(tags)));
        CODEBUILD
            .write(|| call.clone().send().done("codebuild:UpdateProject"))
            .await
    }
}

/// The tags of a project.
pub(super) fn tags(project: &Project) -> Tags {
    let tags = project.tags().iter();
    tags.filter_map(|tag| Some((tag.key.clone()?, tag.value.clone()?)))
        .collect()
}

/// Tags in the form of the calls.
pub(super) fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let pairs = tags.iter();
    pairs
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// The calls name a project by its name. A write replaces all tags, so those that are there are read
/// first.
impl TagCalls for CodeBuildClient {
    async fn known(&self, name: &str) -> Result<Option<Tags>, DriverError> {
        Ok(self.project(name).await?.as_ref().map(self::tags))
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), DriverError> {
        let mut all = self.tags(name).await?;
        all.extend(tags.clone());
        self.set_tags(name, &all).await
    }

    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), DriverError> {
        let mut all = self.tags(name).await?;
        all.retain(|key, _| !keys.contains(key));
        self.set_tags(name, &all).await
    }
}
