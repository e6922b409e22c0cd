//! Reads of roles: all of them at once, and one by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_iam::types::{EntityType, Role as SdkRole, RoleDetail};
use engine::{Attributes, DriverError, ReadCache};
use futures_util::future::try_join_all;
use model::SYSTEM_TAG;
use model::types::iam::{Policy, Role};

use super::{Live, Roles, convert};
use crate::account::advice::is_denied;
use crate::iam::client::IAM;
use crate::kit::call::Call as _;
use crate::kit::wait::until;

/// The largest page that IAM returns.
const PAGE: i32 = 1_000;

/// Every role of the account, in two bulk answers.
pub(super) struct All {
    details: Arc<BTreeMap<String, RoleDetail>>,
    summaries: Arc<BTreeMap<String, SdkRole>>,
}

impl All {
    /// A role that both answers show completely.
    pub(super) fn live(&self, name: &str) -> Option<Live> {
        let live = convert::bulk(self.details.get(name)?, self.summaries.get(name)?);
        let arn = live.attribute(Role::ARN).ok()?;
        arn.starts_with("arn:").then_some(live)
    }

    /// The roles with the system's tag, of whatever Region: none costs a call.
    pub(super) fn of_system(&self, system: &str) -> Vec<Live> {
        let roles = self.details.keys().filter_map(|name| self.live(name));
        roles.filter(|role| names_owner(role, system)).collect()
    }
}

impl Roles {
    /// Every role of the account, read once per run; `None` where the credentials may not read all
    /// of them at once, which is to read all policies of the account.
    pub(super) async fn all(&self, cache: &ReadCache) -> Result<Option<All>, DriverError> {
        let details = cache.once("iam:GetAccountAuthorizationDetails", || async {
            if_allowed(self.details().await)
        });
        let summaries = cache.once("iam:ListRoles", || async {
            if_allowed(self.summaries().await)
        });
        let (details, summaries) = tokio::try_join!(details, summaries)?;
        Ok(Option::clone(&details)
            .zip(Option::clone(&summaries))
            .map(|(details, summaries)| All { details, summaries }))
    }

    /// The system's roles, found by the prefix of their names and read one by one.
    pub(super) async fn by_prefix(&self) -> Result<Vec<Live>, DriverError> {
        let system = &self.iam.system;
        let prefix = format!("{system}-");
        let summaries = self.summaries().await?;
        let names = summaries.keys().filter(|name| name.starts_with(&prefix));
        let roles = try_join_all(names.map(|name| self.find(name))).await?;
        let ours = roles
            .into_iter()
            .flatten()
            .filter(|role| names_owner(role, system));
        Ok(ours.collect())
    }

    async fn details(&self) -> Result<BTreeMap<String, RoleDetail>, DriverError> {
        let pages = self
            .iam
            .sdk
            .get_account_authorization_details()
            .filter(EntityType::Role)
            .max_items(PAGE)
            .into_paginator()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .sent("iam:GetAccountAuthorizationDetails")
            .await?;
        let roles = pages
            .into_iter()
            .flat_map(|page| page.role_detail_list.unwrap_or_default());
        Ok(roles
            .map(|role| (role.role_name().unwrap_or_default().to_owned(), role))
            .collect())
    }

    async fn summaries(&self) -> Result<BTreeMap<String, SdkRole>, DriverError> {
        let roles = self
            .iam
            .sdk
            .list_roles()
            .max_items(PAGE)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .sent("iam:ListRoles")
            .await?;
        let roles = roles.into_iter();
        Ok(roles
            .map(|role| (role.role_name().to_owned(), role))
            .collect())
    }

    /// Reads one role as it is now.
    pub(super) async fn find(&self, name: &str) -> Result<Option<Live>, DriverError> {
        let Some(role) = self.get(name).await? else {
            return Ok(None);
        };
        let inline = async {
            let names = self.inline_names(name).await?;
            let policies = names.iter().map(|policy| self.inline(name, policy));
            let policies = try_join_all(policies).await?;
            Ok(policies.into_iter().flatten().collect())
        };
        match tokio::try_join!(inline, self.managed_arns(name)) {
            // Another run may have deleted it meanwhile; or it is so new that IAM does not show it everywhere.
            Err(error) if IAM.is_absent(&error) && self.get(name).await?.is_none() => Ok(None),
            read => read.map(|(policies, managed)| Some(convert::single(&role, managed, policies))),
        }
    }

    /// The role by `GetRole`, or `None` if IAM knows none of that name.
    pub(super) async fn get(&self, name: &str) -> Result<Option<SdkRole>, DriverError> {
        let call = self.iam.sdk.get_role().role_name(name).send();
        let operation = "iam:GetRole";
        IAM.described(call.sent(operation).await, operation, |answer| answer.role)
    }

    /// Waits until a new role can be read and has its ARN: for a moment IAM may show the unique id
    /// (`AROA…`) in its place.
    pub(super) async fn settled(&self, name: &str) -> Result<Attributes, DriverError> {
        until(
            &format!("the role {name} to be readable with its ARN"),
            IAM.policy,
            || async {
                Ok(match self.get(name).await? {
                    Some(role) if role.arn().starts_with("arn:") => {
                        Ok(convert::role_attributes(&role))
                    }
                    Some(role) => Err(format!("the ARN {}", role.arn())),
                    None => Err("no role".to_owned()),
                })
            },
        )
        .await
    }

    /// The names of the inline policies.
    pub(super) async fn inline_names(&self, name: &str) -> Result<Vec<String>, DriverError> {
        self.iam
            .sdk
            .list_role_policies()
            .role_name(name)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .sent("iam:ListRolePolicies")
            .await
    }

    /// The ARNs of the managed policies.
    pub(super) async fn managed_arns(&self, name: &str) -> Result<Vec<String>, DriverError> {
        let policies = self
            .iam
            .sdk
            .list_attached_role_policies()
            .role_name(name)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .sent("iam:ListAttachedRolePolicies")
            .await?;
        let arns = policies.into_iter().filter_map(|policy| policy.policy_arn);
        Ok(arns.collect())
    }

    /// An inline policy, or `None` if it was deleted after it was listed.
    async fn inline(
        &self,
        role: &str,
        policy: &str,
    ) -> Result<Option<Policy<String>>, DriverError> {
        let call = self
            .iam
            .sdk
            .get_role_policy()
            .role_name(role)
            .policy_name(policy);
        let answer = IAM.found(call.send().sent("iam:GetRolePolicy").await)?;
        Ok(answer.map(|answer| convert::inline(policy, answer.policy_document())))
    }
}

/// An answer to share, or `None` if the credentials may not make the call.
fn if_allowed<T>(answer: Result<T, DriverError>) -> Result<Option<Arc<T>>, DriverError> {
    match answer {
        Err(error) if is_denied(&error) => Ok(None),
        answer => answer.map(Arc::new).map(Some),
    }
}

/// Whether a role's tags name a system as its owner.
fn names_owner(role: &Live, system: &str) -> bool {
    let tags = role.tags.known();
    tags.and_then(|tags| tags.get(SYSTEM_TAG))
        .is_some_and(|owner| owner == system)
}
