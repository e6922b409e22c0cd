//! Data that are deleted by address.

use model::{Graph, StackName, Tags};
use serde_json::json;

use super::cloud::{Cloud, Drawer, Thing, Vault, thing, things};
use crate::{Goal, LiveProperties, Plan, PlanError, Target, narrow};

const DESTROY: Goal = Goal::Destroy { delete_data: true };

/// Two vaults with a drawer each, and things that need these.
fn vaults(users: &[(&str, &str)]) -> Graph {
    let mut graph = Graph::new("sys", Tags::new());
    let mut stack = graph.stack(StackName::new("s"));
    for (vault, drawer) in [("v", "d"), ("w", "e")] {
        stack.add(vault, Vault(thing(vault, &[])));
        stack.add(drawer, Drawer(thing(drawer, &[vault])));
    }
    for (user, on) in users {
        stack.add(user, Thing(thing(user, &[on])));
    }
    graph
}

fn target(name: &str, id: Option<&str>) -> Target {
    Target {
        address: format!("s/{name}").parse().unwrap(),
        id: id.map(str::to_owned),
    }
}

async fn narrowed(cloud: &Cloud, graph: &Graph, of: &[&str]) -> Result<Plan, PlanError> {
    let targets: Vec<_> = of.iter().map(|name| target(name, None)).collect();
    let inventory = cloud.read(graph, DESTROY).await;
    let plan = crate::plan(graph, &inventory, &cloud.drivers().readers(), DESTROY)?;
    narrow(plan, graph, &inventory, &targets)
}

fn names(plan: &Plan) -> Vec<&str> {
    let mut names: Vec<_> = plan.resources.iter().map(|of| of.address.name()).collect();
    names.sort_unstable();
    names
}

/// Whether the vaults are described or remains of a description makes no difference.
#[tokio::test]
async fn one_goes_with_what_is_in_it_and_nothing_else() {
    let cloud = Cloud::default();
    cloud.apply(&vaults(&[])).await;
    for graph in [vaults(&[]), things([])] {
        let plan = narrowed(&cloud, &graph, &["v"]).await.unwrap();
        assert_eq!(names(&plan), ["d", "v"]);
        let both = narrowed(&cloud, &graph, &["w", "d"]).await.unwrap();
        assert_eq!(names(&both), ["d", "e", "w"]);
    }
    let plan = narrowed(&cloud, &vaults(&[]), &["v"]).await.unwrap();
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    assert!(cloud.run(plan, stopped).await.complete());
    assert_eq!(cloud.names(), ["e", "w"]);
}

#[tokio::test]
async fn what_something_refers_to_that_stays_is_not_deleted() {
    let cloud = Cloud::default();
    let graph = vaults(&[("a", "v"), ("b", "w")]);
    cloud.apply(&graph).await;
    for graph in [&graph, &things([])] {
        let refused = narrowed(&cloud, graph, &["v"]).await.unwrap_err();
        assert_eq!(refused.to_string(), "s/v is used by s/a, which stays");
        let plan = narrowed(&cloud, graph, &["v", "a"]).await.unwrap();
        assert_eq!(names(&plan), ["a", "d", "v"]);
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_error() {
    let cloud = Cloud::default();
    cloud.apply(&things([])).await;
    let absent = narrowed(&cloud, &vaults(&[]), &["v"]).await.unwrap_err();
    let said = "no resource of this system has the address s/v";
    assert_eq!(absent.to_string(), said);
}

/// An interrupted run may leave two resources with one address.
#[tokio::test]
async fn one_of_two_is_named_by_its_id() {
    let cloud = Cloud::default();
    let graph = vaults(&[]);
    cloud.apply(&graph).await;
    cloud.meddle("v", |live| {
        live.properties = LiveProperties::new(json!(thing("old", &[])));
    });
    cloud.apply(&graph).await;
    let plan = cloud.plan(&graph, Goal::Converge).await.unwrap();
    let kept: Vec<_> = plan.kept.iter().map(ToString::to_string).collect();
    assert_eq!(kept, ["s/v=v#1"]);
    let both = narrowed(&cloud, &graph, &["v"]).await.unwrap_err();
    let said = "2 resources have the address s/v: `v#5`, `v#1`";
    assert_eq!(both.to_string(), said);
    let inventory = cloud.read(&graph, DESTROY).await;
    let plan = crate::plan(&graph, &inventory, &cloud.drivers().readers(), DESTROY).unwrap();
    let old = [target("v", Some("v#1"))];
    let plan = narrow(plan, &graph, &inventory, &old).unwrap();
    let ids = plan.resources.iter().filter_map(|of| of.live.as_ref());
    assert_eq!(
        ids.map(|live| live.id.as_str()).collect::<Vec<_>>(),
        ["v#1"]
    );
}
