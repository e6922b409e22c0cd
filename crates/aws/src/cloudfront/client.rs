//! CloudFront's client: tags, lists by pages, and the errors that pass.

use std::future::Future;
use std::time::Duration;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{Tag, TagKeys, Tags as SdkTags};
use engine::DriverError;
use model::Tags;

use super::convert::built;
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::{Consistency, Error};
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

const ABSENT: &[Error] = &[
    Error::Code("NoSuchCachePolicy"),
    Error::Code("NoSuchDistribution"),
    Error::Code("NoSuchFunctionExists"),
    Error::Code("NoSuchOriginAccessControl"),
    Error::Code("NoSuchResource"),
    Error::Code("NoSuchResponseHeadersPolicy"),
];

/// Writes pass once they are based on the newest version: others write seldom.
pub(super) const WRITES: Consistency = Consistency {
    absent: ABSENT,
    passing: &[
        Error::Code("PreconditionFailed"),
        Error::Code("InvalidIfMatchVersion"),
    ],
    policy: WaitPolicy::seconds(60),
};

/// Deletions also pass once no distribution uses the resource: for minutes after it was changed.
pub(super) const DELETIONS: Consistency = Consistency {
    absent: ABSENT,
    passing: &[
        Error::Code("PreconditionFailed"),
        Error::Code("InvalidIfMatchVersion"),
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

/// Writes of a distribution also pass once CloudFront sees that its certificate was issued.
pub(super) const DISTRIBUTION_WRITES: Consistency = Consistency {
    absent: ABSENT,
    passing: &[
        Error::Code("PreconditionFailed"),
        Error::Code("InvalidIfMatchVersion"),
        Error::Code("InvalidViewerCertificate"),
        Error::Code("IllegalUpdate"),
    ],
    policy: WaitPolicy::seconds(60),
};

/// Others may write a distribution or enable it again while it is deleted.
pub(super) const DISTRIBUTION_DELETIONS: Consistency = Consistency {
    absent: ABSENT,
    passing: &[
        Error::Code("PreconditionFailed"),
        Error::Code("InvalidIfMatchVersion"),
        Error::Code("DistributionNotDisabled"),
    ],
    policy: WaitPolicy {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(20),
        within: Duration::from_hours(3),
    },
};

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
            sdk: Client::new(&account.config("cloudfront")),
        }
    }
}

impl TagCalls for CloudFrontClient {
    /// The tags of a resource, by its ARN.
    async fn tags(&self, arn: &str) -> Result<Tags, DriverError> {
        let answer = self
            .sdk
            .list_tags_for_resource()
            .resource(arn)
            .send()
            .sent("cloudfront:ListTagsForResource")
            .await?;
        let tags = answer.tags.and_then(|tags| tags.items).unwrap_or_default();
        Ok(tags
            .into_iter()
            .map(|tag| (tag.key, tag.value.unwrap_or_default()))
            .collect())
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
