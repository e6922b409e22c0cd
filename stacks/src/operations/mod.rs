//! The stack `operations`: a dashboard of the whole system, and alarms on what the other stacks have no
//! alarms on.
//!
//! It refers to the other stacks, and none to it. What it shows is found in their resources, so a
//! function or a queue that a stack adds is shown without a change here.

mod alarms;
mod check;
mod dashboard;
mod edge;
mod releases;

use model::types::cloudwatch::Dashboard;
use model::types::codepipeline::PIPELINE;
use model::{EDGE_REGION, Graph, StackBuilder, StackName};

use self::edge::Edge;
pub use self::releases::{NAMESPACE, RELEASES, dimensions};
use crate::description::{Operations, System};
use crate::pipeline;
use crate::sites::Site;
use crate::toggles::topic;

/// The stack's name.
pub const STACK: &str = "operations";

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

/// What the stack leaves out of a described system, as a sentence; `None` if nothing. What has its metrics at
/// the edge needs CloudFront, but for the budget.
#[must_use]
pub fn left_out(system: &System) -> Option<String> {
    let settings = system.operations.as_ref()?;
    let region = system.region.as_deref();
    if !system.alarms.enabled || settings.budget.is_none() {
        return None;
    }
    let why = if !settings.edge_alarms {
        "`edge_alarms` is false".to_owned()
    } else if edge::is_reached_from(region) {
        return None;
    } else {
        let region = region.unwrap_or_default();
        format!("it would be in {EDGE_REGION}, which is in another partition than {region}")
    };
    Some(format!(
        "the stack {STACK} has no alarm on the budget: {why}"
    ))
}

/// Adds the stack to the graph, after all others.
pub(crate) fn add(graph: &mut Graph, system: &System, settings: &Operations, sites: &[Shown<'_>]) {
    let functions = alarms::functions(graph);
    let pipelines = pipelines(graph);
    let stack = &mut graph.stack(StackName::new(STACK));
    let check = check::add(stack, settings, sites);
    let alarms = settings.alarms(&system.alarms);
    if let Some(topic) = topic(stack, &alarms) {
        let has_edge = settings.edge_alarms && (!sites.is_empty() || settings.budget.is_some());
        let edge = has_edge.then(|| Edge::of(stack, system, &alarms, &topic));
        let edge = edge.flatten();
        // The dashboard shows them in this order.
        if let (Some(edge), Some(check)) = (&edge, &check) {
            check::add_alarm(stack, edge, check);
        }
        alarms::add_slow(stack, &topic, &functions);
        for pipeline in &pipelines {
            alarms::add_pipeline(stack, &topic, pipeline);
        }
        if let Some(edge) = &edge {
            add_at_edge(stack, edge, settings, sites);
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

/// Adds the alarms on the sites and on the budget.
fn add_at_edge(
    stack: &mut StackBuilder<'_>,
    edge: &Edge,
    settings: &Operations,
    sites: &[Shown<'_>],
) {
    for shown in sites {
        alarms::add_site(stack, edge, shown);
    }
    if let Some(budget) = settings.budget {
        alarms::add_budget(stack, edge, budget);
    }
}
