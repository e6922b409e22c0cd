//! Shared by the drivers: the client, the pools of one reading, the tags of pools.

use std::sync::Arc;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{
    UserPoolClientDescription, UserPoolDescriptionType, UserPoolType,
};
use aws_smithy_types::error::operation::BuildError;
use engine::{DriverError, ReadCache};
use futures_util::future::try_join_all;
use model::Tags;
use tokio::sync::Mutex;

use crate::Account;
use crate::account::Quirk;
use crate::kit::call::Call as _;
use crate::kit::children::{Parent, ParentService};
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::{Code, Message};
use crate::kit::tag_store::TagCalls;
use crate::kit::tagging;
use crate::kit::wait::WaitPolicy;

/// The largest page of the lists; the API requires a limit.
pub(super) const PAGE: i32 = 60;

/// How long something may still be described after its deletion.
pub(super) const DELETED: WaitPolicy = WaitPolicy::seconds(60);

/// Cognito's errors: another write in the same pool is under way, too many calls were made, or a
/// role for text messages is so new that Cognito does not see it or its permissions.
pub(super) const COGNITO: Consistency = Consistency {
    absent: &[Code("ResourceNotFoundException")],
    passing: &[
        Code("ConcurrentModificationException"),
        Code("TooManyRequestsException"),
        Message(
            "InvalidSmsRoleTrustRelationshipException",
            "trust relationship",
        ),
        Message(
            "InvalidSmsRoleAccessPolicyException",
            "permission to publish",
        ),
    ],
    policy: WaitPolicy::seconds(120),
};

/// Cognito in the system's account and Region.
#[derive(Clone, Debug)]
pub(crate) struct CognitoClient {
    pub(super) account: Account,
    pub(super) client: Client,
}

impl CognitoClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: account.client(),
        }
    }

    /// A pool's ARN.
    pub(super) fn arn(&self, pool_id: &str) -> String {
        self.account
            .arn("cognito-idp", &format!("userpool/{pool_id}"))
    }

    /// A pool as it is now; `None` if it does not exist.
    pub(super) async fn describe(
        &self,
        pool_id: &str,
    ) -> Result<Option<UserPoolType>, DriverError> {
        let call = self.client.describe_user_pool().user_pool_id(pool_id);
        let operation = "cognito-idp:DescribeUserPool";
        let answer = call.send().sent(operation).await;
        COGNITO.described(answer, operation, |answer| answer.user_pool)
    }

    /// A pool, described once in a reading.
    async fn described(
        &self,
        pool_id: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Option<UserPoolType>>, DriverError> {
        let key = format!("cognito-idp:DescribeUserPool {pool_id}");
        cache.once(key, || self.describe(pool_id)).await
    }

    /// The system's pools.
    ///
    /// The tagging index shows which; each is then described, since the index lags and shows
    /// deleted ones. As long as it shows none, the pools with a name of the system's, or with this
    /// name, are described.
    pub(super) async fn owned_or_named(
        &self,
        name: Option<&str>,
        cache: &ReadCache,
    ) -> Result<Vec<UserPoolType>, DriverError> {
        let hints = tagging::hints(&self.account, cache).await?;
        let hinted = self.owned_among(hints.names(&self.arn("")), cache).await?;
        if !hinted.is_empty() {
            return Ok(hinted);
        }
        let prefix = format!("{}-", self.system());
        let listed = self.list(cache).await?;
        let named = listed.iter().filter(|pool| {
            let found = pool.name().unwrap_or_default();
            found.starts_with(&prefix) || name == Some(found)
        });
        self.owned_among(named.filter_map(|pool| pool.id()), cache)
            .await
    }

    /// Those of the pools that exist and are the system's.
    async fn owned_among(
        &self,
        ids: impl Iterator<Item = &str>,
        cache: &ReadCache,
    ) -> Result<Vec<UserPoolType>, DriverError> {
        let pools = try_join_all(ids.map(|id| self.described(id, cache))).await?;
        let pools = pools.iter().filter_map(|pool| pool.as_ref().clone());
        Ok(pools
            .filter(|pool| self.is_ours(&Self::tags_in(pool)))
            .collect())
    }

    /// Every pool of the Region: ids and names, one call per page in a reading.
    async fn list(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<UserPoolDescriptionType>>, DriverError> {
        let pages = self
            .client
            .list_user_pools()
            .max_results(PAGE)
            .into_paginator()
            .items();
        let list = || {
            pages
                .send()
                .collect::<Result<Vec<_>, _>>()
                .sent("cognito-idp:ListUserPools")
        };
        cache.once("cognito-idp:ListUserPools", list).await
    }

    /// A pool's clients: ids and names, one call per page in a reading. A pool that does not exist
    /// has none.
    pub(super) async fn clients(
        &self,
        pool_id: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<UserPoolClientDescription>>, DriverError> {
        let pages = self
            .client
            .list_user_pool_clients()
            .user_pool_id(pool_id)
            .max_results(PAGE)
            .into_paginator()
            .items();
        let list = || async {
            let listed = pages.send().collect::<Result<Vec<_>, _>>();
            COGNITO.or_empty(listed.sent("cognito-idp:ListUserPoolClients").await)
        };
        let key = format!("cognito-idp:ListUserPoolClients {pool_id}");
        cache.once(key, list).await
    }

    /// An answer, or `None` if an emulator says that it does not know the call. AWS knows all of
    /// them.
    pub(super) fn known<T>(
        &self,
        answer: Result<T, DriverError>,
    ) -> Result<Option<T>, DriverError> {
        let codes = ["InvalidAction", "UnknownOperationException"];
        match answer {
            Err(error)
                if self.account.may_have(Quirk::LacksBranding)
                    && codes.iter().any(|code| error.is(code)) =>
            {
                Ok(None)
            }
            answer => answer.map(Some),
        }
    }
}

/// The calls name a user pool by its id.
impl TagCalls for CognitoClient {
    async fn known(&self, pool_id: &str) -> Result<Option<Tags>, DriverError> {
        let call = self
            .client
            .list_tags_for_resource()
            .resource_arn(self.arn(pool_id));
        let answer = call.send().sent("cognito-idp:ListTagsForResource").await;
        let answer = COGNITO.found(answer)?;
        Ok(answer.map(|answer| answer.tags.into_iter().flatten().collect()))
    }

    async fn tag(&self, pool_id: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self
            .client
            .tag_resource()
            .resource_arn(self.arn(pool_id))
            .set_tags(Some(tags.clone().into_iter().collect()));
        COGNITO
            .write(|| call.clone().send().done("cognito-idp:TagResource"))
            .await
    }

    async fn untag(&self, pool_id: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self
            .client
            .untag_resource()
            .resource_arn(self.arn(pool_id))
            .set_tag_keys(Some(keys.to_vec()));
        COGNITO
            .delete(|| call.clone().send().done("cognito-idp:UntagResource"))
            .await
    }
}

impl Parent for CognitoClient {
    fn tagged(&self, pool_id: &str) -> String {
        pool_id.to_owned()
    }

    fn records_lock(&self, pool_id: &str) -> Arc<Mutex<()>> {
        self.account.lock(format!("the records of {pool_id}"))
    }
}

impl ParentService for CognitoClient {
    type Parent = UserPoolType;

    fn system(&self) -> &str {
        self.account.system()
    }

    fn tags_in(pool: &UserPoolType) -> Tags {
        let tags = pool.user_pool_tags().into_iter().flatten();
        tags.map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    async fn parent(
        &self,
        pool_id: &str,
        cache: &ReadCache,
    ) -> Result<Option<UserPoolType>, DriverError> {
        let pool = self.described(pool_id, cache).await?;
        Ok(pool.as_ref().clone())
    }

    async fn owned(&self, cache: &ReadCache) -> Result<Vec<UserPoolType>, DriverError> {
        self.owned_or_named(None, cache).await
    }
}

/// A string; an emulator writes `""` for an absent one.
pub(super) fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Whether the names of pools and clients may contain a character.
pub(super) fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || "_+=,.@-".contains(c)
}

/// A part of a request that must have all its members.
pub(super) fn whole<T>(built: Result<T, BuildError>) -> Result<T, DriverError> {
    built.map_err(|error| {
        DriverError::internal(format!("a request to Cognito is incomplete ({error})"))
    })
}
