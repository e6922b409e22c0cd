//! Snapshots of the stack `packages`: a change to it is reviewed as a change to its snapshot.

mod artifacts;

use std::collections::BTreeMap;

use model::Graph;
use stacks::description::System;
use stacks::system;

use crate::artifacts::artifacts;

const OTHERS: &str = "[packages]\nreaders = [\"arn:aws:iam::111122223333:root\"]\n\
                      publishers = [\"arn:aws:iam::444455556666:role/release\"]";

fn graph(name: &str, more: &str) -> Graph {
    let system = System::parse("frontage.toml", &format!("name = \"{name}\"\n{more}"))
        .expect("a valid description");
    system::graph(&system, &artifacts())
}

fn resources(graph: &Graph) -> BTreeMap<String, &serde_json::Value> {
    let of_stack = graph
        .nodes()
        .filter(|node| node.address.stack().as_str() == "packages");
    of_stack
        .map(|node| {
            (
                format!("{} {}", node.address, node.resource_type.name),
                &node.properties,
            )
        })
        .collect()
}

#[test]
fn packages() {
    insta::assert_yaml_snapshot!(resources(&graph("acme", OTHERS)));
    insta::assert_yaml_snapshot!("packages_outputs", graph("acme", "[packages]").outputs());
}

#[test]
fn without_packages_there_is_no_repository() {
    assert!(resources(&graph("acme", "")).is_empty());
}

/// A list of scopes replaces the default, the system's own.
#[test]
fn the_protected_scopes_are_as_described() {
    let patterns = |more: &str| {
        let graph = graph("shop", &format!("[packages]\n{more}"));
        let properties = resources(&graph).into_values();
        let patterns = properties.filter_map(|of| of["Pattern"].as_str().map(str::to_owned));
        patterns.collect::<Vec<_>>()
    };
    assert_eq!(patterns(""), ["/npm/shop/*"]);
    assert_eq!(patterns("protect = []"), [""; 0]);
    assert_eq!(
        patterns("protect = [\"@shop\", \"@shop-labs\"]"),
        ["/npm/shop/*", "/npm/shop-labs/*"]
    );
}

/// A domain's name has at most 50 characters, and a policy 7,168.
#[test]
fn names_and_policies_fit() {
    let longest = graph("a2345678901234567890", OTHERS);
    for (name, properties) in resources(&longest) {
        let domain = properties["DomainName"].as_str().unwrap_or_default();
        assert!(domain.len() <= 50, "{name}: {domain}");
        assert!(
            properties["PermissionsPolicyDocument"].to_string().len() < 7168,
            "{name}"
        );
    }
}
