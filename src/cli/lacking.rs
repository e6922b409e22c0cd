//! Stacks that an endpoint does not support.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use engine::Selection;
use model::{Graph, Service, StackName};
use thiserror::Error;

use crate::hint::Hint;

/// The stacks that were left out because the endpoint lacks a service that they need.
#[derive(Debug, Error)]
#[error("{endpoint} has no {}, which is needed for: {}", services(.stacks), names(.stacks))]
pub(super) struct Lacking {
    endpoint: String,
    stacks: BTreeMap<StackName, &'static Service>,
    advice: String,
}

impl Lacking {
    /// These stacks of a graph, each with the service that the endpoint lacks; `rest` selects the
    /// stacks that were not left out.
    pub(super) fn new(
        endpoint: &str,
        stacks: &BTreeMap<StackName, &'static Service>,
        rest: &Selection,
        graph: &Graph,
    ) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            stacks: stacks.clone(),
            advice: advice(stacks, rest, graph),
        }
    }
}

impl Hint for Lacking {
    fn hint(&self) -> Option<Cow<'_, str>> {
        Some(self.advice.as_str().into())
    }
}

/// How to leave the stacks out explicitly, and how to include them.
fn advice(
    stacks: &BTreeMap<StackName, &'static Service>,
    rest: &Selection,
    graph: &Graph,
) -> String {
    let rest = graph.stacks().iter().filter(|stack| rest.contains(stack));
    let flags: Vec<_> = rest.map(|stack| format!("--stack {stack}")).collect();
    let leave_out = if flags.is_empty() {
        String::new()
    } else {
        format!("leave it out with {}, or ", flags.join(" "))
    };
    let services: BTreeSet<_> = stacks.values().collect();
    let variables: Vec<_> = services.iter().map(|of| of.endpoint_variable()).collect();
    let variables = variables.join(" and ");
    format!("{leave_out}name an endpoint that has it in {variables}")
}

fn services(stacks: &BTreeMap<StackName, &'static Service>) -> String {
    let services: BTreeSet<_> = stacks.values().map(|of| of.name).collect();
    services.into_iter().collect::<Vec<_>>().join(" and no ")
}

/// The names of stacks, for a message.
pub(super) fn names<T>(stacks: &BTreeMap<StackName, T>) -> String {
    let names: Vec<_> = stacks.keys().map(StackName::as_str).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use model::Tags;
    use model::types::{cognito, logs};

    use super::*;

    fn lacking(stacks: &[(&str, &'static Service)]) -> Lacking {
        let mut graph = Graph::new("acme", Tags::new());
        for name in ["identity", "shell", "toggles"] {
            graph.stack(StackName::new(name));
        }
        let stacks: BTreeMap<_, _> = stacks
            .iter()
            .map(|(name, service)| (StackName::new(*name), *service))
            .collect();
        let rest = Selection::All.without(&stacks.keys().cloned().collect());
        Lacking::new("http://127.0.0.1:4566", &stacks, &rest, &graph)
    }

    #[test]
    fn the_variable_is_the_sdks_and_the_flags_name_the_rest() {
        let lacking = lacking(&[("identity", cognito::SERVICE), ("shell", cognito::SERVICE)]);
        assert_eq!(
            lacking.to_string(),
            "http://127.0.0.1:4566 has no Cognito, which is needed for: identity, shell"
        );
        assert_eq!(
            lacking.hint().as_deref(),
            Some(
                "leave it out with --stack toggles, or name an endpoint that has it in \
                 AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
            )
        );
    }

    #[test]
    fn where_nothing_is_left_there_are_no_flags() {
        let lacking = lacking(&[
            ("identity", cognito::SERVICE),
            ("shell", cognito::SERVICE),
            ("toggles", logs::SERVICE),
        ]);
        assert!(
            lacking
                .to_string()
                .contains("no CloudWatch Logs and no Cognito,")
        );
        assert_eq!(
            lacking.hint().as_deref(),
            Some(
                "name an endpoint that has it in AWS_ENDPOINT_URL_CLOUDWATCH_LOGS and \
                 AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
            )
        );
    }
}
