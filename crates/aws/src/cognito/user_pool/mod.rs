//! `AWS::Cognito::UserPool`.

mod calls;
mod defaults;
mod limits;
mod parts;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_cognitoidentityprovider::operation::get_user_pool_mfa_config::GetUserPoolMfaConfigOutput as Mfa;
use aws_sdk_cognitoidentityprovider::types::{DeletionProtectionType, UserPoolType};
use engine::{Changes, DriverError, Holding, LiveTags, ReadCache};
use model::types::cognito::UserPool;
use model::{Address, Owner, Tags};

use super::client::{COGNITO, CognitoClient, DELETED};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::ParentService as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::{Code, Message};
use crate::kit::create_once::{Creation, find_or_create};
use crate::kit::gone::until_gone;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = UserPool<String>;
type Live = TypedLive<Properties>;

/// The errors of a deletion, which also pass while the domain is itself being deleted.
const DELETION: Consistency = Consistency {
    passing: &[
        Code("ConcurrentModificationException"),
        Code("TooManyRequestsException"),
        Message("InvalidParameterException", "has a domain configured"),
    ],
    ..COGNITO
};

/// Reads and writes user pools.
///
/// A pool's name is not unique and AWS assigns its id, so it is found by its tags, which the call
/// that creates it writes. Its description shows them.
#[derive(Debug)]
pub(crate) struct UserPools(CognitoClient);

impl UserPools {
    pub(crate) fn new(account: &Account) -> Self {
        Self(CognitoClient::new(account))
    }

    /// The second factors of a pool; `None` if it does not exist.
    async fn mfa(&self, pool_id: &str) -> Result<Option<Mfa>, DriverError> {
        let client = &self.0.client;
        let call = client.get_user_pool_mfa_config().user_pool_id(pool_id);
        COGNITO.found(call.send().sent("cognito-idp:GetUserPoolMfaConfig").await)
    }

    /// The pool at an address, by its name or by what the tagging index shows.
    async fn find(
        &self,
        address: &Address,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Option<UserPoolType>, DriverError> {
        let mut pools = self.0.owned_or_named(Some(name), cache).await?;
        pools.retain(|pool| self.0.is_at(&CognitoClient::tags_in(pool), address));
        Ok(choose(pools))
    }

    async fn live(
        &self,
        pool: &UserPoolType,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let id = pool.id().unwrap_or_default();
        let key = format!("cognito-idp:GetUserPoolMfaConfig {id}");
        let mfa = cache.once(key, || self.mfa(id)).await?;
        let Some(mfa) = mfa.as_ref() else {
            return Ok(None);
        };
        let properties = read::properties(pool, mfa);
        let tags = LiveTags::Read(CognitoClient::tags_in(pool));
        Ok(Some(self.with_attributes(id, properties, tags)))
    }

    fn with_attributes(&self, id: &str, properties: Properties, tags: LiveTags) -> Live {
        let issuer = format!("cognito-idp.{}.amazonaws.com/{id}", self.0.account.region());
        let attributes = Live::assigned([
            (UserPool::ID, id.to_owned()),
            (UserPool::ARN, self.0.arn(id)),
            (UserPool::PROVIDER_URL, format!("https://{issuer}")),
            (UserPool::PROVIDER_NAME, issuer),
        ]);
        TypedLive {
            id: id.to_owned(),
            properties,
            attributes,
            tags,
        }
    }

    /// Lifts the protection, which is a change of the whole pool.
    async fn unprotect(&self, live: &Live) -> Result<(), DriverError> {
        let mut pool = live.properties.clone();
        pool.deletion_protection = Some("INACTIVE".to_owned());
        let mfa = pool.mfa_configuration.clone();
        self.update_pool(&live.id, &pool, mfa.as_deref(), &|property| {
            property == "DeletionProtection"
        })
        .await
    }
}

/// The one of several pools with one address that is in use: a creation whose answer was lost
/// leaves a second one, which is reported as an orphan.
fn choose(pools: Vec<UserPoolType>) -> Option<UserPoolType> {
    pools.into_iter().min_by_key(|pool| {
        let unused = pool.domain().is_none() && pool.custom_domain().is_none();
        let created = pool
            .creation_date()
            .map(|date| (date.secs(), date.subsec_nanos()));
        (
            -pool.estimated_number_of_users(),
            unused,
            created,
            pool.id().map(str::to_owned),
        )
    })
}

/// A new pool offers both ways to recover an account. Unless configured, Cognito chooses their
/// order.
fn leave_recovery_to_cognito(live: &mut Properties, desired: &Properties) {
    if desired.account_recovery_setting.is_none() {
        live.account_recovery_setting.take_if(|setting| {
            let ways = setting
                .recovery_mechanisms
                .iter()
                .map(|option| option.name.as_str());
            let mut ways: Vec<_> = ways.collect();
            ways.sort_unstable();
            ways == ["verified_email", "verified_phone_number"]
        });
    }
}

impl ResourceDriver for UserPools {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, pool: &mut Properties) {
        defaults::normalise(pool, self.0.account.region());
    }

    fn leave(&self, pool: &mut Properties, live: &Properties) {
        leave(&mut pool.user_pool_tier, live.user_pool_tier.as_ref());
        leave(
            &mut pool.email_configuration,
            live.email_configuration.as_ref(),
        );
        leave(
            &mut pool.deletion_protection,
            live.deletion_protection.as_ref(),
        );
        leave(&mut pool.user_pool_add_ons, live.user_pool_add_ons.as_ref());
        leave(&mut pool.lambda_config, live.lambda_config.as_ref());
        schema::leave(&mut pool.schema, &live.schema);
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        limits::check(properties, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.user_pool_name;
        let Some(pool) = self.find(request.address, name, cache).await? else {
            return Ok(None);
        };
        let mut live = self.live(&pool, cache).await?;
        if let Some(live) = &mut live {
            leave_recovery_to_cognito(&mut live.properties, &request.properties);
        }
        Ok(live)
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for pool in self.0.owned(cache).await? {
            listed.extend(self.live(&pool, cache).await?);
        }
        Ok(listed)
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by_id(&self.0)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let find = || async {
            let (name, cache) = (&desired.user_pool_name, ReadCache::default());
            self.find(&owner.address, name, &cache).await
        };
        let create = || self.create_pool(&desired, tags);
        let created = match find_or_create(|error| COGNITO.passes(error), find, create).await? {
            Creation::New(created) => created,
            Creation::Found(pool) => {
                let live = self.live(&pool, &ReadCache::default()).await?;
                let live = live.ok_or_else(|| DriverError::internal("the pool found is gone"))?;
                return self.resumed(live, desired, tags).await;
            }
        };
        let id = created
            .id()
            .ok_or_else(|| DriverError::internal("a new user pool has no id"))?;
        if write::has_mfa(&desired) {
            self.set_mfa(id, &desired).await?;
        }
        Ok(self.with_attributes(id, desired, LiveTags::Read(tags.clone())))
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let id = &live.id;
        let touches = |property: &str| changes.affects(property);
        self.add_attributes(id, &live.properties, desired).await?;
        let mfa = write::MFA.iter().any(|property| touches(property));
        // A lower tier refuses the settings of a higher one, so they are removed before it is set,
        // and set after the higher tier.
        let tier_first =
            touches("UserPoolTier") && desired.user_pool_tier.as_deref() != Some("LITE");
        if tier_first {
            let mfa = live.properties.mfa_configuration.as_deref();
            self.update_pool(id, desired, mfa, &touches).await?;
        }
        if mfa {
            self.set_mfa(id, desired).await?;
        }
        if write::updates(changes) && !tier_first {
            self.update_pool(id, desired, desired.mfa_configuration.as_deref(), &touches)
                .await?;
        }
        Ok(())
    }

    /// "A number estimating the size of the user pool", as `DescribeUserPool` says.
    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        let pool = self.0.describe(&live.id).await?;
        let users = pool.map_or(0, |pool| pool.estimated_number_of_users());
        Ok(Holding::about(users.try_into().unwrap_or(0), "user"))
    }

    /// Deletes the pool with everything in it.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let Some(pool) = self.0.describe(&live.id).await? else {
            return Ok(());
        };
        if pool.deletion_protection() == Some(&DeletionProtectionType::Active) {
            self.unprotect(&live).await?;
        }
        self.delete_domains(&pool).await?;
        let call = self.0.client.delete_user_pool().user_pool_id(&live.id);
        DELETION
            .delete(|| call.clone().send().done("cognito-idp:DeleteUserPool"))
            .await?;
        let name = format!("the user pool {}", live.id);
        until_gone(&name, DELETED, || self.0.describe(&live.id)).await
    }
}
