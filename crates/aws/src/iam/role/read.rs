//! How roles are read: all of them at once, and one by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_iam::types::{EntityType, Role as SdkRole, RoleDetail, Tag};
use engine::{Attributes, DriverError, LiveTags, ReadCache};
use model::types::iam::{Policy, Role};
use model::{SYSTEM_TAG, Tags};

use super::{Live, Roles, normalise};
use crate::account::error::failed;
use crate::kit::policy_document::parse_encoded;
use crate::kit::typed::TypedLive;
use crate::kit::wait::{WaitPolicy, until};

/// The largest page that IAM gives.
const PAGE: i32 = 1_000;

/// Every role of the account, in two bulk answers.
pub(super) struct All {
    details: Arc<BTreeMap<String, RoleDetail>>,
    summaries: Arc<BTreeMap<String, SdkRole>>,
}

impl All {
    /// A role that both answers show whole.
    pub(super) fn live(&self, name: &str) -> Option<Live> {
        let live = live(self.details.get(name)?, self.summaries.get(name)?);
        live.attributes["Arn"].starts_with("arn:").then_some(live)
    }

    /// The roles with the system's tag.
    pub(super) fn of_system(&self, system: &str) -> Vec<Live> {
        let owned = |detail: &RoleDetail| {
            detail
                .tags()
                .iter()
                .any(|tag| tag.key() == SYSTEM_TAG && tag.value() == system)
        };
        self.details
            .iter()
            .filter(|(_, detail)| owned(detail))
            .filter_map(|(name, _)| self.live(name))
            .collect()
    }
}

impl Roles {
    /// Every role of the account, read once in a reading.
    pub(super) async fn all(&self, cache: &ReadCache) -> Result<All, DriverError> {
        let details = cache.once("iam:GetAccountAuthorizationDetails", || self.details());
        let summaries = cache.once("iam:ListRoles", || self.summaries());
        let (details, summaries) = tokio::try_join!(details, summaries)?;
        Ok(All { details, summaries })
    }

    async fn details(&self) -> Result<BTreeMap<String, RoleDetail>, DriverError> {
        let call = self
            .client
            .get_account_authorization_details()
            .filter(EntityType::Role)
            .max_items(PAGE);
        let mut pages = call.into_paginator().send();
        let mut details = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("iam:GetAccountAuthorizationDetails"))?;
            let roles = page.role_detail_list.unwrap_or_default();
            details.extend(
                roles
                    .into_iter()
                    .map(|role| (role.role_name().unwrap_or_default().to_owned(), role)),
            );
        }
        Ok(details)
    }

    async fn summaries(&self) -> Result<BTreeMap<String, SdkRole>, DriverError> {
        let mut roles = self
            .client
            .list_roles()
            .max_items(PAGE)
            .into_paginator()
            .items()
            .send();
        let mut summaries = BTreeMap::new();
        while let Some(role) = roles.next().await {
            let role = role.map_err(failed("iam:ListRoles"))?;
            summaries.insert(role.role_name().to_owned(), role);
        }
        Ok(summaries)
    }

    /// Reads one role as it is now.
    pub(super) async fn find(&self, name: &str) -> Result<Option<Live>, DriverError> {
        let Some(role) = self.get(name).await? else {
            return Ok(None);
        };
        let inline = async {
            let names = self.inline_names(name).await?;
            futures_util::future::try_join_all(names.iter().map(|policy| self.inline(name, policy)))
                .await
        };
        let (inline, managed) = tokio::try_join!(inline, self.managed_arns(name))?;
        let boundary = role
            .permissions_boundary()
            .and_then(|boundary| boundary.permissions_boundary_arn());
        let properties = Role {
            role_name: name.to_owned(),
            path: Some(role.path().to_owned()),
            description: role.description().map(str::to_owned),
            assume_role_policy_document: parse_encoded(
                role.assume_role_policy_document().unwrap_or_default(),
            ),
            managed_policy_arns: managed,
            policies: inline,
            max_session_duration: role.max_session_duration(),
            permissions_boundary: boundary.map(str::to_owned),
        };
        let attributes = attributes(name, role.role_id(), role.arn());
        let tags = LiveTags::Read(read_tags(role.tags()));
        Ok(Some(normalised(TypedLive {
            id: name.to_owned(),
            properties,
            attributes,
            tags,
        })))
    }

    /// The role by `GetRole`; none if IAM knows none of that name.
    pub(super) async fn get(&self, name: &str) -> Result<Option<SdkRole>, DriverError> {
        match self
            .client
            .get_role()
            .role_name(name)
            .send()
            .await
            .map_err(failed("iam:GetRole"))
        {
            Ok(answer) => Ok(answer.role),
            Err(error) if error.is("NoSuchEntity") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits until a role that was just made can be read, and its ARN is one: for a moment IAM may
    /// show the unique id (`AROA…`) in its place.
    pub(super) async fn settled(&self, name: &str) -> Result<Attributes, DriverError> {
        until(
            &format!("the role {name} to be readable with its ARN"),
            WaitPolicy::seconds(120),
            || async {
                let Some(role) = self.get(name).await? else {
                    return Ok(Err("no such role yet".to_owned()));
                };
                let attributes = attributes(name, role.role_id(), role.arn());
                Ok(if role.arn().starts_with("arn:") {
                    Ok(attributes)
                } else {
                    Err(format!("the ARN {}", role.arn()))
                })
            },
        )
        .await
    }

    /// The names of the inline policies.
    pub(super) async fn inline_names(&self, name: &str) -> Result<Vec<String>, DriverError> {
        let names = self
            .client
            .list_role_policies()
            .role_name(name)
            .into_paginator()
            .items()
            .send();
        names
            .collect::<Result<_, _>>()
            .await
            .map_err(failed("iam:ListRolePolicies"))
    }

    /// The ARNs of the managed policies.
    pub(super) async fn managed_arns(&self, name: &str) -> Result<Vec<String>, DriverError> {
        let policies = self
            .client
            .list_attached_role_policies()
            .role_name(name)
            .into_paginator()
            .items()
            .send();
        let policies: Result<Vec<_>, _> = policies.collect().await;
        let policies = policies.map_err(failed("iam:ListAttachedRolePolicies"))?;
        Ok(policies
            .into_iter()
            .filter_map(|policy| policy.policy_arn)
            .collect())
    }

    async fn inline(&self, role: &str, policy: &str) -> Result<Policy<String>, DriverError> {
        let call = self
            .client
            .get_role_policy()
            .role_name(role)
            .policy_name(policy);
        let answer = call.send().await.map_err(failed("iam:GetRolePolicy"))?;
        Ok(Policy {
            policy_name: policy.to_owned(),
            policy_document: parse_encoded(answer.policy_document()),
        })
    }
}

/// A role from the bulk answers.
fn live(detail: &RoleDetail, summary: &SdkRole) -> Live {
    let name = summary.role_name();
    let policies = detail.role_policy_list().iter().map(|policy| Policy {
        policy_name: policy.policy_name().unwrap_or_default().to_owned(),
        policy_document: parse_encoded(policy.policy_document().unwrap_or_default()),
    });
    let managed = detail
        .attached_managed_policies()
        .iter()
        .filter_map(|policy| policy.policy_arn());
    let boundary = detail
        .permissions_boundary()
        .and_then(|boundary| boundary.permissions_boundary_arn());
    let properties = Role {
        role_name: name.to_owned(),
        path: Some(summary.path().to_owned()),
        description: summary.description().map(str::to_owned),
        assume_role_policy_document: parse_encoded(
            detail.assume_role_policy_document().unwrap_or_default(),
        ),
        managed_policy_arns: managed.map(str::to_owned).collect(),
        policies: policies.collect(),
        max_session_duration: summary.max_session_duration(),
        permissions_boundary: boundary.map(str::to_owned),
    };
    let attributes = attributes(
        name,
        detail.role_id().unwrap_or_default(),
        detail.arn().unwrap_or_default(),
    );
    let tags = LiveTags::Hinted(read_tags(detail.tags()));
    normalised(TypedLive {
        id: name.to_owned(),
        properties,
        attributes,
        tags,
    })
}

fn normalised(mut live: Live) -> Live {
    normalise(&mut live.properties);
    live
}

fn attributes(name: &str, id: &str, arn: &str) -> Attributes {
    let attributes = [("RoleName", name), ("RoleId", id), ("Arn", arn)];
    attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Tags as a map.
pub(super) fn read_tags(tags: &[Tag]) -> Tags {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}

/// Tags as IAM takes them.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let tags: Result<_, _> = tags.iter().map(tag).collect();
    tags.map_err(|error| DriverError::internal(format!("a tag is not one: {error}")))
}
