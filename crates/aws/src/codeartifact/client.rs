//! The client of CodeArtifact: what domains, repositories and package groups have in common, and the
//! errors that pass.
//!
//! All have tags. Domains and repositories have one policy each, which is written with the revision
//! that it replaces: of two concurrent writers the second is refused, reads again, and writes.

use std::sync::Arc;

use aws_sdk_codeartifact::Client;
use aws_sdk_codeartifact::types::{ResourcePolicy, Tag};
use engine::{DriverError, LiveTags, ReadCache};
use model::types::iam::PolicyDocument;
use model::{Owner, Tags};

use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::consistency::{Consistency, Error};
use crate::kit::ownership::adopt;
use crate::kit::policy_document::{parse, print};
use crate::kit::tag_store::TagCalls;
use crate::kit::tagging;
use crate::kit::wait::WaitPolicy;

/// CodeArtifact's errors. A change may not be seen, or may prevent the next one, for as long as the
/// policy says.
pub(super) const CODEARTIFACT: Consistency = Consistency {
    absent: &[Error::Code("ResourceNotFoundException")],
    // Another writer was first, or a repository that was just deleted is still in its domain.
    passing: &[Error::Code(CONFLICT)],
    policy: WaitPolicy::seconds(30),
};

/// Also the code of a name that is taken.
const CONFLICT: &str = "ConflictException";

/// Reads and writes what the types have in common.
#[derive(Debug)]
pub(super) struct CodeArtifactClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

/// A policy as it was read, with its revision.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LivePolicy {
    pub(super) document: PolicyDocument<String>,
    revision: Option<String>,
}

/// A domain, or a repository in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct PolicyOwner<'n> {
    pub(super) domain: &'n str,
    pub(super) repository: Option<&'n str>,
}

impl CodeArtifactClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The names of the repositories in a domain; none if it does not exist.
    pub(super) async fn repositories(&self, domain: &str) -> Result<Vec<String>, DriverError> {
        let call = self.sdk.list_repositories_in_domain().domain(domain);
        let pages = call.into_paginator().items().send();
        let answer = pages.collect::<Result<Vec<_>, _>>().await;
        let answer = answer.map_err(failed("codeartifact:ListRepositoriesInDomain"));
        let repositories = CODEARTIFACT.or_empty(answer)?.into_iter();
        Ok(repositories
            .filter_map(|repository| repository.name)
            .collect())
    }

    /// The names of the account's domains that begin as the system's do, with one call per run.
    pub(super) async fn domain_names(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<String>>, DriverError> {
        let prefix = format!("{}-", self.account.system());
        cache
            .once("codeartifact:ListDomains", || async {
                let pages = self.sdk.list_domains().into_paginator().items().send();
                let domains = pages
                    .collect::<Result<Vec<_>, _>>()
                    .await
                    .map_err(failed("codeartifact:ListDomains"))?;
                let names = domains.into_iter().filter_map(|domain| domain.name);
                Ok(names.filter(|name| name.starts_with(&prefix)).collect())
            })
            .await
    }

    /// The tags as the index shows them, or from CodeArtifact itself if it does not; `None` if what has
    /// the ARN was deleted meanwhile.
    pub(super) async fn hinted(
        &self,
        arn: &str,
        cache: &ReadCache,
    ) -> Result<Option<LiveTags>, DriverError> {
        match tagging::hints(&self.account, cache).await?.tags(arn) {
            Some(tags) => Ok(Some(tags)),
            None => Ok(self.known(arn).await?.map(LiveTags::Read)),
        }
    }

    /// Adopts the domain, repository or package group whose name a create call found taken.
    pub(super) async fn adopt(
        &self,
        taken: Option<DriverError>,
        arn: &str,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let Some(refused) = taken else { return Ok(()) };
        adopt(&self.tags(arn).await?, owner, refused)?;
        self.tag(arn, tags).await
    }

    /// The policy; `None` if there is none, or its owner does not exist.
    pub(super) async fn policy(
        &self,
        of: PolicyOwner<'_>,
    ) -> Result<Option<LivePolicy>, DriverError> {
        let answer = match of.repository {
            None => self
                .sdk
                .get_domain_permissions_policy()
                .domain(of.domain)
                .send()
                .sent("codeartifact:GetDomainPermissionsPolicy")
                .await
                .map(|answer| answer.policy),
            Some(repository) => self
                .sdk
                .get_repository_permissions_policy()
                .domain(of.domain)
                .repository(repository)
                .send()
                .sent("codeartifact:GetRepositoryPermissionsPolicy")
                .await
                .map(|answer| answer.policy),
        };
        let live = |policy: ResourcePolicy| {
            Some(LivePolicy {
                document: parse(policy.document.as_deref()?),
                revision: policy.revision,
            })
        };
        Ok(CODEARTIFACT.or_empty(answer)?.and_then(live))
    }

    /// Brings the policy to the desired state, even with a concurrent writer.
    pub(super) async fn set_policy(
        &self,
        of: PolicyOwner<'_>,
        desired: Option<&PolicyDocument<String>>,
    ) -> Result<(), DriverError> {
        CODEARTIFACT
            .write(|| async {
                let live = self.policy(of).await?;
                if live.as_ref().map(|live| &live.document) == desired {
                    return Ok(());
                }
                let revision = live.and_then(|policy| policy.revision);
                match desired {
                    Some(desired) => self.put_policy(of, print(desired)?, revision).await,
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
                self.sdk
                    .put_domain_permissions_policy()
                    .domain(of.domain)
                    .policy_document(text)
                    .set_policy_revision(revision)
                    .send()
                    .done("codeartifact:PutDomainPermissionsPolicy")
                    .await
            }
            Some(repository) => {
                self.sdk
                    .put_repository_permissions_policy()
                    .domain(of.domain)
                    .repository(repository)
                    .policy_document(text)
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
        CODEARTIFACT.or_empty(match of.repository {
            None => {
                self.sdk
                    .delete_domain_permissions_policy()
                    .domain(of.domain)
                    .set_policy_revision(revision)
                    .send()
                    .done("codeartifact:DeleteDomainPermissionsPolicy")
                    .await
            }
            Some(repository) => {
                self.sdk
                    .delete_repository_permissions_policy()
                    .domain(of.domain)
                    .repository(repository)
                    .set_policy_revision(revision)
                    .send()
                    .done("codeartifact:DeleteRepositoryPermissionsPolicy")
                    .await
            }
        })
    }
}

impl TagCalls for CodeArtifactClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.list_tags_for_resource().resource_arn(arn);
        let answer = call.send().sent("codeartifact:ListTagsForResource").await;
        let found = CODEARTIFACT.found(answer)?;
        let tags = found.map(|found| found.tags.unwrap_or_default().into_iter());
        Ok(tags.map(|tags| tags.map(|tag| (tag.key, tag.value)).collect()))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        self.sdk
            .tag_resource()
            .resource_arn(arn)
            .set_tags(Some(sdk_tags(tags)?))
            .send()
            .done("codeartifact:TagResource")
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        self.sdk
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .done("codeartifact:UntagResource")
            .await
    }
}

/// The error of a create call that found its name taken, if it did.
pub(super) fn taken(created: Result<(), DriverError>) -> Result<Option<DriverError>, DriverError> {
    match created {
        Err(error) if error.is(CONFLICT) => Ok(Some(error)),
        created => created.map(|()| None),
    }
}

/// Tags in the SDK's types.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    let tags = tags.iter().map(tag).collect::<Result<_, _>>();
    tags.map_err(|error| DriverError::internal(format!("a tag is incomplete ({error})")))
}
