//! The dashboard: the alarms, the toggles' service, the pipelines, and a row per site.
//!
//! CloudFront publishes the rate of cache hits and the latency of an origin only if a distribution has
//! further metrics turned on, which costs; they are not shown. Source: the CloudFront developer guide,
//! `Viewing CloudFront and edge function metrics`.

use model::types::cloudwatch::ALARM;
use model::types::lambda::FUNCTION;
use model::types::sqs::QUEUE;
use model::{EDGE_REGION, Graph, Node, Pseudo, StackName, Text, physical_name};
use serde::Deserialize;
use serde_json::{Value, json};
use toggle_contract::NAMES;

use super::{Piped, Shown, releases};
use crate::description::System;
use crate::toggles;

/// The columns of a dashboard.
const COLUMNS: usize = 24;

/// The height of a widget, in the dashboard's grid units.
const HEIGHT: usize = 5;

/// The most alarms that a widget shows. Source: CloudWatch API reference, `Dashboard Body Structure and
/// Syntax`.
const ALARMS: usize = 100;

/// The widgets, placed in rows.
#[derive(Default)]
struct Rows {
    widgets: Vec<Value>,
    y: usize,
}

impl Rows {
    /// Adds a row of widgets of the same width.
    fn row(&mut self, widgets: Vec<(&str, Value)>) {
        let width = COLUMNS / widgets.len().max(1);
        for (at, (kind, properties)) in widgets.into_iter().enumerate() {
            self.widgets.push(json!({
                "type": kind, "x": at * width, "y": self.y, "width": width, "height": HEIGHT,
                "properties": properties,
            }));
        }
        self.y += HEIGHT;
    }
}

/// The body of a system's dashboard.
pub(super) fn body(
    graph: &Graph,
    system: &System,
    sites: &[Shown<'_>],
    pipelines: &[Piped],
) -> Value {
    let mut rows = Rows::default();
    let alarms = alarms(graph);
    if !alarms.is_empty() {
        rows.row(vec![(
            "alarm",
            json!({"title": "Alarms", "alarms": alarms}),
        )]);
    }
    let functions = names(graph, FUNCTION.name, "FunctionName");
    let of_functions = |metric: &str, statistic: &str| {
        let metrics = functions.iter();
        let metrics = metrics.map(|name| json!(["AWS/Lambda", metric, "FunctionName", name]));
        metric_widget(metric, &metrics.collect::<Vec<_>>(), statistic)
    };
    rows.row(vec![
        of_functions("Invocations", "Sum"),
        of_functions("Errors", "Sum"),
        of_functions("Throttles", "Sum"),
        of_functions("Duration", "p99"),
    ]);
    rows.row(vec![delivery(system), age(graph), letters(graph)]);
    if !pipelines.is_empty() {
        rows.row(vec![
            of_pipelines(pipelines, "FailedPipelineExecutions", "Sum"),
            of_pipelines(pipelines, "PipelineDuration", "Maximum"),
        ]);
    }
    for shown in sites {
        rows.row(vec![
            of_site(shown, "requests", &["Requests"], "Sum"),
            of_site(shown, "bytes to visitors", &["BytesDownloaded"], "Sum"),
            errors(shown, system.name.as_str()),
        ]);
    }
    json!({"start": "-PT12H", "widgets": rows.widgets})
}

/// The ARNs of the system's alarms, whose names and Regions are known before they exist.
fn alarms(graph: &Graph) -> Vec<Text> {
    let alarms = graph.nodes();
    let alarms = alarms.filter(|node| node.resource_type.name == ALARM.name);
    alarms.filter_map(arn_of_alarm).take(ALARMS).collect()
}

fn arn_of_alarm(alarm: &Node) -> Option<Text> {
    let name = Text::deserialize(alarm.properties.get("AlarmName")?).ok()?;
    let region = alarm
        .region()
        .map_or_else(|| Pseudo::Region.into(), Text::from);
    let resource = [Text::from("alarm:"), name];
    Some(Text::arn_in(region, "cloudwatch", resource))
}

/// A property of the resources of a type, as far as it is known before they exist.
fn names(graph: &Graph, resource_type: &str, property: &str) -> Vec<String> {
    let nodes = graph.nodes();
    let nodes = nodes.filter(|node| node.resource_type.name == resource_type);
    let names = nodes.filter_map(|node| node.properties.get(property)?.as_str());
    names.map(str::to_owned).collect()
}

/// How many connections the changes went to, and how long each fan-out took: there is no metric of that,
/// so it is read from the logs of the functions that send them.
fn delivery(system: &System) -> (&'static str, Value) {
    let stack = StackName::new(toggles::STACK);
    let log = |function| {
        let function = physical_name(system.name.as_str(), &stack, function);
        format!("SOURCE '/aws/lambda/{function}'")
    };
    let sources = [NAMES.toggle_message, NAMES.toggle_slice]
        .map(log)
        .join(" | ");
    let query = format!(
        "{sources} | filter message = 'told' \
         | stats max(connections) as clients, max(told_ms) as milliseconds by bin(5m)"
    );
    let properties = json!({
        "title": "Changes: clients, and milliseconds to the last", "view": "timeSeries",
        "region": Text::from(Pseudo::Region), "query": query,
    });
    ("log", properties)
}

fn age(graph: &Graph) -> (&'static str, Value) {
    let functions = names(graph, FUNCTION.name, "FunctionName").into_iter();
    let metrics = functions.map(|name| json!(["AWS/Lambda", "IteratorAge", "FunctionName", name]));
    let (kind, mut properties) =
        metric_widget("IteratorAge", &metrics.collect::<Vec<_>>(), "Maximum");
    properties["title"] = json!("Milliseconds that changes wait for functions");
    (kind, properties)
}

fn letters(graph: &Graph) -> (&'static str, Value) {
    let metric = "ApproximateNumberOfMessagesVisible";
    let queues = names(graph, QUEUE.name, "QueueName").into_iter();
    let metrics = queues.map(|name| json!(["AWS/SQS", metric, "QueueName", name]));
    let (kind, mut properties) = metric_widget(metric, &metrics.collect::<Vec<_>>(), "Maximum");
    properties["title"] = json!("Messages in queues");
    (kind, properties)
}

/// A metric of each team's pipeline.
fn of_pipelines(pipelines: &[Piped], metric: &str, statistic: &str) -> (&'static str, Value) {
    let metrics = pipelines.iter().map(|of| {
        let team = json!({"label": of.team});
        json!(["AWS/CodePipeline", metric, "PipelineName", of.name, team])
    });
    metric_widget(metric, &metrics.collect::<Vec<_>>(), statistic)
}

/// A widget of metrics of the system's Region.
fn metric_widget(title: &str, metrics: &[Value], statistic: &str) -> (&'static str, Value) {
    let properties = json!({
        "title": title, "view": "timeSeries", "stat": statistic, "period": 60,
        "region": Text::from(Pseudo::Region), "metrics": metrics,
    });
    ("metric", properties)
}

/// A widget of a site's metrics.
fn of_site(
    shown: &Shown<'_>,
    what: &str,
    metrics: &[&str],
    statistic: &str,
) -> (&'static str, Value) {
    let distribution = &shown.site.distribution_id;
    let metrics = metrics.iter().map(|metric| {
        json!([
            "AWS/CloudFront",
            metric,
            "Region",
            "Global",
            "DistributionId",
            distribution
        ])
    });
    let properties = json!({
        "title": format!("{}: {what}", shown.name), "view": "timeSeries", "stat": statistic,
        "period": 300, "region": EDGE_REGION, "metrics": metrics.collect::<Vec<_>>(),
    });
    ("metric", properties)
}

/// A site's errors, and its releases beside them.
fn errors(shown: &Shown<'_>, system: &str) -> (&'static str, Value) {
    let metrics = ["4xxErrorRate", "5xxErrorRate"];
    let (kind, mut properties) = of_site(shown, "errors in percent", &metrics, "Average");
    properties["title"] = json!(format!("{}: errors in percent, and releases", shown.name));
    if let Some(metrics) = properties["metrics"].as_array_mut() {
        metrics.push(releases::shown(system, shown.name));
    }
    (kind, properties)
}
