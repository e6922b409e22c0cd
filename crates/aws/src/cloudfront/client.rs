//! CloudFront's client: tags, lists by pages, and the errors that pass.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{DistributionSummary, Tag, TagKeys, Tags as SdkTags};
use engine::{DriverError, ReadCache};
use model::Tags;
use tokio::time::Instant;

use super::convert::built;
use super::shared::Shared;
use crate::kit::call::Call as _;
use crate::kit::consistency::{Consistency, Error};
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::{WaitPolicy, until};
use crate::{Account, failed};

const ABSENT: &[Error] = &[
    Error::Code("NoSuchCachePolicy"),
    Error::Code("NoSuchDistribution"),
    Error::Code("NoSuchFunctionExists"),
    Error::Code("NoSuchOriginAccessControl"),
    Error::Code("NoSuchResource"),
    Error::Code("NoSuchResponseHeadersPolicy"),
];

/// A write's only passing error is that of an older version ([`from_version`]).
pub(super) const WRITES: Consistency = Consistency {
    absent: ABSENT,
    passing: &[],
    policy: WaitPolicy::seconds(60),
};

/// Deletions also pass once no distribution uses the resource: for minutes after it was changed. So
/// they are made with [`Consistency::delete_unused`] and [`CloudFrontClient::users`].
pub(super) const DELETIONS: Consistency = Consistency {
    absent: ABSENT,
    passing: &[
        Error::Code("CachePolicyInUse"),
        Error::Code("FunctionInUse"),
        Error::Code("OriginAccessControlInUse"),
        Error::Code("ResponseHeadersPolicyInUse"),
    ],
    policy: WaitPolicy {
        first: Duration::from_secs(2),
        longest: Duration::from_secs(20),
        within: Duration::from_mins(30),
    },
};

/// Writes of a distribution also pass once CloudFront sees that its certificate was issued, and
/// once an earlier change of its certificate is done.
///
/// Both codes have other meanings, which stay: a certificate that does not cover an alias, a change
/// that a continuous deployment forbids. Sources of the messages: hashicorp/terraform-provider-aws
/// issue 13489, hashicorp/terraform issue 13495.
pub(super) const DISTRIBUTION_WRITES: Consistency = Consistency {
    absent: ABSENT,
    passing: &[
        Error::Message(
            "InvalidViewerCertificate",
            "specified SSL certificate doesn't exist",
        ),
        Error::Message(
            "IllegalUpdate",
            "Only one viewer certificate change may be in progress",
        ),
    ],
    policy: WaitPolicy::seconds(60),
};

/// Others may enable a distribution again while it is deleted.
pub(super) const DISTRIBUTION_DELETIONS: Consistency = Consistency {
    absent: ABSENT,
    passing: &[Error::Code(NOT_DISABLED)],
    policy: WaitPolicy {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(20),
        within: Duration::from_hours(3),
    },
};

/// The code of an enabled distribution that is to be deleted.
pub(super) const NOT_DISABLED: &str = "DistributionNotDisabled";

/// How long CloudFront may show a version that another writer has replaced.
const LAG: WaitPolicy = WaitPolicy::seconds(10);

/// Whether an error may say that a write names an older version. CloudFront uses the first code for
/// other preconditions as well: "You can't delete this distribution while it's subscribed to a
/// pricing plan" (ekristen/aws-nuke issue 1024).
pub(super) fn is_precondition(error: &DriverError) -> bool {
    error.is("PreconditionFailed") || error.is("InvalidIfMatchVersion")
}

/// Makes a write that names the version on which it is based. If another writer was faster, it is
/// repeated from a new read; if the version is still the same, the error is the answer.
pub(super) async fn from_version<R, T, Reading, Writing>(
    consistency: &Consistency,
    read: impl Fn() -> Reading,
    version: impl Fn(&R) -> &str,
    write: impl Fn(R) -> Writing,
) -> Result<T, DriverError>
where
    Reading: Future<Output = Result<R, DriverError>>,
    Writing: Future<Output = Result<T, DriverError>>,
{
    let newer = |than: String| {
        let (read, version) = (&read, &version);
        async move {
            let condition = "CloudFront to show the newest version";
            let look = || async {
                let found = read().await?;
                Ok(if version(&found) == than {
                    Err(than.clone())
                } else {
                    Ok(found)
                })
            };
            match until(condition, LAG, look).await {
                Err(DriverError::TimedOut { .. }) => Ok(None),
                found => found.map(Some),
            }
        }
    };
    consistency
        .write(|| async {
            let began = Instant::now();
            let mut found = read().await?;
            loop {
                let sent = version(&found).to_owned();
                let error = match write(found).await {
                    Err(error) if is_precondition(&error) => error,
                    answer => return answer,
                };
                let newer = newer(sent).await?;
                found = match newer {
                    Some(found) if began.elapsed() < consistency.policy.within => found,
                    _ => return Err(error),
                };
            }
        })
        .await
}

/// CloudFront's client for an account.
#[derive(Clone, Debug)]
pub(super) struct CloudFrontClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl CloudFrontClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// Every distribution of the account.
    pub(super) async fn distributions(&self) -> Result<Vec<DistributionSummary>, DriverError> {
        let mut pages = self.sdk.list_distributions().into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("cloudfront:ListDistributions"))?;
            let items = page.distribution_list.and_then(|list| list.items);
            found.extend(items.unwrap_or_default());
        }
        Ok(found)
    }

    /// As [`Self::distributions`], one call per page and cache.
    pub(super) async fn distributions_once(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<DistributionSummary>>, DriverError> {
        cache
            .once("cloudfront:ListDistributions", || self.distributions())
            .await
    }

    /// The distributions that use something, each with its domain.
    pub(super) async fn users(&self, of: Shared<'_>) -> Result<Vec<String>, DriverError> {
        let distributions = self.distributions().await?;
        let users = distributions.iter().filter(|found| of.is_used_by(found));
        Ok(users
            .map(|found| format!("the distribution {} ({})", found.id, found.domain_name))
            .collect())
    }
}

impl TagCalls for CloudFrontClient {
    /// The tags of a resource, by its ARN.
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.list_tags_for_resource().resource(arn).send();
        let answer = WRITES.found(call.sent("cloudfront:ListTagsForResource").await)?;
        let pairs = |tags: Vec<Tag>| {
            let tags = tags.into_iter();
            tags.map(|tag| (tag.key, tag.value.unwrap_or_default()))
                .collect()
        };
        Ok(answer.map(|answer| {
            let tags = answer.tags.and_then(|tags| tags.items);
            pairs(tags.unwrap_or_default())
        }))
    }

    /// Sets tags of a resource.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        self.sdk
            .tag_resource()
            .resource(arn)
            .tags(sdk_tags(tags)?)
            .send()
            .done("cloudfront:TagResource")
            .await
    }

    /// Removes tags of a resource.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        self.sdk
            .untag_resource()
            .resource(arn)
            .tag_keys(TagKeys::builder().set_items(Some(keys.to_vec())).build())
            .send()
            .done("cloudfront:UntagResource")
            .await
    }
}

/// Tags in the SDK's types.
pub(super) fn sdk_tags(tags: &Tags) -> Result<SdkTags, DriverError> {
    let tag = |(key, value)| built(Tag::builder().key(key).value(value).build());
    Ok(SdkTags::builder()
        .set_items(Some(tags.iter().map(tag).collect::<Result<_, _>>()?))
        .build())
}

/// The items of all pages of a list that has no paginator in the SDK. `page` accepts the marker of
/// a page and returns its items and the marker of the next.
pub(super) async fn all_pages<T, F>(
    mut page: impl FnMut(Option<String>) -> F,
) -> Result<Vec<T>, DriverError>
where
    F: Future<Output = Result<(Vec<T>, Option<String>), DriverError>>,
{
    let mut all = Vec::new();
    let mut marker = None;
    loop {
        let (items, next) = page(marker).await?;
        all.extend(items);
        marker = next.filter(|next| !next.is_empty());
        if marker.is_none() {
            return Ok(all);
        }
    }
}

/// The version that a write names.
pub(super) fn version(e_tag: Option<String>) -> Result<String, DriverError> {
    e_tag.ok_or_else(|| DriverError::internal("CloudFront names no version"))
}
