//! The alarms on what has its metrics in one Region alone, wherever the system is: sites, certificates, the
//! shell's check, the account's charges.
//!
//! An alarm is in the Region of its metric, and notifies a topic of its own Region. Sources: CloudWatch API
//! reference, `PutMetricAlarm`; CloudFront developer guide, `Monitoring CloudFront metrics with Amazon
//! CloudWatch`.

use model::types::cloudfront;
use model::types::cloudwatch::Alarm;
use model::types::sns::Topic;
use model::{EDGE_REGION, Handle, StackBuilder};

use crate::description::{Alarms, System};
use crate::toggles;

/// The name of the topic of such alarms in the stack, where it is not that of all others.
const TOPIC: &str = "edge-alarms";

/// Where such alarms are, and what they notify.
pub(super) struct Edge {
    topic: Handle<Topic>,
    /// [`EDGE_REGION`], unless the system is there itself.
    region: Option<String>,
}

impl Edge {
    /// What the alarms of a system notify: the topic of all others where the system is in their Region,
    /// otherwise one of their own, with the same subscriptions. A KMS key of another Region cannot encrypt
    /// that, so its key is left to others. `None` if the account has no such Region.
    pub(super) fn of(
        stack: &mut StackBuilder<'_>,
        system: &System,
        settings: &Alarms,
        topic: &Handle<Topic>,
    ) -> Option<Self> {
        let region = system.region.as_deref();
        if region == Some(EDGE_REGION) {
            return Some(Self {
                topic: topic.clone(),
                region: None,
            });
        }
        is_reached_from(region).then(|| {
            let region = Some(EDGE_REGION.to_owned());
            let topic = Topic {
                region: region.clone(),
                ..Topic::default()
            };
            let topic = toggles::subscribed(stack, TOPIC, topic, &settings.emails);
            Self { topic, region }
        })
    }

    /// Adds an alarm.
    pub(super) fn add_alarm(&self, stack: &mut StackBuilder<'_>, name: &str, alarm: Alarm) {
        let alarm = Alarm {
            region: self.region.clone(),
            ..alarm
        };
        toggles::add_alarm(stack, &self.topic, name, alarm);
    }
}

/// Whether an account with a system in a Region has [`EDGE_REGION`]: those of China and of the US government
/// do not, and have no CloudFront of this kind either. A Region that is not known may be any.
pub(super) fn is_reached_from(region: Option<&str>) -> bool {
    region.is_none_or(|region| cloudfront::SERVICE.is_in(region))
}
