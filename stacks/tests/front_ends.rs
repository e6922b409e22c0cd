//! Snapshots of the stacks `identity`, `shell` and `team/NAME`: a change to one is reviewed as a
//! change to its snapshot.

mod artifacts;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::{Graph, StackName};
use stacks::description::System;
use stacks::shell::ImportMap;
use stacks::system;

use crate::artifacts::artifacts;

fn graph(more: &str) -> Graph {
    let system = System::parse("frontage.toml", &format!("name = \"acme\"\n{more}"))
        .expect("a valid description");
    system::graph(&system, &artifacts())
}

const TWO_TEAMS: &str =
    "[shell]\n[teams.shipping]\n[teams.billing]\ntitle = \"Billing \\\"&\\\" more\"";

/// The resources of one stack.
fn resources(graph: &Graph, stack: &str) -> BTreeMap<String, serde_json::Value> {
    let of_stack = graph
        .nodes()
        .filter(|node| node.address.stack().as_str() == stack);
    of_stack
        .map(|node| {
            (
                format!("{} {}", node.address, node.resource_type.name),
                node.properties.clone(),
            )
        })
        .collect()
}

#[test]
fn identity() {
    insta::assert_yaml_snapshot!(resources(&graph(TWO_TEAMS), "identity"));
}

#[test]
fn shell() {
    insta::assert_yaml_snapshot!(resources(&graph(TWO_TEAMS), "shell"));
}

#[test]
fn team() {
    insta::assert_yaml_snapshot!(resources(&graph(TWO_TEAMS), "team/shipping"));
}

#[test]
fn outputs() {
    insta::assert_yaml_snapshot!(graph(TWO_TEAMS).outputs());
}

#[test]
fn a_domain_of_ones_own() {
    let domains = "[shell]\ndomain = \"www.example.com\"\nzone_id = \"Z1\"\n\
                   [teams.shipping]\ndomain = \"shipping.example.com\"\nzone_id = \"Z1\"";
    let mut team = resources(&graph(domains), "team/shipping");
    team.retain(|name, _| {
        ["certificate", "record", "distribution"]
            .iter()
            .any(|part| name.contains(part))
    });
    insta::assert_yaml_snapshot!(team);
    insta::assert_yaml_snapshot!("domains_outputs", graph(domains).outputs());
}

#[test]
fn dependencies() {
    let mut listing = String::new();
    for node in graph(TWO_TEAMS)
        .nodes()
        .filter(|node| node.address.stack().as_str() != "toggles")
    {
        let _ = writeln!(listing, "{}", node.address);
        for on in &node.dependencies {
            let _ = writeln!(listing, "    {on}");
        }
    }
    insta::assert_snapshot!(listing);
}

/// So a shell with a different import map needs no new Frontage, and nothing else is updated.
#[test]
fn another_import_map_changes_the_shells_policy_alone() {
    let system = System::parse("frontage.toml", &format!("name = \"acme\"\n{TWO_TEAMS}"))
        .expect("a valid description");
    let mut other = artifacts();
    other.import_map = ImportMap::new("{}");
    let (one, two) = (graph(TWO_TEAMS), system::graph(&system, &other));
    let changed: Vec<_> = one
        .nodes()
        .filter(|node| {
            two.node(&node.address).map(|other| &other.properties) != Some(&node.properties)
        })
        .map(|node| node.address.to_string())
        .collect();
    assert_eq!(changed, ["shell/headers"]);
}

/// So a team's plan reads only its own stack, and adding or removing a team changes only the shell.
#[test]
fn a_team_refers_to_nothing_of_others() {
    let (one, two) = (graph("[shell]\n[teams.shipping]"), graph(TWO_TEAMS));
    for node in two
        .nodes()
        .filter(|node| node.address.stack().as_str() == "team/shipping")
    {
        assert!(
            node.dependencies
                .iter()
                .all(|on| on.stack() == node.address.stack()),
            "{}",
            node.address
        );
        assert_eq!(
            one.node(&node.address).map(|node| &node.properties),
            Some(&node.properties)
        );
    }
    let changed: Vec<_> = one
        .nodes()
        .filter(|node| {
            two.node(&node.address).map(|other| &other.properties) != Some(&node.properties)
        })
        .map(|node| node.address.to_string())
        .collect();
    assert_eq!(changed, ["shell/headers", "shell/config"]);
}

#[test]
fn a_system_without_a_shell_is_the_toggles_alone() {
    assert_eq!(
        graph("")
            .stacks()
            .iter()
            .map(StackName::as_str)
            .collect::<Vec<_>>(),
        ["toggles"]
    );
}

/// Physical names stay below AWS's limits for the longest names of system and team.
#[test]
fn names_fit() {
    let longest = "a2345678901234567890";
    let described = format!("name = \"{longest}\"\n[shell]\n[teams.{longest}]");
    let system = System::parse("frontage.toml", &described).expect("the longest names");
    for node in system::graph(&system, &artifacts()).nodes() {
        let limits = [
            ("/BucketName/Fn::Join/1/0", 63 - 16),
            ("/Domain/Fn::Join/1/0", 63 - 16),
            ("/Name", 64),
            ("/OriginAccessControlConfig/Name", 64),
            ("/CachePolicyConfig/Name", 128),
            ("/ResponseHeadersPolicyConfig/Name", 128),
            ("/UserPoolName", 128),
            ("/ClientName", 128),
        ];
        for (property, most) in limits {
            if let Some(name) = node
                .properties
                .pointer(property)
                .and_then(|name| name.as_str())
            {
                assert!(name.len() <= most, "{}: {name}", node.address);
            }
        }
    }
}
