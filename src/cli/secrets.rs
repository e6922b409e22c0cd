//! The secrets that a description names. Each is in an environment variable, and is read only while a
//! plan is made and applied.

use std::borrow::Cow;
use std::env;

use engine::{Secrets, Selection};
use model::{Address, Graph, secrets};
use thiserror::Error;

use crate::hint::Hint;

/// The secret on an emulator where no variable contains one: it is not checked there.
const ON_AN_EMULATOR: &str = "not-a-secret";

/// The variable of a secret is not set.
#[derive(Debug, Error)]
#[error("the environment variable {variable} is not set, which {address} needs")]
pub(super) struct MissingSecret {
    variable: String,
    address: Address,
}

impl Hint for MissingSecret {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let variable = &self.variable;
        let hint = format!(
            "set {variable} to the secret of the client that is registered at the identity provider; \
             it is sent to AWS only, and never shown or stored by Frontage"
        );
        Some(hint.into())
    }
}

/// The secrets of a graph, as far as their variables are set.
pub(super) fn find(graph: &Graph) -> Secrets {
    let variables = graph.nodes().flat_map(|node| secrets(&node.properties));
    let set = |variable: String| Some((variable.clone(), value(&variable)?));
    variables.filter_map(set).collect()
}

/// Every secret of a graph, for an emulator: where no variable is set, it is a placeholder.
pub(super) fn find_or_assume(graph: &Graph) -> Secrets {
    let variables = graph.nodes().flat_map(|node| secrets(&node.properties));
    let assumed = || ON_AN_EMULATOR.to_owned();
    let set = |variable: String| (variable.clone(), value(&variable).unwrap_or_else(assumed));
    variables.map(set).collect()
}

/// Checks that every secret of the selected stacks is known.
///
/// # Errors
/// [`MissingSecret`], for the first that is not.
pub(super) fn require(
    graph: &Graph,
    selection: &Selection,
    known: &Secrets,
) -> Result<(), MissingSecret> {
    let selected = graph
        .nodes()
        .filter(|node| selection.contains(node.address.stack()));
    let needed = selected.flat_map(|node| {
        let variables = secrets(&node.properties).into_iter();
        variables.map(|variable| (variable, node.address.clone()))
    });
    let mut missing = needed.filter(|(variable, _)| known.get(variable).is_none());
    missing.next().map_or(Ok(()), |(variable, address)| {
        Err(MissingSecret { variable, address })
    })
}

/// The value of a variable. An empty one counts as unset, as in CI jobs without access to secrets.
fn value(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}
