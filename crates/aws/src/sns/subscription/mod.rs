//! `AWS::SNS::Subscription`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use aws_sdk_sns::types::Subscription as SdkSubscription;
use engine::{Attributes, Changes, DriverError, ReadCache};
use model::Owner;
use model::types::sns::{Subscription, mark};

use super::client::{SNS, SnsAttributes, SnsClient, TopicTags};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Child, child};
use crate::kit::limits::{Checks, Limit};
use crate::kit::typed::{TypedLive, TypedReadRequest};

type Properties = Subscription<String>;
type Live = TypedLive<Properties>;

/// Reads and writes subscriptions: children of their topic, found by protocol and endpoint.
///
/// One to a mail address or a URL has no ARN until its recipient confirms it. Until then SNS neither
/// returns nor changes its attributes, so they read as desired; nor does it delete the subscription,
/// which it does by itself after 48 hours. Source: the SNS developer guide, `Deleting an Amazon SNS
/// topic and subscription`.
#[derive(Debug)]
pub(crate) struct Subscriptions(SnsClient);

impl Subscriptions {
    pub(crate) fn new(account: &Account) -> Self {
        Self(SnsClient::new(account))
    }

    async fn listed(
        &self,
        topic: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<SdkSubscription>>, DriverError> {
        let key = format!("sns:ListSubscriptionsByTopic {topic}");
        cache.once(key, || self.0.subscriptions(topic)).await
    }

    /// The live subscription among those listed, if it still exists; `desired` is what an
    /// unconfirmed one reads as.
    async fn seen(
        &self,
        listed: &[SdkSubscription],
        desired: &Properties,
    ) -> Result<Option<Live>, DriverError> {
        let same = |one: &&SdkSubscription| {
            one.protocol() == Some(&desired.protocol) && one.endpoint() == Some(&desired.endpoint)
        };
        let Some(found) = listed.iter().find(same) else {
            return Ok(None);
        };
        let Some(arn) = arn_of(found) else {
            return Ok(Some(live(desired.clone(), None, false)));
        };
        let attributes = self.0.subscription(arn).await?;
        Ok(attributes.map(|attributes| {
            let confirmed =
                attributes.get("PendingConfirmation").map(String::as_str) != Some("true");
            let properties = if confirmed {
                convert::properties(desired, &attributes)
            } else {
                desired.clone()
            };
            live(properties, Some(arn), confirmed)
        }))
    }
}

/// The ARN, which is `PendingConfirmation` until the subscription is confirmed.
fn arn_of(listed: &SdkSubscription) -> Option<&str> {
    let arn = listed.subscription_arn();
    arn.filter(|arn| arn.starts_with("arn:"))
}

fn live(properties: Properties, arn: Option<&str>, confirmed: bool) -> Live {
    let topic = properties.topic_arn.clone();
    let endpoint = properties.endpoint.clone();
    let key = format!("{}:{endpoint}", properties.protocol);
    let mut live = child(&topic, (Subscription::KEY, &key), properties);
    live.attributes.extend(Live::assigned([
        (Subscription::ARN, arn.map(str::to_owned)),
        (Subscription::UNCONFIRMED, (!confirmed).then_some(endpoint)),
    ]));
    live
}

impl Child for Subscriptions {
    type Properties = Properties;
    type Service = SnsClient;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const KIND: &'static str = "subscription";
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn service(&self) -> &SnsClient {
        &self.0
    }

    fn parent_id(subscription: &Properties) -> &str {
        &subscription.topic_arn
    }

    fn key(subscription: &Properties) -> Option<String> {
        let Subscription {
            protocol, endpoint, ..
        } = subscription;
        Some(format!("{protocol} {endpoint}"))
    }

    /// The name of a subscription ends with its mark.
    fn is_older_name(&self, name: &str, live: &Live, _: &Owner) -> bool {
        let Subscription {
            protocol, endpoint, ..
        } = &live.properties;
        name.ends_with(&mark(protocol, endpoint))
    }

    fn normalise(&self, subscription: &mut Properties) {
        subscription.raw_message_delivery.get_or_insert(false);
        subscription
            .filter_policy_scope
            .get_or_insert_with(|| "MessageAttributes".to_owned());
    }

    fn check(&self, subscription: &Properties, checks: &mut Checks) {
        limits::check(subscription, checks);
    }

    async fn find(
        &self,
        topic: &TopicTags,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let listed = self.listed(&topic.arn, cache).await?;
        self.seen(&listed, &request.properties).await
    }

    async fn all(&self, topic: &TopicTags, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let listed = self.listed(&topic.arn, cache).await?;
        let all = listed.iter().filter_map(|one| {
            let properties = convert::bare(&topic.arn, one.protocol()?, one.endpoint()?);
            let arn = arn_of(one);
            Some(live(properties, arn, arn.is_some()))
        });
        Ok(all.collect())
    }

    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        let listed = self.0.subscriptions(&desired.topic_arn).await?;
        if let Some(found) = self.seen(&listed, &desired).await?
            && let Some(resumed) = self.resume(found, &desired, owner).await?
        {
            return Ok(resumed);
        }
        self.subscribe(desired).await
    }

    /// Sets one attribute per call: there is no other way.
    async fn change(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let arn = live.attribute(Subscription::ARN)?;
        let sdk = self.0.places.of(arn);
        for (name, value) in convert::changed(desired, changes) {
            let call = sdk.set_subscription_attributes();
            let call = call.subscription_arn(arn).attribute_name(name);
            let call = call.attribute_value(value);
            SNS.write(|| call.clone().send().done("sns:SetSubscriptionAttributes"))
                .await?;
        }
        Ok(())
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        self.unsubscribe(live).await
    }

    fn pending(&self, attributes: &Attributes) -> Option<String> {
        let endpoint = attributes.get(Properties::UNCONFIRMED.name)?;
        Some(format!(
            "waiting for {endpoint} to confirm the subscription; SNS deletes it after 48 hours otherwise"
        ))
    }

    async fn settle(&self, live: &Live) -> Result<(), DriverError> {
        self.confirmed(live).await
    }
}
