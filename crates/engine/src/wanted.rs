//! What is read of the model, and by which of its properties a resource is found.

use std::collections::BTreeSet;

use model::{Address, Graph, Node, Text};
use serde_json::{Map, Value};

use crate::goal::{Goal, Selection};
use crate::uses::uses_of_selected;

/// The nodes that some texts name, and those that the identities of these name.
pub(super) fn looked_up<'g, 't>(
    graph: &'g Graph,
    texts: impl IntoIterator<Item = &'t Text>,
) -> Vec<&'g Node> {
    let named = |text: &Text| serde_json::to_value(text).map(|text| model::references(&text));
    let named = texts.into_iter().filter_map(|text| named(text).ok());
    let mut wanted: BTreeSet<Address> = named.flatten().collect();
    for node in graph.nodes().rev() {
        if wanted.contains(&node.address) {
            wanted.extend(identity_dependencies(graph, node).into_iter().cloned());
        }
    }
    let nodes = graph.nodes();
    nodes
        .filter(|node| wanted.contains(&node.address))
        .collect()
}

/// The types of the resources that [`crate::read`] reads, by their names. Beyond them it looks for orphans.
#[must_use]
pub fn types_read(graph: &Graph, selection: &Selection, goal: Goal) -> BTreeSet<&'static str> {
    let wanted = wanted(graph, selection, goal, |_| true);
    wanted.iter().map(|node| node.resource_type.name).collect()
}

/// The types of the selected resources, by their names.
#[must_use]
pub fn types_selected(graph: &Graph, selection: &Selection) -> BTreeSet<&'static str> {
    let nodes = graph.nodes();
    nodes
        .filter(|node| selection.contains(node.address.stack()))
        .map(|node| node.resource_type.name)
        .collect()
}

/// The types, by their names, of which earlier descriptions may have left resources in the selected
/// stacks.
#[must_use]
pub fn types_left(graph: &Graph, selection: &Selection) -> BTreeSet<&'static str> {
    let former = graph.former();
    former
        .filter(|(stack, _)| selection.contains(stack))
        .map(|(_, name)| name)
        .collect()
}

/// The types of the resources that [`crate::look_up`] reads, by their names.
pub fn types_looked_up<'t>(
    graph: &Graph,
    texts: impl IntoIterator<Item = &'t Text>,
) -> BTreeSet<&'static str> {
    let nodes = looked_up(graph, texts).into_iter();
    nodes.map(|node| node.resource_type.name).collect()
}

/// What is read of the model: the selected resources, to destroy them those that use them, and all
/// that these refer to.
pub(super) fn wanted<'g>(
    graph: &'g Graph,
    selection: &Selection,
    goal: Goal,
    has_driver: impl Fn(&Node) -> bool,
) -> Vec<&'g Node> {
    let mut wanted: BTreeSet<Address> = graph
        .nodes()
        .filter(|node| selection.contains(node.address.stack()))
        .map(|node| node.address.clone())
        .collect();
    if goal != Goal::Converge {
        let users = uses_of_selected(graph, selection).map(|(user, _)| user);
        let users = users.filter(|user| has_driver(user));
        wanted.extend(users.map(|user| user.address.clone()));
    }
    reachable(graph, wanted)
}

/// Some resources and, transitively, those that they refer to.
fn reachable(graph: &Graph, mut found: BTreeSet<Address>) -> Vec<&Node> {
    for node in graph.nodes().rev() {
        if found.contains(&node.address) {
            found.extend(node.dependencies.iter().cloned());
        }
    }
    graph
        .nodes()
        .filter(|node| found.contains(&node.address))
        .collect()
}

pub(super) fn identity_dependencies<'g>(graph: &'g Graph, node: &Node) -> Vec<&'g Address> {
    let named = model::references(&identity(node));
    named
        .iter()
        .filter_map(|address| graph.node(address))
        .map(|node| &node.address)
        .collect()
}

pub(super) fn identity(node: &Node) -> Value {
    let mut identity = Map::new();
    for path in node.resource_type.identity {
        copy(path, &node.properties, &mut identity);
    }
    Value::Object(identity)
}

/// Copies the value at a path of member names, with the objects that contain it.
fn copy(path: &str, from: &Value, to: &mut Map<String, Value>) {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(value) = from.get(name) else { return };
    let Some(rest) = rest else {
        to.insert(name.to_owned(), value.clone());
        return;
    };
    if let Value::Object(inner) = to.entry(name).or_insert_with(|| Value::Object(Map::new())) {
        copy(rest, value, inner);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_identity_has_what_is_at_its_paths_and_nothing_else() {
        let properties = json!({"Name": "a", "Config": {"Name": "b", "More": 1}, "More": 2});
        let mut identity = Map::new();
        for path in ["Name", "Config.Name", "Config.Absent", "Absent.Name"] {
            copy(path, &properties, &mut identity);
        }
        assert_eq!(
            Value::Object(identity),
            json!({"Name": "a", "Config": {"Name": "b"}})
        );
    }
}
