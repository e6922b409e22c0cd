//! Repositories between the SDK's types and the model's.

use aws_sdk_codeartifact::types::{RepositoryDescription, UpstreamRepository};
use engine::{DriverError, LiveTags};
use model::types::codeartifact::Repository;
use model::types::iam::PolicyDocument;

use super::{Live, Properties};
use crate::kit::typed::TypedLive;

/// The upstreams, in their order.
pub(super) fn sdk_upstreams(desired: &Properties) -> Result<Vec<UpstreamRepository>, DriverError> {
    let upstream = |name: &String| UpstreamRepository::builder().repository_name(name).build();
    let upstreams = desired.upstreams.iter().map(upstream);
    let upstreams = upstreams.collect::<Result<_, _>>();
    upstreams.map_err(|error| DriverError::internal(format!("an upstream is incomplete ({error})")))
}

pub(super) fn properties(
    domain: &str,
    name: &str,
    described: &RepositoryDescription,
    policy: Option<PolicyDocument<String>>,
) -> Properties {
    let upstreams = described
        .upstreams()
        .iter()
        .filter_map(|upstream| upstream.repository_name.clone());
    let connections = described.external_connections().iter();
    let connections =
        connections.filter_map(|connection| connection.external_connection_name.clone());
    Repository {
        domain_name: domain.to_owned(),
        repository_name: name.to_owned(),
        description: described.description.clone(),
        upstreams: upstreams.collect(),
        external_connections: connections.collect(),
        permissions_policy_document: policy,
    }
}

pub(super) fn live(
    described: &RepositoryDescription,
    endpoint: String,
    properties: Properties,
    tags: LiveTags,
) -> Live {
    let attributes = Live::assigned([
        (Repository::ARN, described.arn.clone()),
        (Repository::DOMAIN_NAME, described.domain_name.clone()),
        (Repository::DOMAIN_OWNER, described.domain_owner.clone()),
        (Repository::NAME, described.name.clone()),
        (Repository::NPM_ENDPOINT, Some(endpoint)),
    ]);
    let id = format!("{}/{}", properties.domain_name, properties.repository_name);
    TypedLive {
        id,
        properties,
        attributes,
        tags,
    }
}
