//! What stacks use of each other.

use model::{Graph, Node};

use crate::goal::Selection;

/// The resources of stacks that are not selected, each with a selected resource that AWS does not
/// delete while they use it.
pub(crate) fn uses_of_selected<'g>(
    graph: &'g Graph,
    selection: &Selection,
) -> impl Iterator<Item = (&'g Node, &'g Node)> {
    let others = graph
        .nodes()
        .filter(|node| !selection.contains(node.address.stack()));
    others.flat_map(move |user| {
        let used = user.dependencies.iter().filter_map(|on| graph.node(on));
        let used = used.filter(|on| {
            let holds = user.resource_type.refers_to;
            selection.contains(on.address.stack()) && holds.contains(&on.resource_type.name)
        });
        used.map(move |on| (user, on))
    })
}
