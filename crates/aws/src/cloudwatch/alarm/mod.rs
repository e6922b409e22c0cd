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
/// The system's are read with one call by prefix and Region. It shows no tags, so those that the tagging
/// index does not show are read only before a write.
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
        let arn = self.arn(&properties);
        // A name is unique in its Region.
        let id = properties.region.as_ref().map_or(&name, |_| &arn).clone();
        let attributes = Live::assigned([(Alarm::ARN, arn), (Alarm::NAME, name)]);
        TypedLive {
            id,
            properties,
            attributes,
            tags,
        }
    }

    /// The Region of an alarm.
    fn region<'p>(&'p self, alarm: &'p Properties) -> &'p str {
        self.cloudwatch.places.region(alarm.region.as_deref())
    }

    fn arn(&self, alarm: &Properties) -> String {
        self.cloudwatch.arn(self.region(alarm), &alarm.alarm_name)
    }

    /// The properties of an alarm that was read in a Region.
    fn properties(&self, region: &str, alarm: &MetricAlarm) -> Properties {
        Properties {
            region: self.cloudwatch.places.stated(region),
            ..convert::properties(alarm)
        }
    }

    /// An alarm as it is now.
    async fn now(&self, alarm: &Properties) -> Result<Option<MetricAlarm>, DriverError> {
        let region = self.region(alarm);
        self.cloudwatch.alarm(region, &alarm.alarm_name).await
    }

    /// An alarm with its tags, if the tagging index shows them.
    fn hinted(&self, region: &str, alarm: &MetricAlarm, hints: &Hints) -> Live {
        let properties = self.properties(region, alarm);
        let tags = hints.tags(&self.arn(&properties));
        self.live(properties, tags.unwrap_or(LiveTags::Unread))
    }

    /// Those in the other Region, if its index shows some. A topic that they notify is deleted after them,
    /// so it shows them as well.
    async fn list_elsewhere(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let account = &self.cloudwatch.account;
        let Some(region) = account.edge_region() else {
            return Ok(Vec::new());
        };
        let hints = tagging::hints_in(account, region, cache).await?;
        if !["cloudwatch", "sns"].iter().any(|of| hints.has(of)) {
            return Ok(Vec::new());
        }
        let alarms = self.cloudwatch.of_system(region, cache).await?;
        let alarms = alarms.iter();
        let mut alarms: Vec<_> = alarms
            .map(|alarm| self.hinted(region, alarm, &hints))
            .collect();
        let places = &self.cloudwatch.places;
        alarms.retain(|of| {
            of.tags.known().is_some() || places.is_name_there(&of.properties.alarm_name)
        });
        Ok(alarms)
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
        let here = self.cloudwatch.account.region();
        alarm.region.take_if(|region| region == here);
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
        let (name, region) = (
            &request.properties.alarm_name,
            self.region(&request.properties),
        );
        let hints = tagging::hints_in(&self.cloudwatch.account, region, cache).await?;
        if !name.starts_with(&self.cloudwatch.prefix()) {
            let found = self.cloudwatch.alarm(region, name).await?;
            return Ok(found.map(|alarm| self.hinted(region, &alarm, &hints)));
        }
        let alarms = self.cloudwatch.of_system(region, cache).await?;
        let mut alarms = alarms.iter();
        let found = alarms.find(|alarm| alarm.alarm_name() == Some(name));
        Ok(found.map(|alarm| self.hinted(region, alarm, &hints)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let hints = tagging::hints(&self.cloudwatch.account, cache).await?;
        let here = self.cloudwatch.account.region();
        let alarms = self.cloudwatch.of_system(here, cache).await?;
        let alarms = alarms.iter().map(|alarm| self.hinted(here, alarm, &hints));
        let elsewhere = self.list_elsewhere(cache).await?;
        Ok(alarms.chain(elsewhere).collect())
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
        self.exists(&desired).await?;
        Ok(self.live(desired, LiveTags::Read(tags.clone())))
    }

    /// The call replaces the whole alarm, so it repeats what the model does not describe.
    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        let found = self.now(&live.properties).await?;
        self.put(desired, None, found).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let sdk = self.cloudwatch.places.at(self.region(&live.properties));
        let call = sdk.delete_alarms().alarm_names(&live.properties.alarm_name);
        CLOUDWATCH
            .delete(|| call.clone().send().done("cloudwatch:DeleteAlarms"))
            .await?;
        let name = format!("the alarm `{}`", live.id);
        until_gone(&name, LAG, || self.now(&live.properties)).await
    }
}
