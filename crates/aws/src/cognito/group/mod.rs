//! `AWS::Cognito::UserPoolGroup`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_sdk_cognitoidentityprovider::types::{GroupType, UserPoolType};
use engine::{Changes, DriverError, Holding, ReadCache};
use model::Owner;
use model::types::cognito::UserPoolGroup;

use super::calls::CHILDREN;
use super::client::{COGNITO, CognitoClient, DELETED, PAGE, text};
use crate::Account;
use crate::account::Quirk;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Child, Parent as _, child};
use crate::kit::gone::until_gone;
use crate::kit::limits::Limit;
use crate::kit::typed::{OrphanSearch, TypedLive, TypedReadRequest};

type Properties = UserPoolGroup<String>;
type Live = TypedLive<Properties>;

/// Reads and writes groups: one call lists those of a pool.
#[derive(Debug)]
pub(crate) struct Groups(CognitoClient);

impl Groups {
    pub(crate) fn new(account: &Account) -> Self {
        Self(CognitoClient::new(account))
    }

    async fn listed(
        &self,
        pool_id: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<GroupType>>, DriverError> {
        let pages = self
            .0
            .client
            .list_groups()
            .user_pool_id(pool_id)
            .limit(PAGE)
            .into_paginator()
            .items();
        let list = || async {
            let listed = pages.send().collect::<Result<Vec<_>, _>>();
            COGNITO.or_empty(listed.sent("cognito-idp:ListGroups").await)
        };
        let key = format!("cognito-idp:ListGroups {pool_id}");
        cache.once(key, list).await
    }

    async fn put(&self, desired: &Properties) -> Result<(), DriverError> {
        let call = self
            .0
            .client
            .update_group()
            .user_pool_id(&desired.user_pool_id)
            .group_name(&desired.group_name)
            .description(desired.description.clone().unwrap_or_default())
            .set_precedence(desired.precedence)
            .set_role_arn(desired.role_arn.clone());
        COGNITO
            .write(|| call.clone().send().done("cognito-idp:UpdateGroup"))
            .await
    }
}

fn live(pool_id: &str, group: &GroupType) -> Live {
    let name = group.group_name().unwrap_or_default();
    let properties = UserPoolGroup {
        user_pool_id: pool_id.to_owned(),
        group_name: name.to_owned(),
        description: text(group.description()),
        precedence: group.precedence(),
        role_arn: text(group.role_arn()),
    };
    child(pool_id, (UserPoolGroup::NAME, name), properties)
}

/// Whether Cognito made a group by itself: it makes one per identity provider, `POOL_PROVIDER`, which
/// contains the provider's users. Source: the Cognito developer guide, `Adding groups to a user pool`.
fn is_cognitos(pool_id: &str, group: &GroupType) -> bool {
    let name = group.group_name().unwrap_or_default();
    let provider = name.strip_prefix(pool_id);
    provider.is_some_and(|provider| provider.starts_with('_'))
}

impl Child for Groups {
    type Properties = Properties;
    type Service = CognitoClient;
    const CALLS: &'static [&'static [Calls]] = &[CHILDREN, calls::CALLS];
    const KIND: &'static str = "group";
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn service(&self) -> &CognitoClient {
        &self.0
    }

    fn parent_id(group: &Properties) -> &str {
        &group.user_pool_id
    }

    fn key(group: &Properties) -> Option<String> {
        Some(group.group_name.clone())
    }

    fn is_older_name(&self, name: &str, live: &Live, _: &Owner) -> bool {
        name.strip_prefix("group-") == Some(&live.properties.group_name)
    }

    fn normalise(&self, group: &mut Properties) {
        group
            .description
            .take_if(|description| description.is_empty());
    }

    async fn find(
        &self,
        _: &UserPoolType,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let UserPoolGroup {
            user_pool_id,
            group_name,
            precedence,
            ..
        } = &request.properties;
        let groups = self.listed(user_pool_id, cache).await?;
        let mut groups = groups.iter();
        let found = groups.find(|group| group.group_name() == Some(group_name));
        let mut found = found.map(|group| live(user_pool_id, group));
        if let Some(live) = &mut found
            && self.0.account.may_have(Quirk::ReportsZeroPrecedence)
            && precedence.is_none()
        {
            let precedence = &mut live.properties.precedence;
            precedence.take_if(|precedence| *precedence == 0);
        }
        Ok(found)
    }

    async fn all(&self, pool: &UserPoolType, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let pool_id = pool.id().unwrap_or_default();
        let groups = self.listed(pool_id, cache).await?;
        let groups = groups.iter().filter(|group| !is_cognitos(pool_id, group));
        Ok(groups.map(|group| live(pool_id, group)).collect())
    }

    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        let (pool_id, name) = (desired.user_pool_id.clone(), desired.group_name.clone());
        let call = self
            .0
            .client
            .create_group()
            .user_pool_id(&pool_id)
            .group_name(&name)
            .set_description(desired.description.clone())
            .set_precedence(desired.precedence)
            .set_role_arn(desired.role_arn.clone());
        let created = COGNITO
            .write(|| call.clone().send().done("cognito-idp:CreateGroup"))
            .await;
        match created {
            Err(error) if error.is("GroupExistsException") => {
                self.0.adopt_child(&pool_id, owner, error).await?;
                self.put(&desired).await?;
            }
            created => created?,
        }
        Ok(child(&pool_id, (UserPoolGroup::NAME, &name), desired))
    }

    async fn change(
        &self,
        _: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        self.put(desired).await
    }

    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        let group = &live.properties;
        let call = self.0.client.list_users_in_group();
        let call = call
            .user_pool_id(&group.user_pool_id)
            .group_name(&group.group_name)
            .limit(PAGE);
        let answer = call.send().sent("cognito-idp:ListUsersInGroup").await;
        Ok(COGNITO.found(answer)?.map_or_else(
            || Holding::exactly(0, "member"),
            |page| Holding::page(page.users().len(), page.next_token().is_some(), "member"),
        ))
    }

    fn is_kept(&self, holding: &Holding) -> bool {
        !holding.is_empty()
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let (pool_id, name) = (&live.properties.user_pool_id, &live.properties.group_name);
        let client = &self.0.client;
        let call = client.delete_group().user_pool_id(pool_id).group_name(name);
        COGNITO
            .delete(|| call.clone().send().done("cognito-idp:DeleteGroup"))
            .await?;
        let call = client.get_group().user_pool_id(pool_id).group_name(name);
        until_gone(&format!("the group {name}"), DELETED, || async {
            let answer = call.clone().send().sent("cognito-idp:GetGroup").await;
            Ok(COGNITO.found(answer)?.and_then(|answer| answer.group))
        })
        .await
    }
}
