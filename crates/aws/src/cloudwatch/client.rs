//! CloudWatch in the system's account.

use std::sync::Arc;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmType, MetricAlarm, Tag};
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::kit::places::Places;
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

/// The largest page of `DescribeAlarms`.
const PAGE: i32 = 100;

/// How long an alarm may be unknown after its creation, or still be known after its deletion.
pub(super) const LAG: WaitPolicy = WaitPolicy::seconds(60);

/// The errors of CloudWatch: botocore's model `cloudwatch` has three for what does not exist, and two
/// for a change of the same resource that is under way.
pub(super) const CLOUDWATCH: Consistency = Consistency {
    absent: &[
        Code("DashboardNotFoundError"),
        Code("ResourceNotFound"),
        Code("ResourceNotFoundException"),
    ],
    passing: &[
        Code("ConcurrentModificationException"),
        Code("ConflictException"),
    ],
    policy: WaitPolicy::seconds(60),
};

/// CloudWatch in the system's account, in its Region and the others where its alarms can be.
#[derive(Debug)]
pub(super) struct CloudWatchClient {
    pub(super) account: Account,
    /// The client for the system's Region.
    pub(super) sdk: Client,
    pub(super) places: Places<Client>,
}

impl CloudWatchClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
            places: Places::new(account),
        }
    }

    /// The prefix of the names of the system's alarms and dashboards.
    pub(super) fn prefix(&self) -> String {
        format!("{}-", self.account.system())
    }

    pub(super) fn arn(&self, region: &str, name: &str) -> String {
        let resource = format!("alarm:{name}");
        self.account.arn_in(region, "cloudwatch", &resource)
    }

    /// The alarms of a Region whose names have the system's prefix, one call per hundred of them in a run.
    pub(super) async fn of_system(
        &self,
        region: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<MetricAlarm>>, DriverError> {
        let sdk = self.places.at(region);
        let prefix = self.prefix();
        let describe = || async {
            let call = sdk.describe_alarms().alarm_name_prefix(&prefix);
            let call = call.alarm_types(AlarmType::MetricAlarm).max_records(PAGE);
            let pages = call.into_paginator().send();
            let pages = pages.collect::<Result<Vec<_>, _>>();
            let pages = pages.sent("cloudwatch:DescribeAlarms").await?;
            let alarms = pages.into_iter().filter_map(|page| page.metric_alarms);
            Ok(alarms.flatten().collect())
        };
        let key = format!("cloudwatch:DescribeAlarms {region} {prefix}");
        cache.once(key, describe).await
    }

    /// The alarm of a name in a Region as it is now, or `None` if there is none.
    pub(super) async fn alarm(
        &self,
        region: &str,
        name: &str,
    ) -> Result<Option<MetricAlarm>, DriverError> {
        let sdk = self.places.at(region);
        let call = sdk.describe_alarms().alarm_names(name);
        let call = call.alarm_types(AlarmType::MetricAlarm).send();
        let found = call.sent("cloudwatch:DescribeAlarms").await?;
        let mut found = found.metric_alarms.unwrap_or_default().into_iter();
        Ok(found.find(|alarm| alarm.alarm_name() == Some(name)))
    }
}

/// Tags in the form of the calls.
pub(super) fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let pairs = tags.iter();
    pairs
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// The calls name an alarm by its ARN.
impl TagCalls for CloudWatchClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let sdk = self.places.of(arn);
        let call = sdk.list_tags_for_resource().resource_arn(arn).send();
        let found = CLOUDWATCH.found(call.sent("cloudwatch:ListTagsForResource").await)?;
        let tags = found.map(|found| found.tags.unwrap_or_default().into_iter());
        Ok(tags.map(|tags| {
            let tags = tags.filter_map(|tag| Some((tag.key?, tag.value?)));
            self.places.owned(arn, tags.collect())
        }))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self.places.of(arn).tag_resource().resource_arn(arn);
        let call = call.set_tags(Some(sdk_tags(tags)));
        CLOUDWATCH
            .write(|| call.clone().send().done("cloudwatch:TagResource"))
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self.places.of(arn).untag_resource().resource_arn(arn);
        let call = call.set_tag_keys(Some(keys.to_vec()));
        CLOUDWATCH
            .write(|| call.clone().send().done("cloudwatch:UntagResource"))
            .await
    }
}
