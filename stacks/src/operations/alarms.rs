//! Alarms on what the other stacks have no alarms on: slow functions, pipelines, the sites, and what the
//! account costs.
//!
//! Each metric is one that AWS documents: `Using CloudWatch metrics with Lambda` in the Lambda developer
//! guide, `CodePipeline CloudWatch metrics` in the CodePipeline user guide, `Viewing CloudFront and edge
//! function metrics` in the CloudFront developer guide, `Supported CloudWatch metrics` in the Certificate
//! Manager user guide, and `Create a billing alarm` in the CloudWatch user guide.
//!
//! A failed pipeline also sends an event. An alarm needs no rule and no policy of the topic, and is seen in
//! the dashboard and by `frontage status`.

use model::types::cloudwatch::{Alarm, Dimension};
use model::types::lambda::FUNCTION;
use model::types::sns::Topic;
use model::{Graph, Handle, StackBuilder, Text};

use super::edge::Edge;
use super::{Piped, Shown};
use crate::toggles::add_alarm;

/// The share of a function's timeout at which it is slow.
const SLOW: f64 = 0.8;

/// Percent of a site's requests that the origin or CloudFront answers with 5xx.
const SERVER_ERRORS: f64 = 1.0;

/// Percent of a site's requests for what does not exist, or is not allowed: a page that names a file of a
/// release that is gone.
const CLIENT_ERRORS: f64 = 10.0;

/// Days before a certificate expires. ACM renews 60 days before, and what is left after that needs a
/// person. Source: the Certificate Manager user guide, `Managed certificate renewal`.
const DAYS_LEFT: f64 = 30.0;

/// Seconds in which a pipeline's failures are one.
const FAILURES: i32 = 300;

/// Seconds of one look at the account's charges, which AWS publishes several times a day.
const CHARGES: i32 = 21_600;

/// A function of the system.
pub(super) struct Timed {
    /// Its name in its stack.
    pub(super) name: String,
    /// Its physical name, which is known before it exists.
    function: String,
    /// Its timeout in seconds.
    timeout: u32,
}

/// The functions of a graph, by their stacks and names.
pub(super) fn functions(graph: &Graph) -> Vec<Timed> {
    let nodes = graph.nodes();
    let functions = nodes.filter(|node| node.resource_type.name == FUNCTION.name);
    let timed = functions.filter_map(|node| {
        let property = |name: &str| node.properties.get(name);
        Some(Timed {
            name: node.address.name().to_owned(),
            function: property("FunctionName")?.as_str()?.to_owned(),
            timeout: property("Timeout")?.as_u64()?.try_into().ok()?,
        })
    });
    timed.collect()
}

/// Adds an alarm per function that takes nearly as long as it may.
pub(super) fn add_slow(stack: &mut StackBuilder<'_>, topic: &Handle<Topic>, functions: &[Timed]) {
    for of in functions {
        let alarm = Alarm {
            alarm_description: Some(format!(
                "The function {} takes nearly its timeout of {} s: read its log",
                of.name, of.timeout
            )),
            namespace: "AWS/Lambda".to_owned(),
            metric_name: "Duration".to_owned(),
            dimensions: vec![dimension("FunctionName", Text::from(of.function.as_str()))],
            statistic: Some("Maximum".to_owned()),
            threshold: f64::from(of.timeout) * 1_000.0 * SLOW,
            evaluation_periods: 5,
            datapoints_to_alarm: Some(3),
            ..Alarm::default()
        };
        add_alarm(stack, topic, &format!("{}-slow", of.name), alarm);
    }
}

/// Adds the alarm on the runs of a pipeline that fail.
pub(super) fn add_pipeline(stack: &mut StackBuilder<'_>, topic: &Handle<Topic>, of: &Piped) {
    let team = &of.team;
    let alarm = Alarm {
        alarm_description: Some(format!(
            "A run of the pipeline of team {team} has failed: run `frontage pipeline logs {team}`"
        )),
        namespace: "AWS/CodePipeline".to_owned(),
        metric_name: "FailedPipelineExecutions".to_owned(),
        dimensions: vec![dimension("PipelineName", Text::from(of.name.as_str()))],
        statistic: Some("Sum".to_owned()),
        period: FAILURES,
        ..Alarm::default()
    };
    add_alarm(stack, topic, &format!("pipeline-{team}-failed"), alarm);
}

/// Adds the alarm on what the account has cost since the month began.
pub(super) fn add_budget(stack: &mut StackBuilder<'_>, edge: &Edge, budget: i32) {
    let alarm = Alarm {
        alarm_description: Some(format!(
            "The account has cost more than {budget} US dollars this month: look at Cost Explorer"
        )),
        namespace: "AWS/Billing".to_owned(),
        metric_name: "EstimatedCharges".to_owned(),
        dimensions: vec![dimension("Currency", Text::from("USD"))],
        statistic: Some("Maximum".to_owned()),
        threshold: f64::from(budget),
        period: CHARGES,
        ..Alarm::default()
    };
    edge.add_alarm(stack, "budget", alarm);
}

/// Adds the alarms on a site.
pub(super) fn add_site(stack: &mut StackBuilder<'_>, edge: &Edge, of: &Shown<'_>) {
    let name = of.name;
    for (metric, end, threshold, what) in [
        (
            "5xxErrorRate",
            "5xx",
            SERVER_ERRORS,
            "server errors: look at its bucket",
        ),
        (
            "4xxErrorRate",
            "4xx",
            CLIENT_ERRORS,
            "requests for files that it does not have: look at its last release",
        ),
    ] {
        let alarm = Alarm {
            alarm_description: Some(format!(
                "The site {name} answers above {threshold} % with {what}"
            )),
            namespace: "AWS/CloudFront".to_owned(),
            metric_name: metric.to_owned(),
            dimensions: vec![
                dimension("DistributionId", of.site.distribution_id.clone()),
                dimension("Region", Text::from("Global")),
            ],
            statistic: Some("Average".to_owned()),
            threshold,
            evaluation_periods: 5,
            datapoints_to_alarm: Some(3),
            ..Alarm::default()
        };
        edge.add_alarm(stack, &format!("site-{name}-{end}"), alarm);
    }
    if let Some(certificate) = &of.site.certificate {
        let alarm = Alarm {
            alarm_description: Some(format!(
                "The certificate of the site {name} expires within {DAYS_LEFT} days: look at its renewal in ACM"
            )),
            namespace: "AWS/CertificateManager".to_owned(),
            metric_name: "DaysToExpiry".to_owned(),
            dimensions: vec![dimension("CertificateArn", certificate.clone())],
            statistic: Some("Minimum".to_owned()),
            comparison_operator: "LessThanThreshold".to_owned(),
            threshold: DAYS_LEFT,
            // ACM publishes it twice a day until the certificate expires.
            period: 86_400,
            ..Alarm::default()
        };
        edge.add_alarm(stack, &format!("site-{name}-certificate"), alarm);
    }
}

pub(super) fn dimension(name: &str, value: Text) -> Dimension {
    Dimension {
        name: name.to_owned(),
        value,
    }
}
