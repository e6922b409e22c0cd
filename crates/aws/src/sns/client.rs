//! SNS in the system's account.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_sns::Client;
use aws_sdk_sns::types::{Subscription, Tag};
use engine::{DriverError, ReadCache};
use futures_util::future::try_join_all;
use model::{Owner, SYSTEM_TAG, Tags};
use tokio::sync::Mutex;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::children::{Parent, ParentService};
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::kit::places::Places;
use crate::kit::tag_store::TagCalls;
use crate::kit::tagging;
use crate::kit::wait::WaitPolicy;

/// The errors of SNS, by the codes of its protocol, and with the suffix that emulators add. Two
/// pass: another write of the same tags is under way, or a topic that was just deleted still has
/// its tags. Source: botocore's model `sns`, `TagResource`.
pub(super) const SNS: Consistency = Consistency {
    absent: &[
        Code("NotFound"),
        Code("NotFoundException"),
        Code("ResourceNotFound"),
        Code("ResourceNotFoundException"),
    ],
    passing: &[
        Code("ConcurrentAccess"),
        Code("ConcurrentAccessException"),
        Code("StaleTag"),
        Code("StaleTagException"),
    ],
    policy: WaitPolicy::seconds(60),
};

/// How long a topic or a subscription may be unknown after its creation, or still be known after its
/// deletion.
pub(super) const LAG: WaitPolicy = WaitPolicy::seconds(60);

/// The attributes of a topic or a subscription in SNS's form, all of them strings.
pub(super) type SnsAttributes = HashMap<String, String>;

/// A topic as a parent of subscriptions.
#[derive(Clone, Debug)]
pub(crate) struct TopicTags {
    pub(super) arn: String,
    pub(super) tags: Tags,
}

/// SNS in the system's account, in its Region and the others where its topics can be. A call about a topic
/// or a subscription goes to the Region in its ARN.
#[derive(Debug)]
pub(crate) struct SnsClient {
    pub(super) account: Account,
    pub(super) places: Places<Client>,
}

impl SnsClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            places: Places::new(account),
        }
    }

    /// The ARN of a topic, which follows from its name.
    pub(super) fn arn(&self, region: &str, name: &str) -> String {
        self.account.arn_in(region, "sns", name)
    }

    /// The ARNs of the topics of the system's Region whose names have its prefix: the list cannot be
    /// narrowed, and is read once per run.
    pub(super) async fn arns(&self, cache: &ReadCache) -> Result<Arc<Vec<String>>, DriverError> {
        let (here, system) = (self.account.region(), self.account.system());
        let prefix = self.arn(here, &format!("{system}-"));
        cache
            .once("sns:ListTopics", || async {
                let topics = self.places.at(here).list_topics();
                let topics = topics.into_paginator().items().send();
                let topics = topics.collect::<Result<Vec<_>, _>>();
                let topics = topics.sent("sns:ListTopics").await?;
                let arns = topics.into_iter().filter_map(|topic| topic.topic_arn);
                Ok(arns.filter(|arn| arn.starts_with(&prefix)).collect())
            })
            .await
    }

    /// The ARNs of the system's topics in the other Region, as far as its index shows them.
    pub(super) async fn arns_elsewhere(
        &self,
        cache: &ReadCache,
    ) -> Result<Vec<String>, DriverError> {
        let Some(region) = self.account.edge_region() else {
            return Ok(Vec::new());
        };
        let hints = tagging::hints_in(&self.account, region, cache).await?;
        let prefix = self.arn(region, "");
        let names = hints.names(&prefix);
        Ok(names.map(|name| format!("{prefix}{name}")).collect())
    }

    /// A topic's attributes, or `None` if it does not exist.
    pub(super) async fn attributes(&self, arn: &str) -> Result<Option<SnsAttributes>, DriverError> {
        let sdk = self.places.of(arn);
        let call = sdk.get_topic_attributes().topic_arn(arn).send();
        let found = SNS.found(call.sent("sns:GetTopicAttributes").await)?;
        Ok(found.map(|found| found.attributes.unwrap_or_default()))
    }

    /// A topic's subscriptions as they are now; none if it does not exist. Those that were deleted
    /// are listed for a while, with the ARN `Deleted`.
    pub(super) async fn subscriptions(&self, arn: &str) -> Result<Vec<Subscription>, DriverError> {
        let pages = self
            .places
            .of(arn)
            .list_subscriptions_by_topic()
            .topic_arn(arn)
            .into_paginator()
            .items();
        let listed = pages.send().collect::<Result<Vec<_>, _>>();
        let mut listed = SNS.or_empty(listed.sent("sns:ListSubscriptionsByTopic").await)?;
        listed.retain(|subscription| subscription.subscription_arn() != Some("Deleted"));
        Ok(listed)
    }

    /// A subscription's attributes, or `None` if it does not exist.
    pub(super) async fn subscription(
        &self,
        arn: &str,
    ) -> Result<Option<SnsAttributes>, DriverError> {
        let sdk = self.places.of(arn);
        let call = sdk.get_subscription_attributes().subscription_arn(arn);
        let answer = call.send().sent("sns:GetSubscriptionAttributes").await;
        let found = SNS.found(answer)?;
        Ok(found.map(|found| found.attributes.unwrap_or_default()))
    }
}

/// Tags in the form of the calls.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let pairs = tags.iter();
    let tags = pairs.map(|(key, value)| Tag::builder().key(key).value(value).build());
    tags.collect::<Result<_, _>>()
        .map_err(|error| DriverError::internal(format!("a tag is incomplete ({error})")))
}

/// The calls name a topic by its ARN.
impl TagCalls for SnsClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let sdk = self.places.of(arn);
        let call = sdk.list_tags_for_resource().resource_arn(arn).send();
        let found = SNS.found(call.sent("sns:ListTagsForResource").await)?;
        let tags = found.map(|found| found.tags.unwrap_or_default().into_iter());
        Ok(tags.map(|tags| {
            let tags = tags.map(|tag| (tag.key, tag.value));
            self.places.owned(arn, tags.collect())
        }))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let tags = sdk_tags(tags)?;
        let call = self.places.of(arn).tag_resource().resource_arn(arn);
        let call = call.set_tags(Some(tags));
        SNS.write(|| call.clone().send().done("sns:TagResource"))
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self.places.of(arn).untag_resource().resource_arn(arn);
        let call = call.set_tag_keys(Some(keys.to_vec()));
        SNS.delete(|| call.clone().send().done("sns:UntagResource"))
            .await
    }
}

impl Parent for SnsClient {
    fn tagged(&self, topic: &str) -> String {
        topic.to_owned()
    }

    fn records_lock(&self, topic: &str) -> Arc<Mutex<()>> {
        self.account.lock(format!("the records of {topic}"))
    }
}

/// Tags of a topic are read from the topic, once per run: the index lags behind the records.
impl ParentService for SnsClient {
    type Parent = TopicTags;

    fn system(&self) -> &str {
        self.account.system()
    }

    fn tags_in(topic: &TopicTags) -> Tags {
        topic.tags.clone()
    }

    /// A topic in us-east-1 may be of the system that is applied in another Region.
    fn is_ours(&self, tags: &Tags) -> bool {
        let owner = Owner::recorded_in(tags);
        owner.is_some_and(|owner| self.account.owns(&owner))
    }

    async fn parent(&self, arn: &str, cache: &ReadCache) -> Result<Option<TopicTags>, DriverError> {
        let read = cache.once(format!("sns:tags {arn}"), || self.tags(arn));
        let tags = read.await?.as_ref().clone();
        let arn = arn.to_owned();
        // A topic of the system has tags; one without is another's, or does not exist.
        Ok(tags
            .contains_key(SYSTEM_TAG)
            .then_some(TopicTags { arn, tags }))
    }

    /// The topics that the index shows, and those with a name of the system's, since it lags.
    async fn owned(&self, cache: &ReadCache) -> Result<Vec<TopicTags>, DriverError> {
        let hints = tagging::hints(&self.account, cache).await?;
        let mut arns = self.arns(cache).await?.as_ref().clone();
        let prefix = self.arn(self.account.region(), "");
        arns.extend(hints.names(&prefix).map(|name| format!("{prefix}{name}")));
        arns.extend(self.arns_elsewhere(cache).await?);
        arns.sort();
        arns.dedup();
        let topics = try_join_all(arns.iter().map(|arn| self.parent(arn, cache))).await?;
        let topics = topics.into_iter().flatten();
        Ok(topics.filter(|topic| self.is_ours(&topic.tags)).collect())
    }
}
