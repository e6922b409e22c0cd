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
use crate::kit::places::region_of;
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
        let arn = self.arn(&properties);
        // A name is unique in its Region.
        let id = properties.region.as_ref().map_or(&name, |_| &arn).clone();
        let attributes = Live::assigned([(Topic::ARN, arn), (Topic::NAME, name)]);
        TypedLive {
            id,
            properties,
            attributes,
            tags,
        }
    }

    fn arn(&self, topic: &Properties) -> String {
        let region = self.sns.places.region(topic.region.as_deref());
        self.sns.arn(region, &topic.topic_name)
    }

    /// The properties of a topic as it is now, or `None` if it does not exist.
    async fn properties(
        &self,
        region: &str,
        name: &str,
    ) -> Result<Option<Properties>, DriverError> {
        let found = self.sns.attributes(&self.sns.arn(region, name)).await?;
        Ok(found.map(|attributes| Properties {
            region: self.sns.places.stated(region),
            ..convert::properties(name, &attributes)
        }))
    }

    async fn find(
        &self,
        region: &str,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let Some(properties) = self.properties(region, name).await? else {
            return Ok(None);
        };
        let arn = self.sns.arn(region, name);
        let hints = tagging::hints_in(&self.sns.account, region, cache).await?;
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
        let here = self.sns.account.region();
        topic.region.take_if(|region| region == here);
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
        let Topic {
            region, topic_name, ..
        } = &request.properties;
        let region = self.sns.places.region(region.as_deref());
        self.find(region, topic_name, cache).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let elsewhere = self.sns.arns_elsewhere(cache).await?;
        let arns = self.sns.arns(cache).await?;
        let named = arns
            .iter()
            .chain(&elsewhere)
            .filter_map(|arn| Some((region_of(arn)?, arn.rsplit(':').next()?)));
        let topics = named.map(|(region, name)| self.find(region, name, cache));
        let topics = try_join_all(topics).await?;
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
        self.owned(&desired, tags).await?;
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
        let sdk = self.sns.places.of(arn);
        for (name, value) in convert::changed(desired, changes) {
            let call = sdk.set_topic_attributes().topic_arn(arn);
            let call = call.attribute_name(name).attribute_value(value);
            SNS.write(|| call.clone().send().done("sns:SetTopicAttributes"))
                .await?;
        }
        Ok(())
    }

    /// Its subscriptions are deleted with it.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let arn = live.attribute(Topic::ARN)?;
        let call = self.sns.places.of(arn).delete_topic().topic_arn(arn);
        SNS.delete(|| call.clone().send().done("sns:DeleteTopic"))
            .await?;
        let name = format!("the topic `{}`", live.id);
        until_gone(&name, LAG, || self.sns.attributes(arn)).await
    }
}
