//! The stack `shell`: the parent application, which signs people in and shows the teams'
//! applications.

mod config;
mod flips;
mod hosts;
mod policy;
mod snapshot;

use model::types::apigatewayv2::Api;
use model::types::cloudfront::{CONTENT_SECURITY_POLICY_LENGTH, Items, ResponseHeadersPolicy};
use model::{Graph, Handle, StackName, Text, physical_prefix};

pub(crate) use self::flips::api;
use crate::artifacts::Artifacts;
use crate::description::{Permission, System, Team};
use crate::edge::Edge;
use crate::identity::{Login, SignIn};
pub use crate::sites::Outputs;
use crate::sites::{self, Backends, Site, SiteParts, headers};
use crate::toggles::Service;

/// The output with the URL of the API by which people flip toggles, if anybody may.
pub const API_OUTPUT: &str = "toggles_api_url";

/// The stack's name.
pub const STACK: &str = "shell";

/// The name of its bucket, which is known before the bucket exists.
pub(crate) fn bucket_name(system: &System) -> Text {
    let stack = StackName::new(STACK);
    sites::bucket_name(&physical_prefix(system.name.as_str(), &stack))
}

/// The origins of the applications that the shell needs.
pub(crate) struct ShellInputs<'s> {
    /// The teams' sites, in the order of the description.
    pub(crate) teams: &'s [Site],
    /// The login pages.
    pub(crate) login: &'s Login,
    /// The toggles' service.
    pub(crate) toggles: &'s Service,
    /// The API by which people flip toggles, if anybody may.
    pub(crate) flips: Option<&'s Handle<Api>>,
    /// What all sites share.
    pub(crate) edge: &'s Edge,
}

/// Adds the site, whose policy names all origins that its page may connect to.
pub(crate) fn add(
    graph: &mut Graph,
    system: &System,
    around: &ShellInputs<'_>,
    artifacts: &Artifacts,
) -> Site {
    graph.set_quota(
        CONTENT_SECURITY_POLICY_LENGTH,
        system.quotas.content_security_policy_length,
    );
    let stack = &mut graph.stack(StackName::new(STACK));
    let settings = system.shell.clone().unwrap_or_default();
    let policy = policy::content_security_policy(system, around);
    let mut headers = headers::strict(stack.account_wide_name("headers"), policy);
    let isolated = headers::custom("Cross-Origin-Opener-Policy", "same-origin");
    let frugal = headers::custom("Permissions-Policy", &permissions(&system.teams));
    headers.custom_headers_config = Some(Items::new([isolated, frugal]));
    let headers = stack.add(
        "headers",
        ResponseHeadersPolicy {
            response_headers_policy_config: headers,
        },
    );
    let rewrite = Some(sites::rewrite_paths(stack));
    let backends = Backends::add(stack, system);
    let comment = "The shell, which shows the teams' applications".to_owned();
    let site = sites::add(
        stack,
        &SiteParts {
            comment,
            edge: around.edge,
            headers: &headers,
            rewrite,
            backends,
            domain: settings.domain.as_ref(),
            delivery: &system.sites,
        },
    );
    let service = around.toggles;
    snapshot::add(stack, system, &artifacts.functions, service, &site.bucket);
    site
}

/// Adds what leads the API by which people flip toggles to its function, and `config.json`, which contains all
/// addresses that the page needs.
pub(crate) fn add_config(
    graph: &mut Graph,
    system: &System,
    around: &ShellInputs<'_>,
    (site, sign_in): (&Site, &SignIn),
    artifacts: &Artifacts,
) {
    let object = config::object(system, around, site, sign_in);
    let stack = &mut graph.stack(StackName::new(STACK));
    let mut before = flips::add(stack, system, &artifacts.functions, around, sign_in);
    // The page goes to the login pages as soon as it has read their address.
    before.extend(sign_in.records.iter().cloned());
    stack.add_after("config", object, &before);
}

/// Which of the browser's abilities that people are asked about the page may ask for: what some team
/// needs.
fn permissions(teams: &[Team]) -> String {
    let may = |permission| {
        let mut teams = teams.iter();
        teams.any(|team| team.sources.permissions.contains(&permission))
    };
    let policies = Permission::ALL.map(|permission| {
        let who = if may(permission) { "(self)" } else { "()" };
        format!("{}={who}", permission.as_str())
    });
    policies.join(", ")
}
