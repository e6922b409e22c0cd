//! The metric of releases: a data point for each change of what the visitors of an application get.
//!
//! A release writes it, and the dashboard shows it. Annotations of the dashboard would be part of its body: each
//! release would be drift, and each team would need the right to write the dashboard. The metric is in the
//! system's Region, so systems of the same name in two Regions have two metrics.

use model::{Pseudo, Text};
use serde_json::{Value, json};

/// The namespace of the metric, which the condition of its permission names.
pub const NAMESPACE: &str = toggle_contract::METRICS;

/// The metric's name. Its unit is `Count`; its sum is the number of changes.
pub const RELEASES: &str = "Releases";

/// The dimensions of the metric of an application, `shell` or a team's name: names and values.
#[must_use]
pub fn dimensions(system: &str, application: &str) -> [(&'static str, String); 2] {
    [
        ("System", system.to_owned()),
        ("Application", application.to_owned()),
    ]
}

/// The metric of an application in a widget, whose other metrics are of another Region and scale. Source:
/// CloudWatch API reference, `Dashboard Body Structure and Syntax`: `region` and `yAxis` of a metric.
pub(super) fn shown(system: &str, application: &str) -> Value {
    let mut metric = vec![json!(NAMESPACE), json!(RELEASES)];
    for (name, value) in dimensions(system, application) {
        metric.extend([json!(name), json!(value)]);
    }
    metric.push(json!({
        "region": Text::from(Pseudo::Region), "stat": "Sum", "yAxis": "right", "label": "releases",
    }));
    Value::from(metric)
}
