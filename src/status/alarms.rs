//! The states of the system's alarms.

use std::collections::BTreeMap;

use aws::{Account, failed};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::{DateTime, DateTimeFormat};
use aws_sdk_cloudwatch::types::{AlarmType, MetricAlarm, StateValue};
use engine::{DriverError, Selection};
use futures_util::future::try_join_all;
use model::types::cloudwatch::ALARM;
use model::{Address, Graph};
use serde::Serialize;
use serde_json::Value;

/// The most names that one call takes. Source: the CloudWatch API reference of `DescribeAlarms`.
const NAMES: usize = 100;

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// Its address.
    pub address: Address,
    /// Its state.
    pub state: AlarmState,
    /// When it got into the state, RFC 3339, in UTC.
    pub since: Option<String>,
    /// What to do about it.
    pub description: Option<String>,
    /// Whether its actions are turned off, so that it notifies no address.
    pub muted: bool,
}

/// The state of an alarm, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmState {
    /// CloudWatch's `ALARM`.
    Ringing,
    /// CloudWatch's `INSUFFICIENT_DATA`, as right after its creation.
    NoData,
    /// CloudWatch's `OK`.
    Quiet,
}

/// The alarms of the selected stacks that exist, those that ring first: one call per hundred of a Region.
///
/// # Errors
/// CloudWatch's.
pub async fn alarms(
    account: &Account,
    graph: &Graph,
    selection: &Selection,
) -> Result<Vec<Alarm>, DriverError> {
    let described = described(account, graph, selection);
    let regions = described.iter();
    let found = regions.map(|(region, names)| of_region(account, region, names));
    let found = try_join_all(found).await?.into_iter().flatten();
    let mut alarms: Vec<_> = found.collect();
    alarms.sort_by(|one, other| (one.state, &one.address).cmp(&(other.state, &other.address)));
    Ok(alarms)
}

/// The alarms of a Region by their names.
type Named = BTreeMap<String, Address>;

/// The names of the alarms that a graph describes, by their Regions. They are known before they exist.
fn described(account: &Account, graph: &Graph, selection: &Selection) -> BTreeMap<String, Named> {
    let nodes = graph.nodes().filter(|node| {
        node.resource_type.name == ALARM.name && selection.contains(node.address.stack())
    });
    let known = account.known();
    let mut described = BTreeMap::<String, Named>::new();
    for node in nodes {
        let properties = known.resolve(&node.properties);
        if let Some(name) = properties.get("AlarmName").and_then(Value::as_str) {
            let region = node.region().unwrap_or(account.region()).to_owned();
            let names = described.entry(region).or_default();
            names.insert(name.to_owned(), node.address.clone());
        }
    }
    described
}

async fn of_region(
    account: &Account,
    region: &str,
    described: &Named,
) -> Result<Vec<Alarm>, DriverError> {
    let client = account.client_in(region);
    let names: Vec<_> = described.keys().cloned().collect();
    let calls = names.chunks(NAMES).map(|names| describe(&client, names));
    let found = try_join_all(calls).await?.into_iter().flatten();
    let alarms = found.filter_map(|alarm| {
        let address = described.get(alarm.alarm_name()?)?;
        Some(Alarm::of(address, &alarm))
    });
    Ok(alarms.collect())
}

async fn describe(client: &Client, names: &[String]) -> Result<Vec<MetricAlarm>, DriverError> {
    let call = client
        .describe_alarms()
        .set_alarm_names(Some(names.to_vec()));
    let call = call
        .alarm_types(AlarmType::MetricAlarm)
        .max_records(i32::try_from(NAMES).unwrap_or(i32::MAX));
    let found = call.send().await;
    let found = found.map_err(failed("cloudwatch:DescribeAlarms"))?;
    Ok(found.metric_alarms.unwrap_or_default())
}

impl Alarm {
    fn of(address: &Address, alarm: &MetricAlarm) -> Self {
        let state = match alarm.state_value() {
            Some(StateValue::Alarm) => AlarmState::Ringing,
            Some(StateValue::Ok) => AlarmState::Quiet,
            _ => AlarmState::NoData,
        };
        let since = alarm.state_transitioned_timestamp();
        let since = since.or_else(|| alarm.state_updated_timestamp());
        let since = since.and_then(|at| {
            let at = DateTime::from_secs(at.secs());
            at.fmt(DateTimeFormat::DateTime).ok()
        });
        Self {
            address: address.clone(),
            state,
            since,
            description: alarm.alarm_description().map(str::to_owned),
            muted: alarm.actions_enabled() == Some(false),
        }
    }
}
