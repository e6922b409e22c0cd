//! The stack `operations`: a dashboard of the whole system, and alarms on what the other stacks have no
//! alarms on.
//!
//! It refers to the other stacks, and none to it. What it shows is found in their resources, so a
//! function or a queue that a stack adds is shown without a change here.

mod alarms;
mod check;
mod dashboard;
mod releases;

use model::types::cloudwatch::Dashboard;
use model::types::codepipeline::PIPELINE;
use model::{Graph, StackName};

pub use self::releases::{NAMESPACE, RELEASES, dimensions};
use crate::description::{Operations, System};
use crate::pipeline;
use crate::sites::Site;
use crate::toggles::topic;

/// The stack's name.
pub const STACK: &str = "operations";

/// The Region of CloudFront's metrics, of its certificates' and of an account's charges, in which alarms on
/// them must be. Sources: CloudFront developer guide, `Monitoring CloudFront metrics with Amazon CloudWatch`;
/// CloudWatch user guide, `Create a billing alarm`.
const EDGE_REGION: &str = "us-east-1";

/// A site with the name of its stack.
pub(crate) struct Shown<'s> {
    /// `shell`, or the team's name.
    pub(crate) name: &'s str,
    /// The site.
    pub(crate) site: &'s Site,
}

/// The pipeline of a team's releases in `CodePipeline`.
struct Piped {
    team: String,
    /// Its physical name, which is known before it exists.
    name: String,
}

/// The pipelines of releases of a graph: a preview that fails is the business of who asked for it. The
/// alarms name them, and refer to none.
fn pipelines(graph: &Graph) -> Vec<Piped> {
    let nodes = graph.nodes();
    let pipelines = nodes.filter(|node| {
        node.resource_type.name == PIPELINE.name && node.address.name() == pipeline::RELEASES
    });
    let named = pipelines.filter_map(|node| {
        Some(Piped {
            team: pipeline::team_name(node.address.stack())?.to_owned(),
            name: node.properties.get("Name")?.as_str()?.to_owned(),
        })
    });
    named.collect()
}

/// What the stack leaves out of a described system, as a sentence; `None` if nothing.
#[must_use]
pub fn left_out(system: &System, region: Option<&str>) -> Option<String> {
    let has_alarms = system.operations.is_some() && system.alarms.enabled;
    let elsewhere = region.is_some_and(|region| region != EDGE_REGION);
    let has = |what: fn(&Operations) -> bool| system.operations.as_ref().is_some_and(what);
    let has_shell = system.shell.is_some();
    let parts = [
        (has_shell, "the sites"),
        (has_shell, "their certificates"),
        (has_shell && has(|of| of.check), "the shell's check"),
        (has(|of| of.budget.is_some()), "the budget"),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(has, what)| has.then_some(what));
    let parts: Vec<_> = parts.collect();
    (has_alarms && elsewhere && !parts.is_empty()).then(|| {
        format!(
            "the stack {STACK} has no alarms on {}: their metrics are in {EDGE_REGION}, and an alarm is in the \
             Region of its metric",
            listed(&parts)
        )
    })
}

/// `a, b and c`.
fn listed(parts: &[&str]) -> String {
    match parts {
        [others @ .., before, last] => [others, &[&format!("{before} and {last}")]]
            .concat()
            .join(", "),
        parts => parts.concat(),
    }
}

/// Adds the stack to the graph, after all others.
pub(crate) fn add(graph: &mut Graph, system: &System, settings: &Operations, sites: &[Shown<'_>]) {
    let functions = alarms::functions(graph);
    let pipelines = pipelines(graph);
    let at_edge = system.region.as_deref() == Some(EDGE_REGION);
    let stack = &mut graph.stack(StackName::new(STACK));
    let check = check::add(stack, settings, sites);
    if let Some(topic) = topic(stack, &settings.alarms(&system.alarms)) {
        if let Some(check) = check.as_ref().filter(|_| at_edge) {
            check::add_alarm(stack, &topic, check);
        }
        alarms::add_slow(stack, &topic, &functions);
        for pipeline in &pipelines {
            alarms::add_pipeline(stack, &topic, pipeline);
        }
        for shown in sites.iter().filter(|_| at_edge) {
            alarms::add_site(stack, &topic, shown);
        }
        if let Some(budget) = settings.budget.filter(|_| at_edge) {
            alarms::add_budget(stack, &topic, budget);
        }
    }
    let mut body = dashboard::body(graph, system, sites, &pipelines);
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
