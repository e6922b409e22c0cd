//! The stack `team/NAME`: a team's child application. It refers to no other stack, so a team plans
//! and applies on its own.

use model::types::cloudfront::{Items, ResponseHeadersPolicy};
use model::{Graph, StackName, Text};

use crate::description::Team;
pub use crate::sites::Outputs;
use crate::sites::{self, Site, SiteParts, headers};

/// The files are modules that the shell loads; a browser displays none of them by itself.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The first part of the stack's name, which nothing but teams' stacks have.
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
pub(crate) fn add(graph: &mut Graph, team: &Team) -> Site {
    let stack = &mut graph.stack(stack_name(team.name.as_str()));
    let mut headers = headers::strict(
        stack.account_wide_name("headers"),
        Text::from(CONTENT_SECURITY_POLICY),
    );
    headers.cors_config = Some(headers::readable_anywhere());
    headers.custom_headers_config = Some(Items::new([headers::custom(
        "Cross-Origin-Resource-Policy",
        "cross-origin",
    )]));
    let headers = stack.add(
        "headers",
        ResponseHeadersPolicy {
            response_headers_policy_config: headers,
        },
    );
    let comment = format!("Application of team {}", team.name);
    sites::add(
        stack,
        &SiteParts {
            comment,
            headers,
            rewrite: None,
            domain: team.domain.as_ref(),
        },
    )
}
