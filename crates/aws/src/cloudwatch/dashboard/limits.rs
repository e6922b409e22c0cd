//! The limits of dashboards that emulators do not enforce.

use serde_json::Value;

use super::Properties;
use crate::kit::limits::{Checks, Limit};

const API: &str = "CloudWatch API reference, PutDashboard";
const BODY: &str = "CloudWatch API reference, Dashboard Body Structure and Syntax";

/// The most metrics of a dashboard. Source: CloudWatch user guide, `CloudWatch service quotas`.
const METRICS: usize = 2_500;

/// The most metrics of a widget. Source: as above.
const WIDGET_METRICS: usize = 500;

/// The limits of single properties. One widget of the 500 is the owner's note.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("DashboardName", 1, 255, API),
    Limit::characters(
        "DashboardName",
        |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
        "letters, digits, - and _",
        API,
    ),
    Limit::count("DashboardBody.widgets", 0, 499, BODY),
    Limit::range("DashboardBody.widgets[].x", 0, 23, BODY),
    Limit::range("DashboardBody.widgets[].width", 1, 24, BODY),
    Limit::range("DashboardBody.widgets[].height", 1, 1_000, BODY),
];

/// The limits that concern the whole body.
pub(super) fn check(dashboard: &Properties, checks: &mut Checks) {
    let Some(widgets) = widgets(&dashboard.dashboard_body) else {
        checks.refuse("DashboardBody", "has no list `widgets`");
        return;
    };
    let counts = widgets.iter().map(metrics);
    let (most, all) = counts.fold((0, 0), |(most, all), count| (count.max(most), all + count));
    checks.require(
        most <= WIDGET_METRICS,
        "DashboardBody.widgets",
        format!("have a widget of {most} metrics; {WIDGET_METRICS} are allowed"),
    );
    checks.require(
        all <= METRICS,
        "DashboardBody.widgets",
        format!("have {all} metrics; {METRICS} are allowed"),
    );
}

fn widgets(body: &Value) -> Option<&Vec<Value>> {
    body.get("widgets")?.as_array()
}

fn metrics(widget: &Value) -> usize {
    let metrics = widget.pointer("/properties/metrics");
    metrics.and_then(Value::as_array).map_or(0, Vec::len)
}
