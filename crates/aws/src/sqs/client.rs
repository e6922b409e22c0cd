//! SQS in the system's account and Region.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

/// The errors of SQS. It returns the codes of its JSON protocol or, in a header that the SDK
/// prefers, those of its older one.
pub(super) const SQS: Consistency = Consistency {
    absent: &[
        Code("QueueDoesNotExist"),
        Code("AWS.SimpleQueueService.NonExistentQueue"),
    ],
    passing: &[
        Code("QueueDeletedRecently"),
        Code("AWS.SimpleQueueService.QueueDeletedRecently"),
    ],
    // A name can be used again 60 seconds after its queue was deleted.
    policy: WaitPolicy {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(5),
        within: Duration::from_secs(75),
    },
};

/// A queue's attributes in SQS's form, all of them strings.
pub(super) type QueueAttributes = HashMap<QueueAttributeName, String>;

/// SQS in the system's account and Region.
#[derive(Debug)]
pub(super) struct SqsClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl SqsClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The prefix of the names of the system's queues.
    pub(super) fn prefix(&self) -> String {
        format!("{}-", self.account.system())
    }

    pub(super) fn arn(&self, name: &str) -> String {
        self.account.arn("sqs", name)
    }

    /// The URLs of the queues whose names have the system's prefix, one call per run.
    pub(super) async fn urls(&self, cache: &ReadCache) -> Result<Arc<Vec<String>>, DriverError> {
        let prefix = self.prefix();
        cache
            .once(format!("sqs:ListQueues {prefix}"), || async {
                // Without a maximum SQS returns the first thousand and does not report that there
                // are more.
                self.sdk
                    .list_queues()
                    .queue_name_prefix(&prefix)
                    .max_results(1000)
                    .into_paginator()
                    .items()
                    .send()
                    .collect::<Result<Vec<_>, _>>()
                    .sent("sqs:ListQueues")
                    .await
            })
            .await
    }

    /// The URL of the queue with a name, or `None` if there is none.
    pub(super) async fn url(&self, name: &str) -> Result<Option<String>, DriverError> {
        let call = self.sdk.get_queue_url().queue_name(name).send();
        let operation = "sqs:GetQueueUrl";
        SQS.described(call.sent(operation).await, operation, |found| {
            found.queue_url
        })
    }

    /// A queue's attributes, or `None` if it does not exist.
    pub(super) async fn attributes(
        &self,
        url: &str,
    ) -> Result<Option<QueueAttributes>, DriverError> {
        let call = self
            .sdk
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::All)
            .send();
        let found = SQS.found(call.sent("sqs:GetQueueAttributes").await)?;
        Ok(found.map(|found| found.attributes.unwrap_or_default()))
    }
}

/// The calls name a queue by its URL.
impl TagCalls for SqsClient {
    async fn known(&self, url: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.list_queue_tags().queue_url(url).send();
        let answer = SQS.found(call.sent("sqs:ListQueueTags").await)?;
        Ok(answer.map(|answer| answer.tags.into_iter().flatten().collect()))
    }

    async fn tag(&self, url: &str, tags: &Tags) -> Result<(), DriverError> {
        self.sdk
            .tag_queue()
            .queue_url(url)
            .set_tags(Some(tags.clone().into_iter().collect()))
            .send()
            .done("sqs:TagQueue")
            .await
    }

    async fn untag(&self, url: &str, keys: &[String]) -> Result<(), DriverError> {
        self.sdk
            .untag_queue()
            .queue_url(url)
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .done("sqs:UntagQueue")
            .await
    }
}

/// The name of the queue with a URL.
pub(super) fn name_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}
