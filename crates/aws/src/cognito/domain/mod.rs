//! `AWS::Cognito::UserPoolDomain`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cognitoidentityprovider::types::{
    CustomDomainConfigType, DomainDescriptionType, DomainStatusType, SecurityPolicyType,
    UserPoolType,
};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::Owner;
use model::types::cognito::{CustomDomainConfig, UserPoolDomain};

use super::calls::CHILDREN;
use super::client::{COGNITO, CognitoClient, text, whole};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Child, Parent as _};
use crate::kit::gone::until_gone;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::typed::{OrphanSearch, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, until};

type Properties = UserPoolDomain<String>;
type Live = TypedLive<Properties>;

/// A prefix works within a minute (terraform-provider-aws).
const PREFIX: WaitPolicy = WaitPolicy::seconds(180);

/// A custom domain is a distribution of its own. It is online within five minutes, and its
/// certificate is distributed within an hour. Source: `CreateUserPoolDomain` in the Cognito user pools
/// API reference.
const CUSTOM: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(2),
    longest: Duration::from_secs(15),
    within: Duration::from_hours(1),
};

/// Reads and writes domains. A pool has one prefix and one custom domain, and its description names
/// them.
#[derive(Debug)]
pub(crate) struct Domains(CognitoClient);

impl Domains {
    pub(crate) fn new(account: &Account) -> Self {
        Self(CognitoClient::new(account))
    }

    /// A domain as it is now. For one that does not exist Cognito answers with an empty
    /// description.
    async fn describe(&self, domain: &str) -> Result<Option<DomainDescriptionType>, DriverError> {
        let call = self.0.client.describe_user_pool_domain().domain(domain);
        let operation = "cognito-idp:DescribeUserPoolDomain";
        let answer = call.send().sent(operation).await;
        let description = COGNITO.described(answer, operation, |of| of.domain_description)?;
        Ok(description.filter(|description| description.status().is_some()))
    }

    async fn described(
        &self,
        domain: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Option<DomainDescriptionType>>, DriverError> {
        let key = format!("cognito-idp:DescribeUserPoolDomain {domain}");
        cache.once(key, || self.describe(domain)).await
    }

    fn live(&self, pool_id: &str, domain: &DomainDescriptionType) -> Live {
        let name = domain.domain().unwrap_or_default();
        let config = domain.custom_domain_config();
        let properties = UserPoolDomain {
            user_pool_id: pool_id.to_owned(),
            domain: name.to_owned(),
            managed_login_version: domain.managed_login_version(),
            custom_domain_config: config.and_then(custom),
        };
        let host = if properties.custom_domain_config.is_some() {
            name.to_owned()
        } else {
            format!("{name}.auth.{}.amazoncognito.com", self.0.account.region())
        };
        let distribution = text(domain.cloud_front_distribution());
        let url = Some(self.0.account.site_url(&host));
        let attributes = Live::assigned([
            (UserPoolDomain::CLOUD_FRONT_DISTRIBUTION, distribution),
            (UserPoolDomain::LOGIN_URL, url),
        ]);
        TypedLive {
            id: format!("{pool_id}/{name}"),
            properties,
            attributes,
            tags: LiveTags::Unread,
        }
    }

    async fn put(&self, desired: &Properties) -> Result<(), DriverError> {
        let call = self
            .0
            .client
            .update_user_pool_domain()
            .user_pool_id(&desired.user_pool_id)
            .domain(&desired.domain)
            .set_managed_login_version(desired.managed_login_version)
            .set_custom_domain_config(config(desired)?);
        COGNITO
            .write(|| call.clone().send().done("cognito-idp:UpdateUserPoolDomain"))
            .await
    }

    /// Resumes with the domain of the desired name, if an earlier attempt created it for the pool,
    /// as desired now.
    async fn take_over(
        &self,
        desired: &Properties,
        owner: &Owner,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        let (pool_id, name) = (&desired.user_pool_id, &desired.domain);
        match self.describe(name).await? {
            Some(domain) if domain.user_pool_id() == Some(pool_id) => {
                self.0.adopt_child(pool_id, owner, refused).await?;
                self.active(name, policy(desired)).await?;
                self.put(desired).await
            }
            _ => Err(refused),
        }
    }

    /// Waits until a domain can be used.
    async fn active(
        &self,
        domain: &str,
        policy: WaitPolicy,
    ) -> Result<DomainDescriptionType, DriverError> {
        let condition = format!("the domain {domain} to become active");
        until(&condition, policy, || async {
            let Some(description) = self.describe(domain).await? else {
                return Ok(Err("it does not exist".to_owned()));
            };
            match description.status() {
                Some(DomainStatusType::Active) => Ok(Ok(description)),
                Some(DomainStatusType::Failed) => Err(DriverError::Invalid(format!(
                    "Cognito could not set up the domain {domain}: check its certificate and \
                     that its parent domain has an A record, delete it, then run the command again"
                ))),
                status => {
                    let status = status.map_or("none", DomainStatusType::as_str);
                    Ok(Err(format!("status {status}")))
                }
            }
        })
        .await
    }
}

/// The settings of a custom domain. A prefix has empty ones.
fn custom(config: &CustomDomainConfigType) -> Option<CustomDomainConfig<String>> {
    let policy = config.security_policy().map(SecurityPolicyType::as_str);
    Some(CustomDomainConfig {
        certificate_arn: text(Some(config.certificate_arn()))?,
        security_policy: text(policy),
    })
}

fn is_custom(domain: &DomainDescriptionType) -> bool {
    domain.custom_domain_config().and_then(custom).is_some()
}

fn policy(domain: &Properties) -> WaitPolicy {
    if domain.custom_domain_config.is_some() {
        CUSTOM
    } else {
        PREFIX
    }
}

fn config(domain: &Properties) -> Result<Option<CustomDomainConfigType>, DriverError> {
    let config = domain.custom_domain_config.as_ref();
    let config = config.map(|of| {
        let policy = of.security_policy.as_deref().map(SecurityPolicyType::from);
        let builder = CustomDomainConfigType::builder()
            .certificate_arn(&of.certificate_arn)
            .set_security_policy(policy);
        whole(builder.build())
    });
    config.transpose()
}

impl Child for Domains {
    type Properties = Properties;
    type Service = CognitoClient;
    const CALLS: &'static [&'static [Calls]] = &[CHILDREN, calls::CALLS];
    const KIND: &'static str = "domain";
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn service(&self) -> &CognitoClient {
        &self.0
    }

    fn parent_id(domain: &Properties) -> &str {
        &domain.user_pool_id
    }

    fn key(domain: &Properties) -> Option<String> {
        Some(domain.domain.clone())
    }

    fn is_older_name(&self, name: &str, live: &Live, pool: &Owner) -> bool {
        let domain = &live.properties;
        if domain.custom_domain_config.is_some() {
            return name == "login-domain";
        }
        let prefix = format!("{}-", pool.system);
        name == "domain" && domain.domain.starts_with(&prefix)
    }

    fn normalise(&self, domain: &mut Properties) {
        domain.managed_login_version.get_or_insert(1);
    }

    fn leave(&self, desired: &mut Properties, live: &Properties) {
        if let (Some(desired), Some(live)) = (
            &mut desired.custom_domain_config,
            &live.custom_domain_config,
        ) {
            let policy = &mut desired.security_policy;
            leave(policy, live.security_policy.as_ref());
        }
    }

    fn check(&self, domain: &Properties, checks: &mut Checks) {
        limits::check(domain, checks);
    }

    /// The domain of the pool, of the desired kind.
    async fn find(
        &self,
        pool: &UserPoolType,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let desired = &request.properties;
        let custom = desired.custom_domain_config.is_some();
        let named = if custom {
            pool.custom_domain()
        } else {
            pool.domain()
        };
        let name = named.filter(|name| !name.is_empty());
        let found = self
            .described(name.unwrap_or(&desired.domain), cache)
            .await?;
        let found = found.as_ref().as_ref();
        let found = found
            .filter(|domain| domain.user_pool_id() == pool.id() && is_custom(domain) == custom);
        Ok(found.map(|domain| self.live(&desired.user_pool_id, domain)))
    }

    async fn all(&self, pool: &UserPoolType, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let pool_id = pool.id().unwrap_or_default();
        let mut all = Vec::new();
        for name in [text(pool.domain()), text(pool.custom_domain())] {
            let Some(name) = name else { continue };
            let domain = self.described(&name, cache).await?;
            all.extend(domain.iter().map(|domain| self.live(pool_id, domain)));
        }
        Ok(all)
    }

    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        let call = self
            .0
            .client
            .create_user_pool_domain()
            .user_pool_id(&desired.user_pool_id)
            .domain(&desired.domain)
            .set_managed_login_version(desired.managed_login_version)
            .set_custom_domain_config(config(&desired)?);
        let created = COGNITO
            .write(|| call.clone().send().done("cognito-idp:CreateUserPoolDomain"))
            .await;
        match created {
            Err(error) if error.is("InvalidParameterException") => {
                self.take_over(&desired, owner, error).await?;
            }
            created => created?,
        }
        let description = self.active(&desired.domain, policy(&desired)).await?;
        Ok(TypedLive {
            properties: desired.clone(),
            ..self.live(&desired.user_pool_id, &description)
        })
    }

    async fn change(
        &self,
        live: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        self.put(desired).await?;
        let description = self.active(&desired.domain, policy(desired)).await?;
        live.attributes = self.live(&desired.user_pool_id, &description).attributes;
        Ok(())
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let (pool_id, name) = (&live.properties.user_pool_id, &live.properties.domain);
        let call = self
            .0
            .client
            .delete_user_pool_domain()
            .user_pool_id(pool_id)
            .domain(name);
        let delete = || async {
            let call = call.clone().send();
            match call.done("cognito-idp:DeleteUserPoolDomain").await {
                // For a domain that does not exist, the error is of the parameters.
                Err(error)
                    if error.is("InvalidParameterException")
                        && self.describe(name).await?.is_none() =>
                {
                    Ok(())
                }
                deleted => deleted,
            }
        };
        COGNITO.delete(delete).await?;
        let policy = policy(&live.properties);
        until_gone(&format!("the domain {name}"), policy, || {
            self.describe(name)
        })
        .await
    }
}
