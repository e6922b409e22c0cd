//! The check of the shell from outside, if `[operations]` asks for it: Route 53 asks for the page over TLS
//! from several places of the world, and looks for a text in it.
//!
//! Its metrics are in us-east-1 alone, as CloudFront's are. Source: `Monitoring health checks using
//! CloudWatch` in the Route 53 developer guide.

use model::types::cloudwatch::Alarm;
use model::types::route53::HealthCheck;
use model::{EDGE_REGION, Handle, StackBuilder, Text};
use serde_json::{Value, json};

use super::Shown;
use super::alarms::dimension;
use super::edge::Edge;
use crate::description::Operations;
use crate::shell;
use crate::sites::Host;

/// What begins the import map of the shell's page, in its head: a publish finds the map by it.
const IMPORT_MAP: &str = "<script type=\"importmap\">";

/// The height of the widget, in the dashboard's grid units.
const HEIGHT: u64 = 5;

/// Adds the check, if it is asked for and there is a shell. One that was switched off is looked for.
pub(super) fn add(
    stack: &mut StackBuilder<'_>,
    settings: &Operations,
    sites: &[Shown<'_>],
) -> Option<Handle<HealthCheck>> {
    stack.may_have_had::<HealthCheck>();
    let mut sites = sites.iter().filter(|_| settings.check);
    let shell = sites.find(|shown| shown.name == shell::STACK)?;
    let host = match &shell.site.host {
        Host::Domain(domain) => Text::from(domain.as_str()),
        Host::Distribution(distribution) => distribution.domain_name(),
    };
    Some(stack.add("check", HealthCheck::of_page(host, "/", IMPORT_MAP)))
}

/// Adds the alarm on the check. One without data rings as well: then nobody looks.
pub(super) fn add_alarm(stack: &mut StackBuilder<'_>, edge: &Edge, check: &Handle<HealthCheck>) {
    let alarm = Alarm {
        alarm_description: Some(
            "The shell does not answer with its page: look at its last release, its domain and its certificate"
                .to_owned(),
        ),
        namespace: "AWS/Route53".to_owned(),
        metric_name: "HealthCheckStatus".to_owned(),
        dimensions: vec![dimension("HealthCheckId", check.id())],
        statistic: Some("Minimum".to_owned()),
        comparison_operator: "LessThanThreshold".to_owned(),
        threshold: 1.0,
        // A new check has no data for the first of them.
        evaluation_periods: 5,
        treat_missing_data: Some("breaching".to_owned()),
        ..Alarm::default()
    };
    edge.add_alarm(stack, "site-shell-check", alarm);
}

/// Adds a widget to a dashboard, below all others: the percentage of checkers that the shell answers.
pub(super) fn show(body: &mut Value, check: &Handle<HealthCheck>) {
    let Some(widgets) = body["widgets"].as_array_mut() else {
        return;
    };
    let number = |widget: &Value, name: &str| widget[name].as_u64().unwrap_or(0);
    let ends = widgets
        .iter()
        .map(|widget| number(widget, "y") + number(widget, "height"));
    let below = ends.max().unwrap_or(0);
    widgets.push(json!({
        "type": "metric", "x": 0, "y": below, "width": 24, "height": HEIGHT,
        "properties": {
            "title": "shell from outside: percent of checkers that it answers",
            "view": "timeSeries", "stat": "Average", "period": 60, "region": EDGE_REGION,
            "metrics": [["AWS/Route53", "HealthCheckPercentageHealthy", "HealthCheckId", check.id()]],
        },
    }));
}
