//! All the stacks of a system: their names, and their outputs as others read them.

mod artifacts;

use std::collections::BTreeMap;

use artifacts::artifacts;
use model::{Graph, StackName};
use stacks::description::System;
use stacks::{identity, packages, shell, system, team, toggles};

const EVERYTHING: &str = "[packages]\n[shell]\n[teams.shipping]\n[teams.billing]\n";

fn described(more: &str) -> System {
    System::parse("frontage.toml", &format!("name = \"acme\"\n{more}"))
        .expect("a valid description")
}

fn graph(system: &System) -> Graph {
    system::graph(system, &artifacts())
}

#[test]
fn the_names_are_those_of_the_graphs_stacks() {
    for more in [
        "",
        "[packages]",
        "[shell]",
        "[shell]\n[teams.zoo]\n[teams.a]",
        EVERYTHING,
    ] {
        let system = described(more);
        let stacks: Vec<StackName> = graph(&system).stacks().iter().cloned().collect();
        assert_eq!(system::names(&system), stacks, "{more}");
    }
}

/// The outputs of a stack, each with a value that says its name.
fn values(stack: &str) -> BTreeMap<String, String> {
    let graph = graph(&described(EVERYTHING));
    let outputs = &graph.outputs()[&StackName::new(stack)];
    let value = |name: &String| (name.clone(), format!("the {name}"));
    outputs.keys().map(value).collect()
}

#[test]
fn a_stacks_outputs_are_read_as_they_were_added() {
    let outputs = toggles::Outputs::of(&values(toggles::STACK)).expect("toggles");
    assert_eq!(outputs.websocket_url, "the websocket_url");
    let outputs = packages::Outputs::of(&values(packages::STACK)).expect("packages");
    assert_eq!(outputs.npm_registry, "the npm_registry");
    let outputs = identity::Outputs::of(&values(identity::STACK)).expect("identity");
    assert_eq!(outputs.user_pool_id, "the user_pool_id");
    let outputs = shell::Outputs::of(&values(shell::STACK)).expect("shell");
    assert_eq!(outputs.url, "the url");
    let outputs = team::Outputs::of(&values("team/billing")).expect("a team");
    assert_eq!(outputs.bucket, "the bucket");
}

#[test]
fn an_output_without_a_value_is_named() {
    let mut values = values(toggles::STACK);
    values.remove("toggles_table");
    let error = toggles::Outputs::of(&values).expect_err("one is missing");
    assert_eq!(error.to_string(), "its output `toggles_table` has no value");
}

#[test]
fn the_toggles_table_is_called_what_the_graph_calls_it() {
    let system = described("");
    let graph = graph(&system);
    let address = "toggles/toggles-table".parse().expect("an address");
    let table = graph.node(&address).expect("the table");
    assert_eq!(
        table.properties["TableName"],
        toggles::toggles_table(&system)
    );
}

#[test]
fn a_teams_stack_is_known_by_its_name() {
    assert_eq!(
        team::team_name(&team::stack_name("billing")),
        Some("billing")
    );
    for other in [toggles::STACK, shell::STACK] {
        assert_eq!(team::team_name(&StackName::new(other)), None);
    }
}
