//! CodeArtifact: domains, and the repositories in them.
//!
//! Both carry tags, and each has one policy, which is written with the revision that it replaces:
//! of two writers at once the second is refused, reads again, and writes.

mod domain;
mod limits;
mod repository;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_sdk_codeartifact::Client;
use aws_sdk_codeartifact::types::Tag;
use model::Tags;
use model::types::iam::PolicyDocument;

use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::policy_document::{parse, print};
use crate::kit::tagging;
use crate::kit::wait::{WaitPolicy, retry};
use engine::{DriverError, LiveTags, ReadCache, Selection};

pub(super) use domain::Domains;
pub(super) use repository::Repositories;

/// How long a change may be unseen, or in the way of the next one.
const CONSISTENCY: WaitPolicy = WaitPolicy::seconds(30);

/// What both drivers do.
#[derive(Debug)]
struct CodeArtifact {
    account: Account,
    client: Client,
}

/// A policy as it was read, and the revision that it has.
#[derive(Clone, Debug, PartialEq)]
struct LivePolicy {
    document: PolicyDocument<String>,
    revision: Option<String>,
}

/// Whose policy it is.
#[derive(Clone, Copy, Debug)]
struct PolicyOwner<'n> {
    domain: &'n str,
    repository: Option<&'n str>,
}

impl CodeArtifact {
    fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: Client::new(&account.config("codeartifact")),
        }
    }

    /// The names of the account's domains that begin as the system's do, one call in a reading.
    async fn domain_names(&self, cache: &ReadCache) -> Result<Arc<Vec<String>>, DriverError> {
        let prefix = format!("{}-", self.account.system());
        cache
            .once("codeartifact:ListDomains", || async {
                let pages = self.client.list_domains().into_paginator().items().send();
                let domains = pages
                    .collect::<Result<Vec<_>, _>>()
                    .await
                    .map_err(failed("codeartifact:ListDomains"))?;
                let names = domains.into_iter().filter_map(|domain| domain.name);
                Ok(names.filter(|name| name.starts_with(&prefix)).collect())
            })
            .await
    }

    /// The tags as the index shows them, or from CodeArtifact itself where it does not.
    async fn hinted(&self, arn: &str, cache: &ReadCache) -> Result<LiveTags, DriverError> {
        match tagging::hints(&self.account, cache).await?.tags(arn) {
            Some(tags) => Ok(tags),
            None => Ok(LiveTags::Read(self.tags(arn).await?)),
        }
    }

    /// The tags; none of what is not there.
    async fn tags(&self, arn: &str) -> Result<Tags, DriverError> {
        let answer = self
            .client
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await;
        match answer.map_err(failed("codeartifact:ListTagsForResource")) {
            Err(error) if is_absent(&error) => Ok(Tags::new()),
            answer => Ok(answer?
                .tags
                .unwrap_or_default()
                .into_iter()
                .map(|tag| (tag.key, tag.value))
                .collect()),
        }
    }

    async fn suspects(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        Ok(tagging::hints(&self.account, cache)
            .await?
            .shows("codeartifact", selection))
    }

    /// Takes up what has the name already: an earlier attempt's, whose answer was lost. Somebody
    /// else's is refused with the error that said so.
    async fn take_up(
        &self,
        taken: Option<DriverError>,
        arn: &str,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let Some(error) = taken else { return Ok(()) };
        if !tagging::is_same_resource(&self.tags(arn).await?, tags) {
            return Err(error);
        }
        self.retag(arn, tags, &[]).await
    }

    async fn retag(&self, arn: &str, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        if !remove.is_empty() {
            self.client
                .untag_resource()
                .resource_arn(arn)
                .set_tag_keys(Some(remove.to_vec()))
                .send()
                .sent("codeartifact:UntagResource")
                .await?;
        }
        if !set.is_empty() {
            self.client
                .tag_resource()
                .resource_arn(arn)
                .set_tags(Some(sdk_tags(set)?))
                .send()
                .sent("codeartifact:TagResource")
                .await?;
        }
        Ok(())
    }

    /// The policy; none if there is none, or nothing that has one.
    async fn policy(&self, of: PolicyOwner<'_>) -> Result<Option<LivePolicy>, DriverError> {
        let answer = match of.repository {
            None => {
                let call = self
                    .client
                    .get_domain_permissions_policy()
                    .domain(of.domain);
                let answer = call
                    .send()
                    .sent("codeartifact:GetDomainPermissionsPolicy")
                    .await;
                answer.map(|answer| answer.policy)
            }
            Some(repository) => {
                let call = self
                    .client
                    .get_repository_permissions_policy()
                    .domain(of.domain)
                    .repository(repository);
                let answer = call
                    .send()
                    .sent("codeartifact:GetRepositoryPermissionsPolicy")
                    .await;
                answer.map(|answer| answer.policy)
            }
        };
        match answer {
            Err(error) if is_absent(&error) => Ok(None),
            answer => Ok(answer?.and_then(|policy| {
                let document = parse(policy.document.as_deref()?);
                Some(LivePolicy {
                    document,
                    revision: policy.revision,
                })
            })),
        }
    }

    /// Makes the policy as it should be, whoever writes at the same time.
    async fn set_policy(
        &self,
        of: PolicyOwner<'_>,
        desired: Option<&PolicyDocument<String>>,
    ) -> Result<(), DriverError> {
        retry(CONSISTENCY, is_conflict, || async {
            let live = self.policy(of).await?;
            let revision = live.as_ref().and_then(|policy| policy.revision.clone());
            match desired {
                Some(desired) if live.as_ref().is_some_and(|live| live.document == *desired) => {
                    Ok(())
                }
                Some(desired) => self.put_policy(of, print(desired)?, revision).await,
                None if live.is_none() => Ok(()),
                None => self.delete_policy(of, revision).await,
            }
        })
        .await
    }

    async fn put_policy(
        &self,
        of: PolicyOwner<'_>,
        text: String,
        revision: Option<String>,
    ) -> Result<(), DriverError> {
        match of.repository {
            None => {
                let call = self
                    .client
                    .put_domain_permissions_policy()
                    .domain(of.domain);
                call.policy_document(text)
                    .set_policy_revision(revision)
                    .send()
                    .done("codeartifact:PutDomainPermissionsPolicy")
                    .await
            }
            Some(repository) => {
                let call = self
                    .client
                    .put_repository_permissions_policy()
                    .domain(of.domain)
                    .repository(repository);
                call.policy_document(text)
                    .set_policy_revision(revision)
                    .send()
                    .done("codeartifact:PutRepositoryPermissionsPolicy")
                    .await
            }
        }
    }

    async fn delete_policy(
        &self,
        of: PolicyOwner<'_>,
        revision: Option<String>,
    ) -> Result<(), DriverError> {
        let answer = match of.repository {
            None => {
                let call = self
                    .client
                    .delete_domain_permissions_policy()
                    .domain(of.domain);
                call.set_policy_revision(revision)
                    .send()
                    .done("codeartifact:DeleteDomainPermissionsPolicy")
                    .await
            }
            Some(repository) => {
                let call = self
                    .client
                    .delete_repository_permissions_policy()
                    .domain(of.domain)
                    .repository(repository);
                call.set_policy_revision(revision)
                    .send()
                    .done("codeartifact:DeleteRepositoryPermissionsPolicy")
                    .await
            }
        };
        match answer {
            Err(error) if is_absent(&error) => Ok(()),
            answer => answer,
        }
    }
}

fn is_absent(error: &DriverError) -> bool {
    error.is("ResourceNotFoundException")
}

/// The name is taken, or somebody else wrote at the same time, or something is in the way of a
/// deletion.
fn is_conflict(error: &DriverError) -> bool {
    error.is("ConflictException")
}

fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let tags = tags.iter().map(tag).collect::<Result<_, _>>();
    tags.map_err(|error| DriverError::internal(format!("a tag is incomplete ({error})")))
}
