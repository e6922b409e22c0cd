//! `AWS::Cognito::UserPoolGroup`.

use std::sync::Arc;

use aws_sdk_cognitoidentityprovider::types::GroupType;
use engine::{Changes, DriverError, LiveTags, ReadCache, Selection};
use model::types::cognito::UserPoolGroup;
use model::{Address, Owner, Tags};
use serde::Deserialize;

use super::limits;
use super::pools::{
    PAGE, Pools, child, deleted, gone, is_absent, orphan_tags, record, text, unless_gone, written,
};
use crate::Account;
use crate::account::Quirk;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::WaitPolicy;

pub(super) type Properties = UserPoolGroup<String>;
type Live = TypedLive<Properties>;

/// Reads and writes groups: one call lists those of a pool.
#[derive(Debug)]
pub(crate) struct Groups(Pools);

/// What finds a group again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    user_pool_id: String,
    group_name: String,
}

impl Groups {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Pools::new(account))
    }

    async fn listed(
        &self,
        pool_id: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<GroupType>>, DriverError> {
        cache
            .once(format!("cognito-idp:ListGroups {pool_id}"), || async {
                let call = self
                    .0
                    .client
                    .list_groups()
                    .user_pool_id(pool_id)
                    .limit(PAGE);
                let groups = call
                    .into_paginator()
                    .items()
                    .send()
                    .collect::<Result<Vec<_>, _>>()
                    .await;
                unless_gone(groups.map_err(failed("cognito-idp:ListGroups")))
            })
            .await
    }

    async fn describe(&self, pool_id: &str, name: &str) -> Result<Option<GroupType>, DriverError> {
        let answer = self
            .0
            .client
            .get_group()
            .user_pool_id(pool_id)
            .group_name(name)
            .send()
            .await;
        match answer.map_err(failed("cognito-idp:GetGroup")) {
            Err(error) if is_absent(&error) => Ok(None),
            answer => Ok(answer?.group),
        }
    }

    async fn make(&self, desired: &Properties) -> Result<(), DriverError> {
        let created = written(|| async {
            self.0
                .client
                .create_group()
                .user_pool_id(&desired.user_pool_id)
                .group_name(&desired.group_name)
                .set_description(desired.description.clone())
                .set_precedence(desired.precedence)
                .set_role_arn(desired.role_arn.clone())
                .send()
                .done("cognito-idp:CreateGroup")
                .await
        })
        .await;
        match created {
            // The pool is ours, and so is whatever has the name in it: most likely an answer was
            // lost.
            Err(error) if error.is("GroupExistsException") => self.put(desired).await,
            created => created,
        }
    }

    async fn put(&self, desired: &Properties) -> Result<(), DriverError> {
        written(|| async {
            self.0
                .client
                .update_group()
                .user_pool_id(&desired.user_pool_id)
                .group_name(&desired.group_name)
                .description(desired.description.clone().unwrap_or_default())
                .set_precedence(desired.precedence)
                .set_role_arn(desired.role_arn.clone())
                .send()
                .done("cognito-idp:UpdateGroup")
                .await
        })
        .await
    }
}

fn live(pool_id: &str, group: &GroupType, tags: LiveTags) -> Live {
    let name = group.group_name().unwrap_or_default();
    let properties = UserPoolGroup {
        user_pool_id: pool_id.to_owned(),
        group_name: name.to_owned(),
        description: text(group.description()),
        precedence: group.precedence(),
        role_arn: text(group.role_arn()),
    };
    child(pool_id, ("GroupName", name), properties, tags)
}

impl ResourceDriver for Groups {
    type Properties = Properties;
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");

    fn normalise(&self, group: &mut Properties) {
        group
            .description
            .take_if(|description| description.is_empty());
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::group(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let Identity {
            user_pool_id,
            group_name,
        } = &request.properties;
        let Some(pool) = self.0.pool(user_pool_id, cache).await?.as_ref().clone() else {
            return Ok(None);
        };
        let groups = self.listed(user_pool_id, cache).await?;
        let Some(group) = groups
            .iter()
            .find(|group| group.group_name() == Some(group_name))
        else {
            return Ok(None);
        };
        let mut live = live(user_pool_id, group, record(&pool, request.address));
        if self.0.account.may_have(Quirk::ReportsZeroPrecedence)
            && request.properties.precedence.is_none()
        {
            live.properties
                .precedence
                .take_if(|precedence| *precedence == 0);
        }
        Ok(Some(live))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for pool in self.0.owned(None, cache).await? {
            let pool_id = pool.id().unwrap_or_default();
            let groups = self.listed(pool_id, cache).await?;
            let orphan =
                |of: &GroupType| orphan_tags(&pool, "group", of.group_name().unwrap_or_default());
            listed.extend(
                groups
                    .iter()
                    .map(|group| live(pool_id, group, orphan(group))),
            );
        }
        Ok(listed)
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        self.0.reread_record(live).await
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        self.0.put_record(&desired.user_pool_id, tags).await?;
        self.make(&desired).await?;
        let (pool_id, name) = (desired.user_pool_id.clone(), desired.group_name.clone());
        Ok(child(
            &pool_id,
            ("GroupName", &name),
            desired,
            LiveTags::Read(tags.clone()),
        ))
    }

    async fn update(
        &self,
        live: Live,
        desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        if !changes.is_empty() {
            self.put(&desired).await?;
        }
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        self.0.retag_record(live, tags).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let Properties {
            user_pool_id,
            group_name,
            ..
        } = &live.properties;
        deleted(|| async {
            self.0
                .client
                .delete_group()
                .user_pool_id(user_pool_id)
                .group_name(group_name)
                .send()
                .done("cognito-idp:DeleteGroup")
                .await
        })
        .await?;
        let condition = format!("the group {group_name}");
        gone(&condition, WaitPolicy::seconds(60), || {
            self.describe(user_pool_id, group_name)
        })
        .await?;
        self.0.remove_record(&live).await
    }
}
