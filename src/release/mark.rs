//! The mark of a release on a dashboard: a data point of a metric for each change of what visitors get.
//!
//! It is written once the release is, and never fails one: without it only the dashboard lacks something.

use std::time::Duration;

use aws::{Account, Control, failed, is_denied};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use engine::DriverError;
use model::{StackName, Tags};
use tokio::time::timeout;

use super::event::{Event, Events};
use super::releases::Releases;

/// What to do if the mark is denied: another run of the same release changes nothing, and marks nothing.
const GRANT: &str = "to show the next ones, grant it: `frontage apply` does so for the pipelines' roles, \
                     `frontage policy release` prints it for others";

/// What to do about everything else.
const LEAVE: &str = "the release is complete, and the next one is shown again";

/// How long a release waits for its mark.
const PATIENCE: Duration = Duration::from_secs(10);

/// A metric.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Its namespace.
    pub namespace: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The names and values of its dimensions.
    pub dimensions: Vec<(&'static str, String)>,
}

/// Where releases are marked, if the stack that shows the marks exists.
#[derive(Clone, Debug)]
pub struct Marks {
    control: Control,
    client: Client,
    shown_by: StackName,
    metric: Metric,
}

impl Marks {
    /// Marks in a metric that a stack of the system shows.
    #[must_use]
    pub fn new(account: &Account, shown_by: StackName, metric: Metric) -> Self {
        Self {
            control: Control::new(account, &Tags::new()),
            client: account.for_data().client(),
            shown_by,
            metric,
        }
    }

    /// Adds a data point at this moment, by `CloudWatch`'s clock. A call that is repeated may count twice.
    async fn add(&self) -> Result<(), DriverError> {
        if !self.control.has_row(&self.shown_by).await? {
            return Ok(());
        }
        let Metric {
            namespace,
            name,
            dimensions,
        } = &self.metric;
        let dimensions = dimensions
            .iter()
            .map(|(name, value)| Dimension::builder().name(*name).value(value).build());
        let datum = MetricDatum::builder()
            .metric_name(*name)
            .set_dimensions(Some(dimensions.collect()))
            .unit(StandardUnit::Count)
            .value(1.0)
            .build();
        let put = self.client.put_metric_data().namespace(*namespace);
        let put = Box::pin(put.metric_data(datum).send()).await;
        put.map(drop).map_err(failed("cloudwatch:PutMetricData"))
    }
}

impl Releases {
    /// Marks a change that has been made. What keeps it from that is only said.
    pub(super) async fn mark(&self, events: &Events) {
        let Some(marks) = &self.marks else {
            return;
        };
        let (reason, advice) = match timeout(PATIENCE, marks.add()).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) if is_denied(&error) => (error.to_string(), GRANT),
            Ok(Err(error)) => (error.to_string(), LEAVE),
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                (format!("there was no answer within {seconds} s"), LEAVE)
            }
        };
        events.tell(Event::Unmarked { reason, advice });
    }
}
