//! `AWS::CodeArtifact::Domain`.

use async_trait::async_trait;
use aws_sdk_codeartifact::types::{DomainDescription, DomainStatus};
use engine::{Changes, DriverError, LiveTags, ReadCache, Selection};
use model::Tags;
use model::types::codeartifact::Domain;
use serde::Deserialize;

use super::{CONSISTENCY, CodeArtifact, PolicyOwner, is_absent, is_conflict, limits, sdk_tags};
use crate::Account;
use crate::account::error::failed;
use crate::kit::policy_document::normalise;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{retry, until};

pub(super) type Properties = Domain<String>;
type Live = TypedLive<Properties>;

/// Reads and writes domains.
#[derive(Debug)]
pub(crate) struct Domains(CodeArtifact);

/// What finds a domain again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    domain_name: String,
}

impl Domains {
    pub(crate) fn new(account: &Account) -> Self {
        Self(CodeArtifact::new(account))
    }

    async fn describe(&self, name: &str) -> Result<Option<DomainDescription>, DriverError> {
        let answer = self.0.client.describe_domain().domain(name).send().await;
        match answer.map_err(failed("codeartifact:DescribeDomain")) {
            Err(error) if is_absent(&error) => Ok(None),
            answer => Ok(answer?
                .domain
                .filter(|domain| domain.status != Some(DomainStatus::Deleted))),
        }
    }

    /// The domain with its policy, once in a reading.
    async fn find(&self, name: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let found = cache.once(format!("codeartifact:domain {name}"), || async {
            let of = PolicyOwner {
                domain: name,
                repository: None,
            };
            let (described, policy) = tokio::try_join!(self.describe(name), self.0.policy(of))?;
            let Some(described) = described else {
                return Ok(None);
            };
            let properties = Domain {
                domain_name: name.to_owned(),
                encryption_key: described.encryption_key.clone(),
                permissions_policy_document: policy.map(|policy| policy.document),
            };
            let tags = self
                .0
                .hinted(described.arn.as_deref().unwrap_or_default(), cache)
                .await?;
            Ok(Some(live(&described, properties, tags)))
        });
        Ok(found.await?.as_ref().clone())
    }

    async fn send_create(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let call = self.0.client.create_domain().domain(&desired.domain_name);
        let call = call
            .set_encryption_key(desired.encryption_key.clone())
            .set_tags(Some(sdk_tags(tags)?));
        call.send()
            .await
            .map(drop)
            .map_err(failed("codeartifact:CreateDomain"))
    }
}

fn live(described: &DomainDescription, properties: Properties, tags: LiveTags) -> Live {
    let attributes = [
        ("Arn", described.arn.clone()),
        ("EncryptionKey", described.encryption_key.clone()),
        ("Name", described.name.clone()),
        ("Owner", described.owner.clone()),
    ];
    let attributes = attributes
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    TypedLive {
        id: properties.domain_name.clone(),
        attributes: attributes.collect(),
        properties,
        tags,
    }
}

/// CodeArtifact names its own key where none was: what is not stated is not compared.
fn stated(live: Live, wanted: Option<&String>) -> Live {
    let encryption_key = live.properties.encryption_key.filter(|_| wanted.is_some());
    TypedLive {
        properties: Domain {
            encryption_key,
            ..live.properties
        },
        ..live
    }
}

#[async_trait]
impl ResourceDriver for Domains {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, domain: &mut Properties) {
        domain
            .permissions_policy_document
            .iter_mut()
            .for_each(normalise);
    }

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let found = self.find(&wanted.identity.domain_name, cache).await?;
        Ok(found.map(|live| stated(live, wanted.properties.encryption_key.as_ref())))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.0.domain_names(cache).await?;
        let domains = names.iter().map(|name| self.find(name, cache));
        Ok(futures_util::future::try_join_all(domains)
            .await?
            .into_iter()
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
        limits::domain(&desired)?;
        let taken = match self.send_create(&desired, tags).await {
            Err(error) if is_conflict(&error) => Some(error),
            made => made.map(|()| None)?,
        };
        let name = &desired.domain_name;
        let described = until(
            &format!("the domain `{name}` to appear"),
            CONSISTENCY,
            || async {
                Ok(self
                    .describe(name)
                    .await?
                    .ok_or_else(|| "not there".to_owned()))
            },
        )
        .await?;
        let live = live(&described, desired.clone(), LiveTags::Read(tags.clone()));
        self.0.take_up(taken, live.attribute("Arn")?, tags).await?;
        let of = PolicyOwner {
            domain: name,
            repository: None,
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
        limits::domain(&desired)?;
        if changes.affects("PermissionsPolicyDocument") {
            let of = PolicyOwner {
                domain: &live.id,
                repository: None,
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

    /// A repository that was deleted a moment ago is in its way for a while.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let name = &live.id;
        retry(CONSISTENCY, is_conflict, || async {
            let answer = self.0.client.delete_domain().domain(name).send().await;
            match answer.map_err(failed("codeartifact:DeleteDomain")) {
                Err(error) if is_absent(&error) => Ok(()),
                answer => answer.map(drop),
            }
        })
        .await?;
        until(
            &format!("the domain `{name}` to be deleted"),
            CONSISTENCY,
            || async {
                Ok(self
                    .describe(name)
                    .await?
                    .map_or(Ok(()), |_| Err("there".to_owned())))
            },
        )
        .await
    }
}
