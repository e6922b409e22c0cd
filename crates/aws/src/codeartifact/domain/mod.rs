//! `AWS::CodeArtifact::Domain`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;

use aws_sdk_codeartifact::types::{DomainDescription, DomainStatus};
use engine::{Changes, DriverError, Holding, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::codeartifact::Domain;
use model::{Owner, Tags};

use super::client::{CODEARTIFACT, CodeArtifactClient, PolicyOwner, sdk_tags, taken};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::policy_document::normalise;
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::until;

type Properties = Domain<String>;
type Live = TypedLive<Properties>;

/// Reads and writes domains.
#[derive(Debug)]
pub(crate) struct Domains {
    client: CodeArtifactClient,
}

impl Domains {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: CodeArtifactClient::new(account),
        }
    }

    async fn describe(&self, name: &str) -> Result<Option<DomainDescription>, DriverError> {
        let call = self.client.sdk.describe_domain().domain(name);
        let operation = "codeartifact:DescribeDomain";
        let answer = call.send().sent(operation).await;
        Ok(CODEARTIFACT
            .described(answer, operation, |answer| answer.domain)?
            .filter(|domain| domain.status != Some(DomainStatus::Deleted)))
    }

    /// The domain with its policy, once per run.
    async fn find(&self, name: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let found = cache.once(format!("codeartifact:domain {name}"), || async {
            let (described, policy) =
                tokio::try_join!(self.describe(name), self.client.policy(owner_of(name)))?;
            let Some(described) = described else {
                return Ok(None);
            };
            let properties = Domain {
                domain_name: name.to_owned(),
                encryption_key: described.encryption_key.clone(),
                permissions_policy_document: policy.map(|policy| policy.document),
            };
            let arn = described.arn.as_deref().unwrap_or_default();
            let tags = self.client.hinted(arn, cache).await?;
            Ok(tags.map(|tags| live(&described, properties, tags)))
        });
        Ok(found.await?.as_ref().clone())
    }

    async fn send_create(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        self.client
            .sdk
            .create_domain()
            .domain(&desired.domain_name)
            .set_encryption_key(desired.encryption_key.clone())
            .set_tags(Some(sdk_tags(tags)?))
            .send()
            .done("codeartifact:CreateDomain")
            .await
    }

    /// What keeps a domain from being deleted.
    async fn repositories_in(&self, domain: &str) -> Result<Vec<String>, DriverError> {
        let names = self.client.repositories(domain).await?.into_iter();
        Ok(names
            .map(|name| format!("the repository `{name}`"))
            .collect())
    }

    async fn put_policy(&self, desired: &Properties) -> Result<(), DriverError> {
        let policy = desired.permissions_policy_document.as_ref();
        self.client
            .set_policy(owner_of(&desired.domain_name), policy)
            .await
    }
}

fn owner_of(domain: &str) -> PolicyOwner<'_> {
    PolicyOwner {
        domain,
        repository: None,
    }
}

fn live(described: &DomainDescription, properties: Properties, tags: LiveTags) -> Live {
    let attributes = Live::assigned([
        (Domain::ARN, described.arn.clone()),
        (Domain::ENCRYPTION_KEY, described.encryption_key.clone()),
        (Domain::NAME, described.name.clone()),
        (Domain::OWNER, described.owner.clone()),
    ]);
    TypedLive {
        id: properties.domain_name.clone(),
        attributes,
        properties,
        tags,
    }
}

impl ResourceDriver for Domains {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("codeartifact");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, domain: &mut Properties) {
        domain
            .permissions_policy_document
            .iter_mut()
            .for_each(normalise);
    }

    fn check(&self, domain: &Properties, checks: &mut Checks) {
        limits::check(domain, checks);
    }

    /// CodeArtifact reports its own key if none was specified: a key that is not stated is not
    /// compared.
    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let wanted = &request.properties;
        let mut found = self.find(&wanted.domain_name, cache).await?;
        if let Some(live) = found.as_mut().filter(|_| wanted.encryption_key.is_none()) {
            live.properties.encryption_key = None;
        }
        Ok(found)
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.client.domain_names(cache).await?;
        let domains = names.iter().map(|name| self.find(name, cache));
        Ok(try_join_all(domains).await?.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.client, Domain::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let taken = taken(self.send_create(&desired, tags).await)?;
        let name = &desired.domain_name;
        let described = until(
            &format!("the domain `{name}` to appear"),
            CODEARTIFACT.policy,
            || async {
                let described = self.describe(name).await?;
                Ok(described.ok_or_else(|| "not there".to_owned()))
            },
        )
        .await?;
        let live = live(&described, desired.clone(), LiveTags::Read(tags.clone()));
        self.client
            .adopt(taken, live.attribute(Domain::ARN)?, owner, tags)
            .await?;
        self.put_policy(&desired).await?;
        Ok(live)
    }

    async fn update(
        &self,
        _: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        if changes.affects("PermissionsPolicyDocument") {
            self.put_policy(desired).await?;
        }
        Ok(())
    }

    /// The bytes of the packages in all of its repositories, each asset once. A domain that does not
    /// exist holds none.
    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        let domain = self.describe(&live.id).await?;
        let bytes = domain.map_or(0, |domain| domain.asset_size_bytes);
        Ok(Holding::about(bytes.try_into().unwrap_or(0), "byte"))
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let name = &live.id;
        let call = self.client.sdk.delete_domain().domain(name);
        let delete = || call.clone().send().done("codeartifact:DeleteDomain");
        CODEARTIFACT
            .delete_unused(delete, || self.repositories_in(name))
            .await?;
        until(
            &format!("the domain `{name}` to be deleted"),
            CODEARTIFACT.policy,
            || async {
                let described = self.describe(name).await?;
                Ok(described.map_or(Ok(()), |_| Err("there".to_owned())))
            },
        )
        .await
    }
}
