//! The creation and deletion of subscriptions.

use std::time::Duration;

use engine::DriverError;
use model::types::sns::Subscription;

use super::{Live, Properties, Subscriptions, convert};
use crate::kit::call::Call as _;
use crate::kit::gone::until_gone;
use crate::kit::wait::{WaitPolicy, until};
use crate::sns::client::{LAG, SNS};

/// How long `apply --wait` waits for the link in a mail to be followed.
const CONFIRMATION: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(2),
    longest: Duration::from_secs(15),
    within: Duration::from_mins(15),
};

impl Subscriptions {
    /// Subscribes. SNS asks the recipient of mails, and the server of a URL, to confirm.
    pub(super) async fn subscribe(&self, desired: Properties) -> Result<Live, DriverError> {
        let call = self
            .0
            .places
            .of(&desired.topic_arn)
            .subscribe()
            .topic_arn(&desired.topic_arn)
            .protocol(&desired.protocol)
            .endpoint(&desired.endpoint)
            .set_attributes(Some(convert::all(&desired)))
            .return_subscription_arn(true);
        SNS.write(|| call.clone().send().done("sns:Subscribe"))
            .await?;
        let condition = format!("the subscription of {} to be listed", desired.endpoint);
        let mut live = until(&condition, LAG, || async {
            let listed = self.0.subscriptions(&desired.topic_arn).await?;
            let seen = self.seen(&listed, &desired).await?;
            Ok(seen.ok_or_else(|| "it is not listed".to_owned()))
        })
        .await?;
        live.properties = desired;
        Ok(live)
    }

    /// Waits until the subscription is confirmed, as long as people at their mail may take.
    pub(super) async fn confirmed(&self, live: &Live) -> Result<(), DriverError> {
        let properties = &live.properties;
        let condition = format!("{} to confirm the subscription", properties.endpoint);
        until(&condition, CONFIRMATION, || async {
            let listed = self.0.subscriptions(&properties.topic_arn).await?;
            let seen = self.seen(&listed, properties).await?;
            let unconfirmed =
                |live: &Live| live.attributes.contains_key(Properties::UNCONFIRMED.name);
            Ok(match seen {
                Some(seen) if !unconfirmed(&seen) => Ok(()),
                Some(_) => Err("it is not confirmed".to_owned()),
                None => Err("it was deleted".to_owned()),
            })
        })
        .await
    }

    /// Deletes the subscription, and waits until it is. One that is not confirmed has no ARN to
    /// delete it by, and SNS refuses to: it is left to SNS.
    pub(super) async fn unsubscribe(&self, live: &Live) -> Result<(), DriverError> {
        let confirmed = !live.attributes.contains_key(Properties::UNCONFIRMED.name);
        let Some(arn) = live
            .attributes
            .get(Properties::ARN.name)
            .filter(|_| confirmed)
        else {
            return Ok(());
        };
        let sdk = self.0.places.of(arn);
        let call = sdk.unsubscribe().subscription_arn(arn);
        SNS.delete(|| call.clone().send().done("sns:Unsubscribe"))
            .await?;
        let Subscription {
            topic_arn,
            endpoint,
            ..
        } = &live.properties;
        let name = format!("the subscription of {endpoint}");
        until_gone(&name, LAG, || async {
            let listed = self.0.subscriptions(topic_arn).await?;
            let same = |one: &aws_sdk_sns::types::Subscription| one.subscription_arn() == Some(arn);
            Ok(listed.into_iter().find(same))
        })
        .await
    }
}
