//! `AWS::SNS::Topic`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::sns::Topic;
use model::{Owner, Tags};

use super::client::{LAG, SNS, SnsClient};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::gone::until_gone;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagCalls as _, TagStore};
use crate::kit::tagging;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Topic<String>;
type Live = TypedLive<Properties>;

/// Reads and writes topics. A topic's ARN follows from its name, so reading one takes one call, and
/// another for its tags unless the tagging index shows them.
#[derive(Debug)]
pub(crate) struct Topics {
    sns: SnsClient,
}

impl Topics {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            sns: SnsClient::new(account),
        }
    }

    fn live(&self, properties: Properties, tags: LiveTags) -> Live {
        let name = properties.topic_name.clone();
        let attributes = Live::assigned([
            (Topic::ARN, self.sns.arn(&name)),
            (Topic::NAME, name.clone()),
        ]);
        TypedLive {
            id: name,
            properties,
            attributes,
            tags,
        }
    }

    async fn properties(&self, name: &str) -> Result<Option<Properties>, DriverError> {
        let found = self.sns.attributes(&self.sns.arn(name)).await?;
        Ok(found.map(|attributes| convert::properties(name, &attributes)))
    }

    async fn find(&self, name: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let Some(properties) = self.properties(name).await? else {
            return Ok(None);
        };
        let arn = self.sns.arn(name);
        let hints = tagging::hints(&self.sns.account, cache).await?;
        let tags = match hints.tags(&arn) {
            Some(tags) => Some(tags),
            None => self.sns.known(&arn).await?.map(LiveTags::Read),
        };
        Ok(tags.map(|tags| self.live(properties, tags)))
    }
}

impl ResourceDriver for Topics {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, topic: &mut Properties) {
        topic.fifo_topic.get_or_insert(false);
        topic.content_based_deduplication.get_or_insert(false);
        topic.display_name.take_if(|name| name.is_empty());
        topic.kms_master_key_id.take_if(|key| key.is_empty());
        topic
            .signature_version
            .get_or_insert_with(|| "1".to_owned());
        topic
            .tracing_config
            .get_or_insert_with(|| "PassThrough".to_owned());
    }

    fn leave(&self, topic: &mut Properties, live: &Properties) {
        leave(&mut topic.display_name, live.display_name.as_ref());
        leave(
            &mut topic.kms_master_key_id,
            live.kms_master_key_id.as_ref(),
        );
        leave(
            &mut topic.signature_version,
            live.signature_version.as_ref(),
        );
        leave(&mut topic.tracing_config, live.tracing_config.as_ref());
    }

    fn check(&self, topic: &Properties, checks: &mut Checks) {
        limits::check(topic, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.find(&request.properties.topic_name, cache).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let arns = self.sns.arns(cache).await?;
        let names = arns.iter().filter_map(|arn| arn.rsplit(':').next());
        let topics = try_join_all(names.map(|name| self.find(name, cache))).await?;
        Ok(topics.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.sns, Topic::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        self.make(&desired, owner, tags).await?;
        self.owned(&desired.topic_name, tags).await?;
        Ok(self.live(desired, LiveTags::Read(tags.clone())))
    }

    /// Sets one attribute per call: there is no other way.
    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let arn = live.attribute(Topic::ARN)?;
        for (name, value) in convert::changed(desired, changes) {
            let call = self.sns.sdk.set_topic_attributes().topic_arn(arn);
            let call = call.attribute_name(name).attribute_value(value);
            SNS.write(|| call.clone().send().done("sns:SetTopicAttributes"))
                .await?;
        }
        Ok(())
    }

    /// Its subscriptions are deleted with it.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let arn = live.attribute(Topic::ARN)?;
        let call = self.sns.sdk.delete_topic().topic_arn(arn);
        SNS.delete(|| call.clone().send().done("sns:DeleteTopic"))
            .await?;
        let name = format!("the topic `{}`", live.id);
        until_gone(&name, LAG, || self.sns.attributes(arn)).await
    }
}
