//! The alarms that are watched while a canary bakes.

use aws::{Account, failed};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};

use super::error::ReleaseError;

/// The Region of the metrics of `CloudFront`, and so of the alarms on a site. Source: CloudFront
/// Developer Guide, "Monitor CloudFront metrics with Amazon CloudWatch".
const GLOBAL: &str = "us-east-1";
/// The most names of one call. Source: CloudWatch API reference, `DescribeAlarms`.
const NAMES: usize = 100;

/// Alarms of the account, metric alarms and composite ones, by their whole names: in the system's
/// Region, and those that are not there in us-east-1.
#[derive(Clone, Debug)]
pub struct Alarms {
    clients: [Client; 2],
    names: Vec<String>,
}

/// What a Region says of alarms.
#[derive(Debug, Default)]
struct Looked {
    ringing: Option<Ringing>,
    absent: Vec<String>,
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
            clients: [account.region(), GLOBAL].map(|region| account.client_in(region)),
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
        let mut wanted = self.names.clone();
        for client in &self.clients {
            let mut absent = Vec::new();
            for names in wanted.chunks(NAMES) {
                let looked = look(client, names).await?;
                if looked.ringing.is_some() {
                    return Ok(looked.ringing);
                }
                absent.extend(looked.absent);
            }
            wanted = absent;
        }
        match wanted.into_iter().next() {
            Some(name) => Err(ReleaseError::NoAlarm(name)),
            None => Ok(None),
        }
    }
}

/// Looks at the alarms of these names in one Region.
async fn look(client: &Client, names: &[String]) -> Result<Looked, ReleaseError> {
    let call = client
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
    let mut looked = Looked::default();
    for name in names {
        let known = all.iter().find(|(known, ..)| *known == Some(name.as_str()));
        match known {
            None => looked.absent.push(name.clone()),
            Some((_, Some(StateValue::Alarm), reason)) => {
                looked.ringing.get_or_insert_with(|| Ringing {
                    alarm: name.clone(),
                    reason: reason.unwrap_or("CloudWatch gives no reason").to_owned(),
                });
            }
            Some(_) => {}
        }
    }
    Ok(looked)
}
