//! `AWS::CodeArtifact::Repository`.

use async_trait::async_trait;
use aws_sdk_codeartifact::types::{PackageFormat, RepositoryDescription, UpstreamRepository};
use engine::{Changes, DriverError, LiveTags, ReadCache, Selection};
use futures_util::future::try_join_all;
use model::Tags;
use model::types::codeartifact::Repository;
use serde::Deserialize;

use super::{CONSISTENCY, CodeArtifact, PolicyOwner, is_absent, is_conflict, limits, sdk_tags};
use crate::Account;
use crate::account::error::failed;
use crate::kit::policy_document::normalise;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{retry, until};

pub(super) type Properties = Repository<String>;
type Live = TypedLive<Properties>;

/// Reads and writes repositories.
#[derive(Debug)]
pub(crate) struct Repositories(CodeArtifact);

/// What finds a repository again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    domain_name: String,
    repository_name: String,
}

impl Repositories {
    pub(crate) fn new(account: &Account) -> Self {
        Self(CodeArtifact::new(account))
    }

    async fn describe(
        &self,
        domain: &str,
        name: &str,
    ) -> Result<Option<RepositoryDescription>, DriverError> {
        let answer = self
            .0
            .client
            .describe_repository()
            .domain(domain)
            .repository(name)
            .send()
            .await;
        match answer.map_err(failed("codeartifact:DescribeRepository")) {
            Err(error) if is_absent(&error) => Ok(None),
            answer => Ok(answer?.repository),
        }
    }

    /// Where npm finds it. Without the slash at its end npm would ask for another path.
    async fn endpoint(&self, domain: &str, name: &str) -> Result<Option<String>, DriverError> {
        let call = self
            .0
            .client
            .get_repository_endpoint()
            .domain(domain)
            .repository(name)
            .format(PackageFormat::Npm);
        match call
            .send()
            .await
            .map_err(failed("codeartifact:GetRepositoryEndpoint"))
        {
            Err(error) if is_absent(&error) => Ok(None),
            answer => Ok(answer?
                .repository_endpoint
                .map(|url| format!("{}/", url.trim_end_matches('/')))),
        }
    }

    /// The repository with its policy and address, once in a reading.
    async fn find(
        &self,
        domain: &str,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let found = cache.once(
            format!("codeartifact:repository {domain}/{name}"),
            || async {
                let of = PolicyOwner {
                    domain,
                    repository: Some(name),
                };
                let (described, policy, endpoint) = tokio::try_join!(
                    self.describe(domain, name),
                    self.0.policy(of),
                    self.endpoint(domain, name)
                )?;
                let (Some(described), Some(endpoint)) = (described, endpoint) else {
                    return Ok(None);
                };
                let policy = policy.map(|policy| policy.document);
                let properties = properties(domain, name, &described, policy);
                let tags = self
                    .0
                    .hinted(described.arn.as_deref().unwrap_or_default(), cache)
                    .await?;
                Ok(Some(live(&described, endpoint, properties, tags)))
            },
        );
        Ok(found.await?.as_ref().clone())
    }

    async fn names(&self, domain: &str) -> Result<Vec<String>, DriverError> {
        let pages = self
            .0
            .client
            .list_repositories_in_domain()
            .domain(domain)
            .into_paginator()
            .items()
            .send();
        let answer = pages.collect::<Result<Vec<_>, _>>().await;
        match answer.map_err(failed("codeartifact:ListRepositoriesInDomain")) {
            Err(error) if is_absent(&error) => Ok(Vec::new()),
            answer => Ok(answer?
                .into_iter()
                .filter_map(|repository| repository.name)
                .collect()),
        }
    }

    async fn send_create(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let call = self
            .0
            .client
            .create_repository()
            .domain(&desired.domain_name)
            .repository(&desired.repository_name);
        let call = call
            .set_description(desired.description.clone())
            .set_upstreams(Some(upstreams(desired)?));
        let call = call.set_tags(Some(sdk_tags(tags)?));
        call.send()
            .await
            .map(drop)
            .map_err(failed("codeartifact:CreateRepository"))
    }

    /// Makes description, upstreams and connections as they should be. A repository has either
    /// upstreams or a connection, so what goes goes first.
    async fn change(&self, live: &Properties, desired: &Properties) -> Result<(), DriverError> {
        let (domain, name) = (&desired.domain_name, &desired.repository_name);
        let gone = live
            .external_connections
            .iter()
            .filter(|one| !desired.external_connections.contains(one));
        for connection in gone {
            let call = self
                .0
                .client
                .disassociate_external_connection()
                .domain(domain)
                .repository(name);
            let answer = call.external_connection(connection.as_str()).send().await;
            answer.map_err(failed("codeartifact:DisassociateExternalConnection"))?;
        }
        if live.description != desired.description || live.upstreams != desired.upstreams {
            let call = self
                .0
                .client
                .update_repository()
                .domain(domain)
                .repository(name);
            let call = call.description(desired.description.as_deref().unwrap_or_default());
            let call = call.set_upstreams(Some(upstreams(desired)?));
            call.send()
                .await
                .map_err(failed("codeartifact:UpdateRepository"))?;
        }
        let new = desired
            .external_connections
            .iter()
            .filter(|one| !live.external_connections.contains(one));
        for connection in new {
            let call = self
                .0
                .client
                .associate_external_connection()
                .domain(domain)
                .repository(name);
            let answer = call.external_connection(connection.as_str()).send().await;
            answer.map_err(failed("codeartifact:AssociateExternalConnection"))?;
        }
        Ok(())
    }
}

fn upstreams(desired: &Properties) -> Result<Vec<UpstreamRepository>, DriverError> {
    let upstream = |name: &String| UpstreamRepository::builder().repository_name(name).build();
    let upstreams = desired
        .upstreams
        .iter()
        .map(upstream)
        .collect::<Result<_, _>>();
    upstreams.map_err(|error| DriverError::internal(format!("an upstream is incomplete ({error})")))
}

fn properties(
    domain: &str,
    name: &str,
    described: &RepositoryDescription,
    policy: Option<model::types::iam::PolicyDocument<String>>,
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

fn live(
    described: &RepositoryDescription,
    endpoint: String,
    properties: Properties,
    tags: LiveTags,
) -> Live {
    let attributes = [
        ("Arn", described.arn.clone()),
        ("DomainName", described.domain_name.clone()),
        ("DomainOwner", described.domain_owner.clone()),
        ("Name", described.name.clone()),
        ("NpmEndpoint", Some(endpoint)),
    ];
    let attributes = attributes
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let id = format!("{}/{}", properties.domain_name, properties.repository_name);
    TypedLive {
        id,
        attributes: attributes.collect(),
        properties,
        tags,
    }
}

#[async_trait]
impl ResourceDriver for Repositories {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, repository: &mut Properties) {
        repository
            .permissions_policy_document
            .iter_mut()
            .for_each(normalise);
        repository.description = repository
            .description
            .take()
            .filter(|text| !text.is_empty());
    }

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.find(
            &wanted.identity.domain_name,
            &wanted.identity.repository_name,
            cache,
        )
        .await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let domains = self.0.domain_names(cache).await?;
        let in_domains = domains.iter().map(async |domain| {
            let names = self.names(domain).await?;
            try_join_all(names.iter().map(|name| self.find(domain, name, cache))).await
        });
        Ok(try_join_all(in_domains)
            .await?
            .into_iter()
            .flatten()
            .flatten()
            .collect())
    }

    async fn may_have_orphans(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        self.0.suspects(selection, cache).await
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        self.0.tags(live.attribute("Arn")?).await
    }

    async fn create(&self, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::repository(&desired)?;
        let taken = match self.send_create(&desired, tags).await {
            Err(error) if is_conflict(&error) => Some(error),
            made => made.map(|()| None)?,
        };
        let (domain, name) = (&desired.domain_name, &desired.repository_name);
        let (described, endpoint) = until(
            &format!("the repository `{name}` to appear"),
            CONSISTENCY,
            || async {
                let seen =
                    tokio::try_join!(self.describe(domain, name), self.endpoint(domain, name))?;
                Ok(if let (Some(described), Some(endpoint)) = seen {
                    Ok((described, endpoint))
                } else {
                    Err("not there".to_owned())
                })
            },
        )
        .await?;
        let mut there = properties(domain, name, &described, None);
        self.normalise(&mut there);
        let live = live(
            &described,
            endpoint,
            desired.clone(),
            LiveTags::Read(tags.clone()),
        );
        self.0.take_up(taken, live.attribute("Arn")?, tags).await?;
        self.change(&there, &desired).await?;
        let of = PolicyOwner {
            domain,
            repository: Some(name),
        };
        self.0
            .set_policy(of, desired.permissions_policy_document.as_ref())
            .await?;
        Ok(live)
    }

    async fn update(
        &self,
        live: Live,
        mut desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::repository(&desired)?;
        self.change(&live.properties, &desired).await?;
        if changes.affects("PermissionsPolicyDocument") {
            let of = PolicyOwner {
                domain: &desired.domain_name,
                repository: Some(&desired.repository_name),
            };
            self.0
                .set_policy(of, desired.permissions_policy_document.as_ref())
                .await?;
        }
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        self.0.retag(live.attribute("Arn")?, set, remove).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let Repository {
            domain_name: domain,
            repository_name: name,
            ..
        } = &live.properties;
        retry(CONSISTENCY, is_conflict, || async {
            let answer = self
                .0
                .client
                .delete_repository()
                .domain(domain)
                .repository(name)
                .send()
                .await;
            match answer.map_err(failed("codeartifact:DeleteRepository")) {
                Err(error) if is_absent(&error) => Ok(()),
                answer => answer.map(drop),
            }
        })
        .await?;
        until(
            &format!("the repository `{name}` to be deleted"),
            CONSISTENCY,
            || async {
                Ok(self
                    .describe(domain, name)
                    .await?
                    .map_or(Ok(()), |_| Err("there".to_owned())))
            },
        )
        .await
    }
}
