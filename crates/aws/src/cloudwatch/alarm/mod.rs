//! `AWS::CloudWatch::Alarm`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_cloudwatch::types::MetricAlarm;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::cloudwatch::Alarm;
use model::{Owner, Tags};

use super::client::{CLOUDWATCH, CloudWatchClient, LAG};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::gone::until_gone;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::tagging::{self, Hints};
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Alarm<String>;
type Live = TypedLive<Properties>;

/// Reads and writes alarms.
///
/// The system's are read with one call by prefix. It shows no tags, so those that the tagging index
/// does not show are read only before a write.
#[derive(Debug)]
pub(crate) struct Alarms {
    cloudwatch: CloudWatchClient,
}

impl Alarms {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            cloudwatch: CloudWatchClient::new(account),
        }
    }

    fn live(&self, properties: Properties, tags: LiveTags) -> Live {
        let name = properties.alarm_name.clone();
        let attributes = Live::assigned([
            (Alarm::ARN, self.cloudwatch.arn(&name)),
            (Alarm::NAME, name.clone()),
        ]);
        TypedLive {
            id: name,
            properties,
            attributes,
            tags,
        }
    }

    /// An alarm with its tags, if the tagging index shows them.
    fn hinted(&self, alarm: &MetricAlarm, hints: &Hints) -> Live {
        let properties = convert::properties(alarm);
        let tags = hints.tags(&self.cloudwatch.arn(&properties.alarm_name));
        self.live(properties, tags.unwrap_or(LiveTags::Unread))
    }
}

fn normalise_actions(actions: &mut Vec<String>) {
    actions.sort();
    actions.dedup();
}

impl ResourceDriver for Alarms {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    const LIMITS: &'static [Limit] = limits::LIMITS;

    /// As many data points as are looked at is what CloudWatch takes for none stated.
    fn normalise(&self, alarm: &mut Properties) {
        alarm.actions_enabled.get_or_insert(true);
        alarm
            .treat_missing_data
            .get_or_insert_with(|| "missing".to_owned());
        let all = alarm.evaluation_periods;
        alarm.datapoints_to_alarm.take_if(|count| *count == all);
        alarm.alarm_description.take_if(|text| text.is_empty());
        if alarm.extended_statistic.is_some() {
            // An emulator adds its default.
            alarm.statistic = None;
            alarm
                .evaluate_low_sample_count_percentile
                .get_or_insert_with(|| "evaluate".to_owned());
        }
        alarm.dimensions.sort();
        for actions in [
            &mut alarm.alarm_actions,
            &mut alarm.ok_actions,
            &mut alarm.insufficient_data_actions,
        ] {
            normalise_actions(actions);
        }
    }

    /// Actions are a set that others add to, and turn off while they work on something.
    fn leave(&self, alarm: &mut Properties, live: &Properties) {
        leave(&mut alarm.actions_enabled, live.actions_enabled.as_ref());
        for (stated, live) in [
            (&mut alarm.alarm_actions, &live.alarm_actions),
            (&mut alarm.ok_actions, &live.ok_actions),
            (
                &mut alarm.insufficient_data_actions,
                &live.insufficient_data_actions,
            ),
        ] {
            stated.extend(live.iter().cloned());
        }
    }

    fn check(&self, alarm: &Properties, checks: &mut Checks) {
        limits::check(alarm, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.alarm_name;
        let hints = tagging::hints(&self.cloudwatch.account, cache).await?;
        if !name.starts_with(&self.cloudwatch.prefix()) {
            let found = self.cloudwatch.alarm(name).await?;
            return Ok(found.map(|alarm| self.hinted(&alarm, &hints)));
        }
        let alarms = self.cloudwatch.of_system(cache).await?;
        let mut alarms = alarms.iter();
        let found = alarms.find(|alarm| alarm.alarm_name() == Some(name));
        Ok(found.map(|alarm| self.hinted(alarm, &hints)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let hints = tagging::hints(&self.cloudwatch.account, cache).await?;
        let alarms = self.cloudwatch.of_system(cache).await?;
        let alarms = alarms.iter();
        Ok(alarms.map(|alarm| self.hinted(alarm, &hints)).collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.cloudwatch, Alarm::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        if let Some(resumed) = self.earlier(&desired, owner, tags).await? {
            return Ok(resumed);
        }
        self.put(&desired, Some(tags), None).await?;
        self.exists(&desired.alarm_name).await?;
        Ok(self.live(desired, LiveTags::Read(tags.clone())))
    }

    /// The call replaces the whole alarm, so it repeats what the model does not describe.
    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        let found = self.cloudwatch.alarm(&live.id).await?;
        self.put(desired, None, found).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let call = self.cloudwatch.sdk.delete_alarms().alarm_names(&live.id);
        CLOUDWATCH
            .delete(|| call.clone().send().done("cloudwatch:DeleteAlarms"))
            .await?;
        let name = format!("the alarm `{}`", live.id);
        until_gone(&name, LAG, || self.cloudwatch.alarm(&live.id)).await
    }
}
