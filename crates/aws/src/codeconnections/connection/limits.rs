//! The limits of connections that AWS enforces.

use super::Properties;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const API: &str = "CodeConnections API reference, CreateConnection";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("ConnectionName", 1, 32, API),
    Limit::one_of(
        "ProviderType",
        &[
            "GitHub",
            "GitLab",
            "Bitbucket",
            "AzureDevOps",
            "GitHubEnterpriseServer",
            "GitLabSelfManaged",
        ],
        API,
    ),
    Limit::length("HostArn", 0, 256, API),
];

/// What an organisation runs itself is reached through a host, and nothing else is. Source:
/// Developer Tools console user guide, "Create a connection" and "Create a host".
pub(super) fn check(connection: &Properties, checks: &mut Checks) {
    let provider = connection.provider_type.as_deref();
    if provider.is_some_and(|provider| !is_known(provider)) {
        return;
    }
    let hosted = ["GitHubEnterpriseServer", "GitLabSelfManaged"];
    let is_hosted = provider.is_some_and(|provider| hosted.contains(&provider));
    match (provider, &connection.host_arn) {
        (None, None) => checks.refuse("ProviderType", "is required unless there is a HostArn"),
        (Some(provider), None) if is_hosted => {
            checks.refuse("HostArn", format!("is required for {provider}"));
        }
        (Some(provider), Some(_)) if !is_hosted => {
            checks.refuse("HostArn", format!("cannot be combined with {provider}"));
        }
        _ => {}
    }
}
