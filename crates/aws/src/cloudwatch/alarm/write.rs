//! Writes of alarms.

use aws_sdk_cloudwatch::types::MetricAlarm;
use engine::{DriverError, LiveTags};
use model::{Owner, Tags};

use super::{Alarms, Live, Properties, convert};
use crate::cloudwatch::client::{CLOUDWATCH, LAG, sdk_tags};
use crate::kit::call::Call as _;
use crate::kit::ownership::adopt;
use crate::kit::tag_store::TagCalls as _;
use crate::kit::typed::ResourceDriver as _;
use crate::kit::wait::until;

impl Alarms {
    /// The alarm that an earlier attempt created, as desired now. The call that creates an alarm
    /// overwrites one of the same name, whoever owns it, and leaves its tags: so it is looked for
    /// first. Source: the CloudWatch API reference of `PutMetricAlarm`.
    pub(super) async fn earlier(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Option<Live>, DriverError> {
        let name = &desired.alarm_name;
        let Some(found) = self.now(desired).await? else {
            return Ok(None);
        };
        let found_tags = self.cloudwatch.tags(&self.arn(desired)).await?;
        let refused = format!("an alarm `{name}` of another owner exists and is left untouched");
        adopt(&found_tags, owner, DriverError::Invalid(refused))?;
        let found = self.properties(self.region(desired), &found);
        let live = self.live(found, LiveTags::Read(found_tags));
        self.resumed(live, desired.clone(), tags).await.map(Some)
    }

    /// Writes the whole alarm, and keeps of `found` what the model does not describe.
    pub(super) async fn put(
        &self,
        alarm: &Properties,
        tags: Option<&Tags>,
        found: Option<MetricAlarm>,
    ) -> Result<(), DriverError> {
        let sdk = self.cloudwatch.places.at(self.region(alarm));
        let call = convert::put(sdk.put_metric_alarm(), alarm);
        let mut call = call.set_tags(tags.map(sdk_tags));
        if let Some(found) = found {
            call = call
                .set_evaluation_window(found.evaluation_window)
                .set_warm_up_configuration(found.warm_up_configuration)
                .set_action_configuration(found.action_configuration);
        }
        CLOUDWATCH
            .write(|| call.clone().send().done("cloudwatch:PutMetricAlarm"))
            .await
    }

    /// Waits until a new alarm is described.
    pub(super) async fn exists(&self, alarm: &Properties) -> Result<(), DriverError> {
        let name = &alarm.alarm_name;
        until(&format!("the alarm `{name}` to exist"), LAG, || async {
            let found = self.now(alarm).await?;
            Ok(found.map(drop).ok_or_else(|| "no alarm".to_owned()))
        })
        .await
    }
}
