//! The stack `team/NAME`: a team's child application. It refers to the stack `edge` alone, so a team
//! plans and applies on its own.

use model::{Graph, StackName};

use crate::description::{Delivery, Team};
use crate::edge::Edge;
pub use crate::sites::Outputs;
use crate::sites::{self, Site, SiteParts};

/// The first part of the stack's name, which only teams' stacks have.
const PREFIX: &str = "team/";

/// The stack's name.
#[must_use]
pub fn stack_name(team: &str) -> StackName {
    StackName::new(format!("{PREFIX}{team}"))
}

/// The name of the team whose stack it is; `None` for other stacks.
#[must_use]
pub fn team_name(stack: &StackName) -> Option<&str> {
    stack.as_str().strip_prefix(PREFIX)
}

/// Adds the stack to the graph.
pub(crate) fn add(graph: &mut Graph, team: &Team, edge: &Edge, delivery: &Delivery) -> Site {
    let stack = &mut graph.stack(stack_name(team.name.as_str()));
    sites::add(
        stack,
        &SiteParts {
            comment: format!("Application of team {}", team.name),
            edge,
            headers: &edge.team_headers,
            rewrite: None,
            backends: None,
            domain: team.domain.as_ref(),
            delivery,
        },
    )
}
