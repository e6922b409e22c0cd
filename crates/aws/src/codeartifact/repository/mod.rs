//! `AWS::CodeArtifact::Repository`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_codeartifact::types::{PackageFormat, RepositoryDescription};
use engine::{Changes, DriverError, Holding, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::codeartifact::Repository;
use model::{Owner, Tags};

use self::convert::{live, properties};
use super::client::{CODEARTIFACT, CodeArtifactClient, PolicyOwner, taken};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::policy_document::normalise;
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::until;

type Properties = Repository<String>;
type Live = TypedLive<Properties>;

/// Reads and writes repositories.
#[derive(Debug)]
pub(crate) struct Repositories {
    client: CodeArtifactClient,
}

impl Repositories {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: CodeArtifactClient::new(account),
        }
    }

    async fn describe(
        &self,
        domain: &str,
        name: &str,
    ) -> Result<Option<RepositoryDescription>, DriverError> {
        let answer = self
            .client
            .sdk
            .describe_repository()
            .domain(domain)
            .repository(name)
            .send()
            .sent("codeartifact:DescribeRepository")
            .await;
        CODEARTIFACT.described(answer, "codeartifact:DescribeRepository", |answer| {
            answer.repository
        })
    }

    /// The registry's URL for npm. Without the slash at its end npm would request another path.
    async fn endpoint(&self, domain: &str, name: &str) -> Result<Option<String>, DriverError> {
        let answer = self
            .client
            .sdk
            .get_repository_endpoint()
            .domain(domain)
            .repository(name)
            .format(PackageFormat::Npm)
            .send()
            .sent("codeartifact:GetRepositoryEndpoint")
            .await;
        let url = CODEARTIFACT
            .found(answer)?
            .and_then(|answer| answer.repository_endpoint);
        Ok(url.map(|url| format!("{}/", url.trim_end_matches('/'))))
    }

    /// Description and endpoint, once both are seen.
    async fn described(
        &self,
        domain: &str,
        name: &str,
    ) -> Result<Option<(RepositoryDescription, String)>, DriverError> {
        let seen = tokio::try_join!(self.describe(domain, name), self.endpoint(domain, name))?;
        Ok(seen.0.zip(seen.1))
    }

    /// The repository with its policy and endpoint, once per run.
    async fn find(
        &self,
        domain: &str,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let key = format!("codeartifact:repository {domain}/{name}");
        let found = cache.once(key, || async {
            let (described, policy) = tokio::try_join!(
                self.described(domain, name),
                self.client.policy(owner_of(domain, name))
            )?;
            let Some((described, endpoint)) = described else {
                return Ok(None);
            };
            let policy = policy.map(|policy| policy.document);
            let properties = properties(domain, name, &described, policy);
            let arn = described.arn.as_deref().unwrap_or_default();
            let tags = self.client.hinted(arn, cache).await?;
            Ok(tags.map(|tags| live(&described, endpoint, properties, tags)))
        });
        Ok(found.await?.as_ref().clone())
    }
}

fn owner_of<'n>(domain: &'n str, repository: &'n str) -> PolicyOwner<'n> {
    PolicyOwner {
        domain,
        repository: Some(repository),
    }
}

impl ResourceDriver for Repositories {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("codeartifact");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, repository: &mut Properties) {
        repository
            .permissions_policy_document
            .iter_mut()
            .for_each(normalise);
        repository.description.take_if(|text| text.is_empty());
    }

    fn check(&self, repository: &Properties, checks: &mut Checks) {
        limits::check(repository, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let wanted = &request.properties;
        self.find(&wanted.domain_name, &wanted.repository_name, cache)
            .await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let domains = self.client.domain_names(cache).await?;
        let in_domains = domains.iter().map(async |domain| {
            let names = self.client.repositories(domain).await?;
            try_join_all(names.iter().map(|name| self.find(domain, name, cache))).await
        });
        Ok(try_join_all(in_domains)
            .await?
            .into_iter()
            .flatten()
            .flatten()
            .collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.client, Repository::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let taken = taken(self.send_create(&desired, tags).await)?;
        let (domain, name) = (&desired.domain_name, &desired.repository_name);
        let (described, endpoint) = until(
            &format!("the repository `{name}` to appear"),
            CODEARTIFACT.policy,
            || async {
                let described = self.described(domain, name).await?;
                Ok(described.ok_or_else(|| "not there".to_owned()))
            },
        )
        .await?;
        let mut found = properties(domain, name, &described, None);
        self.normalise(&mut found);
        let tags_read = LiveTags::Read(tags.clone());
        let live = live(&described, endpoint, desired.clone(), tags_read);
        self.client
            .adopt(taken, live.attribute(Repository::ARN)?, owner, tags)
            .await?;
        self.change(&found, &desired).await?;
        self.put_policy(&desired).await?;
        Ok(live)
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        self.change(&live.properties, desired).await?;
        if changes.affects("PermissionsPolicyDocument") {
            self.put_policy(desired).await?;
        }
        Ok(())
    }

    /// The packages of the first page, up to 1,000.
    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        let list = self.client.sdk.list_packages();
        let list = list
            .domain(&live.properties.domain_name)
            .repository(&live.properties.repository_name)
            .max_results(1000);
        let page = CODEARTIFACT.found(list.send().sent("codeartifact:ListPackages").await)?;
        Ok(page.map_or_else(
            || Holding::exactly(0, "package"),
            |page| {
                let has_more = page.next_token().is_some();
                Holding::page(page.packages().len(), has_more, "package")
            },
        ))
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let (domain, name) = (
            &live.properties.domain_name,
            &live.properties.repository_name,
        );
        let call = self
            .client
            .sdk
            .delete_repository()
            .domain(domain)
            .repository(name);
        CODEARTIFACT
            .delete(|| call.clone().send().done("codeartifact:DeleteRepository"))
            .await?;
        until(
            &format!("the repository `{name}` to be deleted"),
            CODEARTIFACT.policy,
            || async {
                let described = self.describe(domain, name).await?;
                Ok(described.map_or(Ok(()), |_| Err("there".to_owned())))
            },
        )
        .await
    }
}
