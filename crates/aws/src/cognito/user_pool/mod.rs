//! `AWS::Cognito::UserPool`.

mod defaults;
mod parts;
mod read;
mod schema;
mod write;

pub(super) use schema::is_standard;

use aws_sdk_cognitoidentityprovider::operation::get_user_pool_mfa_config::GetUserPoolMfaConfigOutput as Mfa;
use aws_sdk_cognitoidentityprovider::types::{DeletionProtectionType, UserPoolType};
use model::types::cognito::UserPool;
use model::{ADDRESS_TAG, Address, Owner, Tags};
use serde::Deserialize;

use super::limits;
use super::pools::{Pools, deleted, gone, is_absent, tags_of};
use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry};
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};

pub(super) type Properties = UserPool<String>;
type Live = TypedLive<Properties>;

/// Reads and writes user pools.
///
/// A pool's name is not unique and its id is AWS's, so it is found by its tags, which the call that
/// creates it writes. Its description shows them.
#[derive(Debug)]
pub(crate) struct UserPools(Pools);

/// What finds a pool again beside its tags, as long as the tagging index does not show them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    user_pool_name: String,
}

impl UserPools {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Pools::new(account))
    }

    /// The second factors of a pool; none if it is gone.
    async fn mfa(&self, pool_id: &str) -> Result<Option<Mfa>, DriverError> {
        let answer = self
            .0
            .client
            .get_user_pool_mfa_config()
            .user_pool_id(pool_id)
            .send()
            .await;
        match answer.map_err(failed("cognito-idp:GetUserPoolMfaConfig")) {
            Err(error) if is_absent(&error) => Ok(None),
            answer => answer.map(Some),
        }
    }

    async fn live(
        &self,
        pool: &UserPoolType,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let id = pool.id().unwrap_or_default();
        let mfa = cache
            .once(format!("cognito-idp:GetUserPoolMfaConfig {id}"), || {
                self.mfa(id)
            })
            .await?;
        let Some(mfa) = mfa.as_ref() else {
            return Ok(None);
        };
        Ok(Some(self.with_attributes(
            id,
            read::properties(pool, mfa),
            LiveTags::Read(tags_of(pool)),
        )))
    }

    fn with_attributes(&self, id: &str, properties: Properties, tags: LiveTags) -> Live {
        let issuer = format!("cognito-idp.{}.amazonaws.com/{id}", self.0.account.region());
        let attributes = Attributes::from([
            ("UserPoolId".to_owned(), id.to_owned()),
            ("Arn".to_owned(), self.0.arn(id)),
            ("ProviderURL".to_owned(), format!("https://{issuer}")),
            ("ProviderName".to_owned(), issuer),
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
/// leaves a second one, which comes up as an orphan.
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

/// A new pool offers both ways into an account again. Which first is for Cognito to say, where
/// nobody else does.
fn leave_recovery_to_cognito(live: &mut Properties, wanted: &Properties) {
    if wanted.account_recovery_setting.is_none() {
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

/// Its domain is just being deleted.
fn still_has_domain(error: &DriverError) -> bool {
    error.has_message("InvalidParameterException", "has a domain configured")
}

impl ResourceDriver for UserPools {
    type Properties = Properties;
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");

    fn normalise(&self, pool: &mut Properties) {
        defaults::normalise(pool, self.0.account.region());
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::user_pool(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let address = request.address.to_string();
        let mut pools = self
            .0
            .owned(Some(&request.properties.user_pool_name), cache)
            .await?;
        pools.retain(|pool| tags_of(pool).get(ADDRESS_TAG) == Some(&address));
        let Some(pool) = choose(pools) else {
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
        for pool in self.0.owned(None, cache).await? {
            listed.extend(self.live(&pool, cache).await?);
        }
        Ok(listed)
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        self.0.read_tags(&live.id).await
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let created = self.create_pool(&desired, tags).await?;
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
        mut live: Live,
        mut desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        self.normalise(&mut live.properties);
        let id = &live.id;
        let touches = |property: &str| changes.affects(property);
        self.add_attributes(id, &live.properties, &desired).await?;
        let mfa = write::MFA.iter().any(|property| touches(property));
        // A lower tier takes no settings of a higher one, so they go before it comes and come after
        // it.
        let tier_first =
            touches("UserPoolTier") && desired.user_pool_tier.as_deref() != Some("LITE");
        if tier_first {
            self.update_pool(
                id,
                &desired,
                live.properties.mfa_configuration.as_deref(),
                &touches,
            )
            .await?;
        }
        if mfa {
            self.set_mfa(id, &desired).await?;
        }
        if write::updates(changes) && !tier_first {
            self.update_pool(id, &desired, desired.mfa_configuration.as_deref(), &touches)
                .await?;
        }
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        self.0.retag(&live.id, tags, &[]).await
    }

    async fn untag(&self, live: &Live, keys: &[String]) -> Result<(), DriverError> {
        self.0.retag(&live.id, &Tags::new(), keys).await
    }

    /// Takes with it everything that stands in the pool, but for its domain.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let Some(pool) = self.0.describe(&live.id).await? else {
            return Ok(());
        };
        if pool.deletion_protection() == Some(&DeletionProtectionType::Active) {
            Box::pin(self.unprotect(&live)).await?;
        }
        deleted(|| {
            retry(WaitPolicy::seconds(120), still_has_domain, || async {
                self.0
                    .client
                    .delete_user_pool()
                    .user_pool_id(&live.id)
                    .send()
                    .done("cognito-idp:DeleteUserPool")
                    .await
            })
        })
        .await?;
        gone(
            &format!("the user pool {}", live.id),
            WaitPolicy::seconds(60),
            || self.0.describe(&live.id),
        )
        .await
    }
}
