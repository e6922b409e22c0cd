//! Checks of a desired state against the services' rules, independent of the account.

use model::{Graph, Node};

use crate::driver::Readers;
use crate::error::DriverError;
use crate::refusal::{PlanError, Refusal};
use crate::resolve::Resolved;

/// Checks a whole desired state, without any call.
///
/// # Errors
/// [`PlanError::Refused`] with every broken rule.
pub fn check(graph: &Graph, drivers: &Readers, known: &Resolved) -> Result<(), PlanError> {
    let mut refusals = Vec::new();
    for node in graph.nodes() {
        let found = check_node(node, drivers, known).map_err(|source| PlanError::Driver {
            address: node.address.clone(),
            source,
        })?;
        refusals.extend(found);
    }
    let broken = drivers.broken_rules(graph, known).into_iter();
    refusals.extend(broken.filter_map(|violation| {
        let node = graph.node(violation.resources.last()?)?;
        Some(Refusal::Invalid {
            resource_type: node.resource_type.name,
            address: node.address.clone(),
            finding: violation.finding,
        })
    }));
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(PlanError::Refused(refusals))
    }
}

/// The rules of its service that one resource breaks by itself.
pub(crate) fn check_node(
    node: &Node,
    drivers: &Readers,
    known: &Resolved,
) -> Result<Vec<Refusal>, DriverError> {
    let driver = drivers.get(node.resource_type.name)?;
    let findings = driver.check(&known.resolve(&node.properties))?;
    let refusal = |finding| Refusal::Invalid {
        address: node.address.clone(),
        resource_type: node.resource_type.name,
        finding,
    };
    Ok(findings.into_iter().map(refusal).collect())
}
