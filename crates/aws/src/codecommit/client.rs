//! CodeCommit in the system's account and Region.

use std::sync::Arc;

use aws_sdk_codecommit::Client;
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

/// The errors of CodeCommit. A new repository may be unknown for as long as the policy says.
/// Source: botocore's model `codecommit`, whose operations name no error that passes.
pub(super) const CODECOMMIT: Consistency = Consistency {
    absent: &[Code("RepositoryDoesNotExistException")],
    passing: &[],
    policy: WaitPolicy::seconds(30),
};

/// CodeCommit in the system's account and Region.
#[derive(Debug)]
pub(super) struct CodeCommitClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl CodeCommitClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The ARN of a repository, which follows from its name.
    pub(super) fn arn(&self, name: &str) -> String {
        self.account.arn("codecommit", name)
    }

    /// The names of the account's repositories that begin as the system's do, read once per run: the
    /// list cannot be narrowed.
    pub(super) async fn names(&self, cache: &ReadCache) -> Result<Arc<Vec<String>>, DriverError> {
        let prefix = format!("{}-", self.account.system());
        cache
            .once("codecommit:ListRepositories", || async {
                let pages = self.sdk.list_repositories().into_paginator().items().send();
                let listed = pages.collect::<Result<Vec<_>, _>>();
                let listed = listed.sent("codecommit:ListRepositories").await?;
                let names = listed.into_iter().filter_map(|one| one.repository_name);
                Ok(names.filter(|name| name.starts_with(&prefix)).collect())
            })
            .await
    }
}

/// The calls name a repository by its ARN.
impl TagCalls for CodeCommitClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let mut tags = Tags::new();
        let mut token = None;
        loop {
            let call = self.sdk.list_tags_for_resource().resource_arn(arn);
            let call = call.set_next_token(token).send();
            let page = CODECOMMIT.found(call.sent("codecommit:ListTagsForResource").await)?;
            let Some(page) = page else { return Ok(None) };
            tags.extend(page.tags.unwrap_or_default());
            token = page.next_token;
            if token.is_none() {
                return Ok(Some(tags));
            }
        }
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let tags = tags.clone().into_iter().collect();
        let call = self.sdk.tag_resource().resource_arn(arn);
        let call = call.set_tags(Some(tags)).send();
        call.done("codecommit:TagResource").await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self.sdk.untag_resource().resource_arn(arn);
        let call = call.set_tag_keys(Some(keys.to_vec())).send();
        call.done("codecommit:UntagResource").await
    }
}
