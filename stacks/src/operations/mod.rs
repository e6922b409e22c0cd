//! The stack `operations`: a dashboard of the whole system, and alarms on what the other stacks have no
//! alarms on.
//!
//! It refers to the other stacks, and none to it. What it shows is found in their resources, so a
//! function or a queue that a stack adds is shown without a change here.

mod alarms;
mod check;
mod dashboard;

use model::types::cloudwatch::Dashboard;
use model::{Graph, StackName};

use crate::description::{Operations, System};
use crate::sites::Site;
use crate::toggles::topic;

/// The stack's name.
pub const STACK: &str = "operations";

/// The Region of CloudFront's metrics and of its certificates', in which alarms on them must be. Source:
/// CloudFront developer guide, `Monitoring CloudFront metrics with Amazon CloudWatch`.
const EDGE_REGION: &str = "us-east-1";

/// A site with the name of its stack.
pub(crate) struct Shown<'s> {
    /// `shell`, or the team's name.
    pub(crate) name: &'s str,
    /// The site.
    pub(crate) site: &'s Site,
}

/// What the stack leaves out of a described system, as a sentence; `None` if nothing.
#[must_use]
pub fn left_out(system: &System, region: Option<&str>) -> Option<String> {
    let has_alarms = system.operations.is_some() && system.alarms.enabled;
    let elsewhere = region.is_some_and(|region| region != EDGE_REGION);
    (has_alarms && elsewhere && system.shell.is_some()).then(|| {
        format!(
            "the stack {STACK} has no alarms on the sites and their certificates: CloudFront's metrics are in \
             {EDGE_REGION}, and an alarm is in the Region of its metric"
        )
    })
}

/// Adds the stack to the graph, after all others.
pub(crate) fn add(graph: &mut Graph, system: &System, settings: &Operations, sites: &[Shown<'_>]) {
    let functions = alarms::functions(graph);
    let at_edge = system.region.as_deref() == Some(EDGE_REGION);
    let stack = &mut graph.stack(StackName::new(STACK));
    let check = check::add(stack, settings, sites);
    if let Some(topic) = topic(stack, &settings.alarms(&system.alarms)) {
        if let Some(check) = check.as_ref().filter(|_| at_edge) {
            check::add_alarm(stack, &topic, check);
        }
        alarms::add_slow(stack, &topic, &functions);
        for shown in sites.iter().filter(|_| at_edge) {
            alarms::add_site(stack, &topic, shown);
        }
    }
    let mut body = dashboard::body(graph, system, sites);
    if let Some(check) = &check {
        check::show(&mut body, check);
    }
    let stack = &mut graph.stack(StackName::new(STACK));
    let dashboard = Dashboard {
        dashboard_name: stack.account_wide_name("dashboard"),
        dashboard_body: body,
    };
    stack.add("dashboard", dashboard);
    stack.output("dashboard", stack.account_wide_name("dashboard"));
}
