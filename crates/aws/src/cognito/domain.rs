//! `AWS::Cognito::UserPoolDomain`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::types::{
    CustomDomainConfigType, DomainDescriptionType, DomainStatusType, UserPoolType,
};
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};
use model::Tags;
use model::types::cognito::{CustomDomainConfig, UserPoolDomain};
use serde::Deserialize;

use super::limits;
use super::pools::{Pools, deleted, gone, is_absent, orphan_tags, record, text, whole, written};
use crate::Account;
use crate::account::error::failed;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, until};

pub(super) type Properties = UserPoolDomain<String>;
type Live = TypedLive<Properties>;

/// A prefix is there within a minute (terraform-provider-aws).
const PREFIX: WaitPolicy = WaitPolicy::seconds(180);

/// A custom domain is a distribution of its own, which takes up to an hour.
const CUSTOM: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(2),
    longest: Duration::from_secs(15),
    within: Duration::from_hours(1),
};

/// Reads and writes domains. A pool has one prefix and one custom domain, and its description names
/// them.
#[derive(Debug)]
pub(crate) struct Domains(Pools);

/// What finds a domain again, beside its kind.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    user_pool_id: String,
}

impl Domains {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Pools::new(account))
    }

    /// A domain as it is now. For one that is not there Cognito answers with an empty description.
    async fn describe(&self, domain: &str) -> Result<Option<DomainDescriptionType>, DriverError> {
        let answer = self
            .0
            .client
            .describe_user_pool_domain()
            .domain(domain)
            .send()
            .await;
        match answer.map_err(failed("cognito-idp:DescribeUserPoolDomain")) {
            Err(error) if is_absent(&error) => Ok(None),
            answer => Ok(answer?
                .domain_description
                .filter(|description| description.status().is_some())),
        }
    }

    async fn domain(
        &self,
        domain: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Option<DomainDescriptionType>>, DriverError> {
        cache
            .once(
                format!("cognito-idp:DescribeUserPoolDomain {domain}"),
                || self.describe(domain),
            )
            .await
    }

    /// The domain of a pool that is of the wanted kind.
    async fn find(
        &self,
        pool: &UserPoolType,
        wanted: &Properties,
        cache: &ReadCache,
    ) -> Result<Option<DomainDescriptionType>, DriverError> {
        let custom = wanted.custom_domain_config.is_some();
        let named = text(if custom {
            pool.custom_domain()
        } else {
            pool.domain()
        });
        let found = self
            .domain(named.as_ref().unwrap_or(&wanted.domain), cache)
            .await?;
        let found = found.as_ref().clone();
        Ok(
            found
                .filter(|domain| domain.user_pool_id() == pool.id() && is_custom(domain) == custom),
        )
    }

    fn live(&self, pool_id: &str, domain: &DomainDescriptionType, tags: LiveTags) -> Live {
        let name = domain.domain().unwrap_or_default();
        let certificate = domain
            .custom_domain_config()
            .and_then(|config| text(Some(config.certificate_arn())));
        let properties = UserPoolDomain {
            user_pool_id: pool_id.to_owned(),
            domain: name.to_owned(),
            managed_login_version: domain.managed_login_version(),
            custom_domain_config: certificate
                .map(|certificate_arn| CustomDomainConfig { certificate_arn }),
        };
        let host = if properties.custom_domain_config.is_some() {
            name.to_owned()
        } else {
            format!("{name}.auth.{}.amazoncognito.com", self.0.account.region())
        };
        let distribution = text(domain.cloud_front_distribution());
        let distribution =
            distribution.map(|distribution| ("CloudFrontDistribution".to_owned(), distribution));
        let login = ("LoginUrl".to_owned(), self.0.account.site_url(&host));
        let attributes = [login]
            .into_iter()
            .chain(distribution)
            .collect::<Attributes>();
        TypedLive {
            id: format!("{pool_id}/{name}"),
            properties,
            attributes,
            tags,
        }
    }

    /// Makes the domain, or finds that an earlier attempt whose answer was lost did.
    async fn make(&self, desired: &Properties) -> Result<(), DriverError> {
        let config = config(desired)?;
        let created = written(|| async {
            let call = self
                .0
                .client
                .create_user_pool_domain()
                .user_pool_id(&desired.user_pool_id)
                .domain(&desired.domain)
                .set_managed_login_version(desired.managed_login_version)
                .set_custom_domain_config(config.clone());
            call.send()
                .await
                .map(drop)
                .map_err(failed("cognito-idp:CreateUserPoolDomain"))
        })
        .await;
        match created {
            Err(error) if error.is("InvalidParameterException") => {
                match self.describe(&desired.domain).await? {
                    Some(domain) if domain.user_pool_id() == Some(&desired.user_pool_id) => {
                        self.active(&desired.domain, patience(desired)).await?;
                        self.put(desired).await
                    }
                    _ => Err(error),
                }
            }
            created => created,
        }
    }

    async fn put(&self, desired: &Properties) -> Result<(), DriverError> {
        let config = config(desired)?;
        written(|| async {
            let call = self
                .0
                .client
                .update_user_pool_domain()
                .user_pool_id(&desired.user_pool_id)
                .domain(&desired.domain)
                .set_managed_login_version(desired.managed_login_version)
                .set_custom_domain_config(config.clone());
            call.send()
                .await
                .map(drop)
                .map_err(failed("cognito-idp:UpdateUserPoolDomain"))
        })
        .await
    }

    /// Waits until a domain can be used.
    async fn active(
        &self,
        domain: &str,
        patience: WaitPolicy,
    ) -> Result<DomainDescriptionType, DriverError> {
        let condition = format!("the domain {domain} to become active");
        until(&condition, patience, || async {
            let Some(description) = self.describe(domain).await? else { return Ok(Err("it is not there".to_owned())) };
            match description.status() {
                Some(DomainStatusType::Active) => Ok(Ok(description)),
                Some(DomainStatusType::Failed) => Err(DriverError::Invalid(format!(
                    "Cognito could not set up the domain {domain}: check its certificate and that its parent domain \
                     has an A record, delete it, then run the command again"
                ))),
                status => Ok(Err(format!("status {}", status.map_or("none", DomainStatusType::as_str)))),
            }
        })
        .await
    }

    async fn settled(&self, desired: &Properties, tags: LiveTags) -> Result<Live, DriverError> {
        let description = self.active(&desired.domain, patience(desired)).await?;
        let live = self.live(&desired.user_pool_id, &description, tags);
        Ok(TypedLive {
            properties: desired.clone(),
            ..live
        })
    }
}

fn is_custom(domain: &DomainDescriptionType) -> bool {
    domain
        .custom_domain_config()
        .is_some_and(|config| !config.certificate_arn().is_empty())
}

fn patience(domain: &Properties) -> WaitPolicy {
    if domain.custom_domain_config.is_some() {
        CUSTOM
    } else {
        PREFIX
    }
}

fn config(domain: &Properties) -> Result<Option<CustomDomainConfigType>, DriverError> {
    let config = domain.custom_domain_config.as_ref();
    let config = config.map(|of| {
        whole(
            CustomDomainConfigType::builder()
                .certificate_arn(&of.certificate_arn)
                .build(),
        )
    });
    config.transpose()
}

#[async_trait]
impl ResourceDriver for Domains {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, domain: &mut Properties) {
        domain.managed_login_version.get_or_insert(1);
    }

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let pool_id = &wanted.identity.user_pool_id;
        let Some(pool) = self.0.pool(pool_id, cache).await?.as_ref().clone() else {
            return Ok(None);
        };
        let found = self.find(&pool, &wanted.properties, cache).await?;
        Ok(found.map(|domain| self.live(pool_id, &domain, record(&pool, wanted.address))))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for pool in self.0.owned(None, cache).await? {
            for name in [text(pool.domain()), text(pool.custom_domain())]
                .into_iter()
                .flatten()
            {
                if let Some(domain) = self.domain(&name, cache).await?.as_ref() {
                    let pool_id = pool.id().unwrap_or_default();
                    listed.push(self.live(pool_id, domain, orphan_tags(&pool, "domain", &name)));
                }
            }
        }
        Ok(listed)
    }

    async fn may_have_orphans(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        self.0.suspects(selection, cache).await
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        self.0.reread_record(live).await
    }

    async fn create(&self, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::domain(&desired)?;
        self.0.put_record(&desired.user_pool_id, tags).await?;
        self.make(&desired).await?;
        self.settled(&desired, LiveTags::Read(tags.clone())).await
    }

    async fn update(
        &self,
        live: Live,
        mut desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::domain(&desired)?;
        if changes.is_empty() {
            return Ok(live);
        }
        self.put(&desired).await?;
        self.settled(&desired, live.tags).await
    }

    async fn retag(&self, live: &Live, set: &Tags, _: &[String]) -> Result<(), DriverError> {
        self.0.retag_record(live, set).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let Properties {
            user_pool_id,
            domain,
            ..
        } = &live.properties;
        deleted(|| async {
            let call = self
                .0
                .client
                .delete_user_pool_domain()
                .user_pool_id(user_pool_id)
                .domain(domain);
            match call
                .send()
                .await
                .map_err(failed("cognito-idp:DeleteUserPoolDomain"))
            {
                // For one that is gone the error is of the parameters.
                Err(error)
                    if error.is("InvalidParameterException")
                        && self.describe(domain).await?.is_none() =>
                {
                    Ok(())
                }
                other => other.map(drop),
            }
        })
        .await?;
        gone(
            &format!("the domain {domain}"),
            patience(&live.properties),
            || self.describe(domain),
        )
        .await?;
        self.0.remove_record(&live).await
    }
}
