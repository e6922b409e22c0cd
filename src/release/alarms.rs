//! The alarms that are watched while a canary bakes.

use aws::{Account, failed};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};

use super::error::ReleaseError;

/// The most names of one call. Source: CloudWatch API reference, `DescribeAlarms`.
const NAMES: usize = 100;

/// Alarms of the account and Region, metric alarms and composite ones, by their whole names.
#[derive(Clone, Debug)]
pub struct Alarms {
    client: Client,
    names: Vec<String>,
}

/// An alarm that is in the state `ALARM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ringing {
    /// Its name.
    pub(super) alarm: String,
    /// The reason that `CloudWatch` gives.
    pub(super) reason: String,
}

impl Alarms {
    /// The alarms of these names.
    #[must_use]
    pub(super) fn new(account: &Account, names: &[String]) -> Self {
        Self {
            client: Client::new(&account.config("monitoring")),
            names: names.to_vec(),
        }
    }

    /// How many they are.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// Checks that each of them exists, and that none of them is ringing.
    ///
    /// # Errors
    /// One that does not exist or rings, or an error of `CloudWatch`.
    pub async fn assert_quiet(&self) -> Result<(), ReleaseError> {
        match self.ringing().await? {
            None => Ok(()),
            Some(Ringing { alarm, reason }) => Err(ReleaseError::RingingAlready { alarm, reason }),
        }
    }

    /// The first of them that is in the state `ALARM`. One with too little data to say is not.
    pub(super) async fn ringing(&self) -> Result<Option<Ringing>, ReleaseError> {
        for names in self.names.chunks(NAMES) {
            if let Some(ringing) = self.ringing_of(names).await? {
                return Ok(Some(ringing));
            }
        }
        Ok(None)
    }

    async fn ringing_of(&self, names: &[String]) -> Result<Option<Ringing>, ReleaseError> {
        let call = self
            .client
            .describe_alarms()
            .set_alarm_names(Some(names.to_vec()))
            .alarm_types(AlarmType::MetricAlarm)
            .alarm_types(AlarmType::CompositeAlarm)
            .max_records(i32::try_from(NAMES).unwrap_or_default());
        let found = call.send().await;
        let found = found
            .map_err(failed("cloudwatch:DescribeAlarms"))
            .map_err(ReleaseError::Aws)?;
        let metric = found
            .metric_alarms()
            .iter()
            .map(|of| (of.alarm_name(), of.state_value(), of.state_reason()));
        let composite = found
            .composite_alarms()
            .iter()
            .map(|of| (of.alarm_name(), of.state_value(), of.state_reason()));
        let all: Vec<_> = metric.chain(composite).collect();
        for name in names {
            let known = all.iter().find(|(known, ..)| *known == Some(name.as_str()));
            let Some((_, state, reason)) = known else {
                return Err(ReleaseError::NoAlarm(name.clone()));
            };
            if *state == Some(&StateValue::Alarm) {
                return Ok(Some(Ringing {
                    alarm: name.clone(),
                    reason: reason.unwrap_or("CloudWatch gives no reason").to_owned(),
                }));
            }
        }
        Ok(None)
    }
}
