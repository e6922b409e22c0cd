//! A cloud that lacks a service.

use std::collections::BTreeSet;

use model::{Address, Expression, Graph, StackName, Tags, Text};

use super::cloud::{Cloud, Fault, Properties, THING, Thing, VAULT, VAULTS, Vault, thing, things};
use crate::{Goal, Inventory, InventoryError, Resolved, Selection};

/// A reference to the thing of another stack, which has the stack's name.
fn to(stack: &str) -> Vec<Text> {
    let address = Address::new(StackName::new(stack), stack);
    vec![Text::Deferred(Expression::Attribute(
        address,
        "Id".to_owned(),
    ))]
}

/// `data` needs vaults, `uses` refers to something else in it, `far` to that, and `alone` to none.
fn graph() -> Graph {
    let mut graph = Graph::new("sys", Tags::new());
    let mut add = |name: &str, needs| {
        let properties = Properties {
            needs,
            ..thing(name, &[])
        };
        graph
            .stack(StackName::new(name))
            .add(name, Thing(properties));
    };
    add("alone", Vec::new());
    add("data", Vec::new());
    add("uses", to("data"));
    add("far", to("uses"));
    let vault = Vault(thing("vault", &[]));
    graph.stack(StackName::new("data")).add("vault", vault);
    graph
}

fn only(stacks: &[&str]) -> Selection {
    Selection::Only(stacks.iter().copied().map(StackName::new).collect())
}

async fn read(cloud: &Cloud, selection: &Selection) -> Result<Inventory, InventoryError> {
    let (drivers, known) = (cloud.drivers().readers(), Resolved::default());
    crate::read(&graph(), selection, &drivers, known, Goal::Converge).await
}

fn lacking(inventory: &Inventory) -> Vec<&str> {
    assert!(inventory.lacking.values().all(|of| *of == VAULTS));
    inventory.lacking.keys().map(StackName::as_str).collect()
}

#[tokio::test]
async fn stacks_that_need_a_service_that_is_lacking_are_left_out_and_the_rest_is_planned() {
    let cloud = Cloud::default();
    cloud.fault("lack Vaults", Fault::Fails);
    let inventory = read(&cloud, &Selection::All).await.unwrap();
    assert_eq!(lacking(&inventory), ["data", "far", "uses"]);
    let plan = crate::plan(
        &graph(),
        &inventory,
        &cloud.drivers().readers(),
        Goal::Converge,
    )
    .unwrap();
    let planned: BTreeSet<_> = plan.resources.iter().map(|of| of.address.name()).collect();
    assert_eq!(planned, BTreeSet::from(["alone"]));
}

#[tokio::test]
async fn a_stack_that_was_not_asked_for_is_not_left_out() {
    let cloud = Cloud::default();
    cloud.fault("lack Vaults", Fault::Fails);
    let inventory = read(&cloud, &only(&["data"])).await.unwrap();
    assert_eq!(lacking(&inventory), ["data"]);
    let inventory = read(&cloud, &only(&["alone"])).await.unwrap();
    assert!(lacking(&inventory).is_empty());
}

#[tokio::test]
async fn any_other_failure_to_read_is_an_error() {
    let cloud = Cloud::default();
    cloud.fault("read Things", Fault::Fails);
    let error = read(&cloud, &Selection::All).await.unwrap_err();
    assert_eq!(error.failures[0].resource_type.name, THING.name);
}

/// Reads are concurrent, so one run finds all that is wrong with them: each cause is named once.
#[tokio::test]
async fn all_causes_are_reported_together() {
    let cloud = Cloud::default();
    cloud.fault("read Things", Fault::Fails);
    cloud.fault("read Vaults", Fault::Fails);
    let error = read(&cloud, &Selection::All).await.unwrap_err();
    let causes: Vec<_> = error
        .causes()
        .iter()
        .map(|(first, count)| (first.subject(), first.source.to_string(), *count))
        .collect();
    let reason = |service| format!("test:Read: no answer: no route to {service}");
    // That a list failed as well adds nothing: it is only that a type was not searched.
    assert_eq!(
        causes,
        [
            ("alone/alone".to_owned(), reason("Things"), 4),
            ("data/vault".to_owned(), reason("Vaults"), 1),
        ]
    );
}

#[tokio::test]
async fn a_service_that_no_resource_needs_may_fail_and_is_reported() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[])]);
    assert!(cloud.apply(&graph).await.complete());
    cloud.fault("read Vaults", Fault::Fails);
    for goal in [Goal::Converge, Goal::Destroy { delete_data: false }] {
        let plan = cloud.plan(&graph, goal).await.unwrap();
        let unsearched: Vec<_> = plan
            .unsearched
            .iter()
            .map(|of| (of.resource_type.name, of.source.to_string()))
            .collect();
        let reason = "test:Read: no answer: no route to Vaults".to_owned();
        assert_eq!(unsearched, [(VAULT.name, reason)]);
        assert_eq!(plan.is_empty(), goal == Goal::Converge);
    }
}
