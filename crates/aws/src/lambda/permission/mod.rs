//! `AWS::Lambda::Permission`.

mod calls;
mod limits;
mod statement;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::lambda::Permission;
use model::{Owner, Tags, child_fingerprint_tag};

use self::statement::PREFIX;
use super::client::{LAMBDA, LambdaClient, name_of, tags};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Parent as _, ParentTags, child, orphan, recorded, unnamed};
use crate::kit::limits::Checks;
use crate::kit::tag_store::TagStore;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Permission<String>;
type Live = TypedLive<Properties>;

/// The statements of a function's policy by their ids.
type Policy = BTreeMap<String, Properties>;

/// Reads and writes permissions: statements of a function's resource policy, and children of the
/// function.
///
/// A permission's statement id is `frontage-` and the name in its address.
#[derive(Debug)]
pub(crate) struct Permissions {
    lambda: LambdaClient,
}

impl Permissions {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            lambda: LambdaClient::new(account),
        }
    }

    /// The policy as it is now; empty if there is none, or no such function. MiniStack answers with
    /// an empty one, AWS with 404.
    async fn policy(&self, function: &str) -> Result<Policy, DriverError> {
        let call = self.lambda.sdk.get_policy().function_name(function);
        let answer = LAMBDA.found(call.send().sent("lambda:GetPolicy").await)?;
        let policy = answer.and_then(|answer| answer.policy).unwrap_or_default();
        Ok(statement::parse(function, &policy))
    }

    async fn read_policy(
        &self,
        function: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Policy>, DriverError> {
        cache
            .once(format!("lambda:GetPolicy {function}"), || {
                self.policy(function)
            })
            .await
    }

    /// The tags of the function; `None` if there is no such function.
    async fn function_tags(
        &self,
        function: &str,
        cache: &ReadCache,
    ) -> Result<Option<Tags>, DriverError> {
        let found = self.lambda.read(function, cache).await?;
        let Some(found) = found.as_ref() else {
            return Ok(None);
        };
        match tags(found) {
            Some(tags) => Ok(Some(tags)),
            None => self.lambda.parent_tags(function).await.map(Some),
        }
    }

    /// The permissions on one function of the system: Frontage's, and those that others added.
    async fn list_of(&self, function: &str, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let Some(tags) = self.function_tags(function, cache).await? else {
            return Ok(Vec::new());
        };
        let record = child_fingerprint_tag("");
        let has_had_one = tags.keys().any(|key| key.starts_with(&record));
        let owner = Owner::recorded_in(&tags);
        let owner = owner.filter(|owner| owner.system == self.lambda.account.system());
        let Some(owner) = owner.filter(|_| has_had_one) else {
            return Ok(Vec::new());
        };
        let policy = self.read_policy(function, cache).await?;
        let listed = policy.iter().map(|(id, permission)| {
            let tags = if id.starts_with(PREFIX) {
                let address = unnamed(&owner.address, "permission", id);
                LiveTags::Read(orphan(&owner, &address))
            } else {
                LiveTags::Foreign(owner.address.clone())
            };
            live(id, permission, tags)
        });
        Ok(listed.collect())
    }
}

fn live(id: &str, permission: &Properties, tags: LiveTags) -> Live {
    let function = &permission.function_name;
    let child = child(function, (Permission::STATEMENT_ID, id), permission.clone());
    TypedLive { tags, ..child }
}

fn normalise(permission: &mut Properties) {
    permission.function_name = name_of(&permission.function_name).to_owned();
    permission.principal = statement::principal(&permission.principal);
}

impl ResourceDriver for Permissions {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    fn normalise(&self, permission: &mut Properties) {
        normalise(permission);
    }

    fn check(&self, permission: &Properties, checks: &mut Checks) {
        limits::check(permission, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let function = name_of(&request.properties.function_name);
        let (tags, policy) = tokio::try_join!(
            self.function_tags(function, cache),
            self.read_policy(function, cache)
        )?;
        let id = statement::id(request.address.name());
        let (Some(tags), Some(permission)) = (tags, policy.get(&id)) else {
            return Ok(None);
        };
        Ok(Some(live(
            &id,
            permission,
            LiveTags::Read(recorded(&tags, request.address)),
        )))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let functions = self.lambda.candidates(cache).await?;
        let lists = functions
            .iter()
            .map(|function| self.list_of(function, cache));
        Ok(try_join_all(lists).await?.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        ParentTags(&self.lambda, |_| None)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let id = statement::id(owner.address.name());
        limits::check_id(&id)?;
        let add = self.add(&id, &desired);
        self.lambda
            .create_recorded(&desired.function_name, owner, None, add)
            .await?;
        Ok(live(&id, &desired, LiveTags::Read(tags.clone())))
    }

    async fn update(&self, _: &mut Live, _: &Properties, _: &Changes) -> Result<(), DriverError> {
        Err(DriverError::internal(
            "a permission has nothing that changes in place",
        ))
    }

    /// An orphan has a record too, by its statement id.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let function = &live.properties.function_name;
        let id = live.attribute(Permission::STATEMENT_ID)?;
        self.remove(function, id).await?;
        let record = child_fingerprint_tag(statement::address_name(id));
        self.lambda.untag_parent(function, &[record]).await
    }
}
