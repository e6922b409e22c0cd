//! What the drivers share: the client, the pools of one cache, the record of children in their
//! pool's tags.

use std::future::Future;
use std::sync::Arc;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{
    UserPoolClientDescription, UserPoolDescriptionType, UserPoolType,
};
use aws_smithy_types::error::operation::BuildError;
use engine::{Attributes, DriverError, LiveTags, ReadCache, Selection};
use futures_util::future::try_join_all;
use model::{ADDRESS_TAG, Address, FINGERPRINT_TAG, SYSTEM_TAG, Tags, child_fingerprint_tag};

use crate::Account;
use crate::account::Quirk;
use crate::account::error::failed;
use crate::kit::tagging;
use crate::kit::typed::TypedLive;
use crate::kit::wait::{WaitPolicy, retry, until};

/// The most that the lists answer with at once; they want to be told.
pub(super) const PAGE: i32 = 60;

/// Cognito in the system's account and Region.
#[derive(Clone, Debug)]
pub(super) struct Pools {
    pub(super) account: Account,
    pub(super) client: Client,
}

impl Pools {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: Client::new(&account.config("cognito-idp")),
        }
    }

    /// A pool's ARN.
    pub(super) fn arn(&self, pool_id: &str) -> String {
        self.account
            .arn("cognito-idp", &format!("userpool/{pool_id}"))
    }

    /// A pool as it is now; none if it is gone.
    pub(super) async fn describe(
        &self,
        pool_id: &str,
    ) -> Result<Option<UserPoolType>, DriverError> {
        let answer = self
            .client
            .describe_user_pool()
            .user_pool_id(pool_id)
            .send()
            .await;
        match answer.map_err(failed("cognito-idp:DescribeUserPool")) {
            Err(error) if is_absent(&error) => Ok(None),
            answer => Ok(answer?.user_pool),
        }
    }

    /// A pool, asked for once in a reading.
    pub(super) async fn pool(
        &self,
        pool_id: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Option<UserPoolType>>, DriverError> {
        cache
            .once(format!("cognito-idp:DescribeUserPool {pool_id}"), || {
                self.describe(pool_id)
            })
            .await
    }

    /// The system's pools.
    ///
    /// The tagging index says which; each is then asked for itself, since the index lags and shows
    /// what is gone. As long as it shows none the pools with a name of the system's, or with the
    /// wanted one, are looked through.
    pub(super) async fn owned(
        &self,
        wanted_name: Option<&str>,
        cache: &ReadCache,
    ) -> Result<Vec<UserPoolType>, DriverError> {
        let hints = tagging::hints(&self.account, cache).await?;
        let hinted = self.described(hints.names(&self.arn("")), cache).await?;
        if !hinted.is_empty() {
            return Ok(hinted);
        }
        let prefix = format!("{}-", self.account.system());
        let listed = self.list(cache).await?;
        let named = listed.iter().filter(|pool| {
            pool.name().is_some_and(|name| {
                name.starts_with(&prefix) || wanted_name.is_some_and(|wanted| name == wanted)
            })
        });
        self.described(named.filter_map(|pool| pool.id()), cache)
            .await
    }

    /// Whether the tagging index shows a site of the selected stacks, or who signs in to it.
    pub(super) async fn suspects(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        Ok(tagging::hints(&self.account, cache)
            .await?
            .shows("cognito-idp", selection))
    }

    /// Those of the pools that are there and the system's.
    async fn described(
        &self,
        ids: impl Iterator<Item = &str>,
        cache: &ReadCache,
    ) -> Result<Vec<UserPoolType>, DriverError> {
        let pools = try_join_all(ids.map(|id| self.pool(id, cache))).await?;
        let pools = pools.iter().filter_map(|pool| pool.as_ref().clone());
        Ok(pools.filter(|pool| self.is_ours(&tags_of(pool))).collect())
    }

    /// Every pool of the Region: ids and names, one call (a page) in a reading.
    async fn list(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<UserPoolDescriptionType>>, DriverError> {
        cache
            .once("cognito-idp:ListUserPools", || async {
                let pages = self
                    .client
                    .list_user_pools()
                    .max_results(PAGE)
                    .into_paginator()
                    .items()
                    .send();
                pages
                    .collect::<Result<Vec<_>, _>>()
                    .await
                    .map_err(failed("cognito-idp:ListUserPools"))
            })
            .await
    }

    /// A pool's clients: ids and names, one call (a page) in a reading. A pool that is gone has
    /// none.
    pub(super) async fn clients(
        &self,
        pool_id: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<UserPoolClientDescription>>, DriverError> {
        cache
            .once(
                format!("cognito-idp:ListUserPoolClients {pool_id}"),
                || async {
                    let call = self
                        .client
                        .list_user_pool_clients()
                        .user_pool_id(pool_id)
                        .max_results(PAGE);
                    let clients = call
                        .into_paginator()
                        .items()
                        .send()
                        .collect::<Result<Vec<_>, _>>()
                        .await;
                    unless_gone(clients.map_err(failed("cognito-idp:ListUserPoolClients")))
                },
            )
            .await
    }

    /// Whether tags name this system as the owner.
    pub(super) fn is_ours(&self, tags: &Tags) -> bool {
        tags.get(SYSTEM_TAG)
            .is_some_and(|owner| owner == self.account.system())
    }

    /// A pool's tags, from itself; none if it is gone.
    pub(super) async fn read_tags(&self, pool_id: &str) -> Result<Tags, DriverError> {
        let answer = self
            .client
            .list_tags_for_resource()
            .resource_arn(self.arn(pool_id))
            .send()
            .await;
        let answer = answer.map_err(failed("cognito-idp:ListTagsForResource"));
        unless_gone(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
    }

    /// Sets and removes tags of a pool. Tags that are not named stay, so several may write at once.
    pub(super) async fn retag(
        &self,
        pool_id: &str,
        set: &Tags,
        remove: &[String],
    ) -> Result<(), DriverError> {
        let arn = self.arn(pool_id);
        if !remove.is_empty() {
            written(|| async {
                let call = self
                    .client
                    .untag_resource()
                    .resource_arn(&arn)
                    .set_tag_keys(Some(remove.to_vec()));
                call.send()
                    .await
                    .map(drop)
                    .map_err(failed("cognito-idp:UntagResource"))
            })
            .await?;
        }
        if !set.is_empty() {
            written(|| async {
                let tags = set.clone().into_iter().collect();
                let call = self
                    .client
                    .tag_resource()
                    .resource_arn(&arn)
                    .set_tags(Some(tags));
                call.send()
                    .await
                    .map(drop)
                    .map_err(failed("cognito-idp:TagResource"))
            })
            .await?;
        }
        Ok(())
    }

    /// The tags that a child stands for, from its pool as it is now.
    pub(super) async fn reread_record<P: Sync>(
        &self,
        live: &TypedLive<P>,
    ) -> Result<Tags, DriverError> {
        let pool = self.read_tags(pool_id(live)).await?;
        let address = live
            .tags
            .known()
            .and_then(|tags| tags.get(ADDRESS_TAG)?.parse().ok());
        Ok(address
            .map(|address| record_in(&pool, &address))
            .unwrap_or_default())
    }

    /// Writes a child's record before the child is made, so that an interrupted creation is never
    /// unrecorded.
    pub(super) async fn put_record(&self, pool_id: &str, tags: &Tags) -> Result<(), DriverError> {
        let address = tags
            .get(ADDRESS_TAG)
            .and_then(|address| address.parse::<Address>().ok());
        let (Some(address), Some(fingerprint)) = (address, tags.get(FINGERPRINT_TAG)) else {
            return Ok(());
        };
        let record = Tags::from([(child_fingerprint_tag(address.name()), fingerprint.clone())]);
        self.retag(pool_id, &record, &[]).await
    }

    /// Writes a child's new fingerprint; its system and address follow from its pool and are not
    /// written.
    pub(super) async fn retag_record<P: Sync>(
        &self,
        live: &TypedLive<P>,
        set: &Tags,
    ) -> Result<(), DriverError> {
        let (Some(name), Some(fingerprint)) = (name(live), set.get(FINGERPRINT_TAG)) else {
            return Ok(());
        };
        let record = Tags::from([(child_fingerprint_tag(&name), fingerprint.clone())]);
        self.retag(pool_id(live), &record, &[]).await
    }

    /// Removes a child's record after the child, unless it has none, as an orphan has; a pool that
    /// is gone has none.
    pub(super) async fn remove_record<P: Sync>(
        &self,
        live: &TypedLive<P>,
    ) -> Result<(), DriverError> {
        let recorded = live
            .tags
            .known()
            .is_some_and(|tags| tags.contains_key(FINGERPRINT_TAG));
        let Some(name) = name(live).filter(|_| recorded) else {
            return Ok(());
        };
        unless_gone(
            self.retag(pool_id(live), &Tags::new(), &[child_fingerprint_tag(&name)])
                .await,
        )
    }

    /// Whether an emulator says that it does not know a call. AWS knows them all.
    pub(super) fn lacks(&self, error: &DriverError) -> bool {
        self.account.may_have(Quirk::LacksBranding)
            && ["InvalidAction", "UnknownOperationException"]
                .iter()
                .any(|code| error.is(code))
    }
}

/// A pool's tags.
pub(super) fn tags_of(pool: &UserPoolType) -> Tags {
    pool.user_pool_tags()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The tags that a child stands for: its pool's owner, its address, and its record in the pool's
/// tags.
pub(super) fn record(pool: &UserPoolType, address: &Address) -> LiveTags {
    LiveTags::Read(record_in(&tags_of(pool), address))
}

fn record_in(pool: &Tags, address: &Address) -> Tags {
    let owner = pool
        .get(SYSTEM_TAG)
        .map(|owner| (SYSTEM_TAG.to_owned(), owner.clone()));
    let fingerprint = pool.get(&child_fingerprint_tag(address.name()));
    let fingerprint =
        fingerprint.map(|fingerprint| (FINGERPRINT_TAG.to_owned(), fingerprint.clone()));
    let address = (ADDRESS_TAG.to_owned(), address.to_string());
    [address]
        .into_iter()
        .chain(owner)
        .chain(fingerprint)
        .collect()
}

/// The tags of a child that nothing in the model is: an orphan under `STACK/PARENT.KIND.KEY`.
pub(super) fn orphan_tags(pool: &UserPoolType, kind: &str, key: &str) -> LiveTags {
    let mut tags = tags_of(pool);
    tags.retain(|key, _| key == SYSTEM_TAG || key == ADDRESS_TAG);
    if let Some(address) = tags.get_mut(ADDRESS_TAG) {
        // A slash would end the stack's name.
        *address = format!("{address}.{kind}.{}", key.replace('/', "-"));
    }
    LiveTags::Read(tags)
}

/// A live resource in a pool. Its physical id has the pool's in front, since it is unique only
/// there.
pub(super) fn child<P>(
    pool_id: &str,
    (attribute, id): (&str, &str),
    properties: P,
    tags: LiveTags,
) -> TypedLive<P> {
    let attributes = Attributes::from([(attribute.to_owned(), id.to_owned())]);
    TypedLive {
        id: format!("{pool_id}/{id}"),
        properties,
        attributes,
        tags,
    }
}

fn pool_id<P>(live: &TypedLive<P>) -> &str {
    live.id.split_once('/').map_or("", |(pool_id, _)| pool_id)
}

/// The name that a child has in its stack.
fn name<P>(live: &TypedLive<P>) -> Option<String> {
    let address: Address = live.tags.known()?.get(ADDRESS_TAG)?.parse().ok()?;
    Some(address.name().to_owned())
}

/// A string; an emulator writes `""` for an absent one.
pub(super) fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A part of a request that has all its members.
pub(super) fn whole<T>(built: Result<T, BuildError>) -> Result<T, DriverError> {
    built.map_err(|error| {
        DriverError::internal(format!("a request to Cognito is not whole ({error})"))
    })
}

/// The pool, or what is asked of it, is not there.
pub(super) fn is_absent(error: &DriverError) -> bool {
    error.is("ResourceNotFoundException")
}

/// Nothing, where the service says that a thing, or the pool that it stood in, is gone.
pub(super) fn unless_gone<T: Default>(result: Result<T, DriverError>) -> Result<T, DriverError> {
    match result {
        Err(error) if is_absent(&error) => Ok(T::default()),
        other => other,
    }
}

/// An error that passes: another write in the same pool is under way, or too many calls were made.
fn passes(error: &DriverError) -> bool {
    error.is("ConcurrentModificationException") || error.is("TooManyRequestsException")
}

/// A role for text messages was made so recently that Cognito does not see it, or what it may do.
fn role_spreads(error: &DriverError) -> bool {
    error.has_message(
        "InvalidSmsRoleTrustRelationshipException",
        "trust relationship",
    ) || error.has_message(
        "InvalidSmsRoleAccessPolicyException",
        "permission to publish",
    )
}

/// Makes a write, again as long as the error passes.
pub(super) async fn written<T, F>(call: impl FnMut() -> F) -> Result<T, DriverError>
where
    F: Future<Output = Result<T, DriverError>>,
{
    retry(
        WaitPolicy::seconds(120),
        |error| passes(error) || role_spreads(error),
        call,
    )
    .await
}

/// Makes a deletion, again as long as the error passes. What is gone already is deleted.
pub(super) async fn deleted<F>(call: impl FnMut() -> F) -> Result<(), DriverError>
where
    F: Future<Output = Result<(), DriverError>>,
{
    unless_gone(written(call).await)
}

/// Waits until something is gone: `look` answers with what is there.
pub(super) async fn gone<T, F>(
    what: &str,
    patience: WaitPolicy,
    mut look: impl FnMut() -> F,
) -> Result<(), DriverError>
where
    F: Future<Output = Result<Option<T>, DriverError>>,
{
    let condition = format!("{what} to be deleted");
    until(&condition, patience, || {
        let seen = look();
        async move {
            Ok(seen
                .await?
                .map_or(Ok(()), |_| Err("it still answers".to_owned())))
        }
    })
    .await
}
