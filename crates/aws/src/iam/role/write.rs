//! Writes of roles, one call per aspect.

use aws_sdk_iam::types::Tag;
use engine::{Changes, DriverError};
use model::types::iam::Policy;

use super::{Properties, Roles};
use crate::iam::client::{DELETIONS, IAM};
use crate::kit::call::Call as _;
use crate::kit::gone::until_gone;
use crate::kit::policy_document::print;

impl Roles {
    /// Creates the role without its policies.
    pub(super) async fn create_role(
        &self,
        desired: &Properties,
        tags: Vec<Tag>,
    ) -> Result<(), DriverError> {
        let call = self
            .iam
            .sdk
            .create_role()
            .role_name(&desired.role_name)
            .set_path(desired.path.clone())
            .set_description(desired.description.clone())
            .assume_role_policy_document(print(&desired.assume_role_policy_document)?)
            .set_max_session_duration(desired.max_session_duration)
            .set_permissions_boundary(desired.permissions_boundary.clone())
            .set_tags(Some(tags));
        IAM.write(|| call.clone().send().done("iam:CreateRole"))
            .await
    }

    /// Adds a new role's policies.
    pub(super) async fn add_policies(&self, desired: &Properties) -> Result<(), DriverError> {
        for arn in &desired.managed_policy_arns {
            self.attach(&desired.role_name, arn).await?;
        }
        for policy in &desired.policies {
            self.put(&desired.role_name, policy).await?;
        }
        Ok(())
    }

    /// Writes the changed properties; both sides are normalised. A role never has less than the
    /// desired rights in between: policies are added before others are removed.
    pub(super) async fn write(
        &self,
        live: &Properties,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let name = &desired.role_name;
        if changes.affects("AssumeRolePolicyDocument") {
            self.put_trust(desired).await?;
        }
        if changes.affects("MaxSessionDuration") {
            self.put_session(desired).await?;
        }
        if changes.affects("Description") {
            self.put_description(desired).await?;
        }
        if changes.affects("PermissionsBoundary") {
            self.put_boundary(name, desired.permissions_boundary.as_deref())
                .await?;
        }
        if changes.affects("ManagedPolicyArns") {
            self.write_managed(live, desired).await?;
        }
        if changes.affects("Policies") {
            self.write_inline(live, desired).await?;
        }
        Ok(())
    }

    async fn write_managed(
        &self,
        live: &Properties,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        let (old, new) = (&live.managed_policy_arns, &desired.managed_policy_arns);
        for arn in new.iter().filter(|arn| !old.contains(arn)) {
            self.attach(&desired.role_name, arn).await?;
        }
        for arn in old.iter().filter(|arn| !new.contains(arn)) {
            self.detach(&desired.role_name, arn).await?;
        }
        Ok(())
    }

    async fn write_inline(
        &self,
        live: &Properties,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        let (old, new) = (&live.policies, &desired.policies);
        for policy in new.iter().filter(|policy| !old.contains(policy)) {
            self.put(&desired.role_name, policy).await?;
        }
        for Policy { policy_name, .. } in old {
            if new.iter().all(|policy| policy.policy_name != *policy_name) {
                self.remove(&desired.role_name, policy_name).await?;
            }
        }
        Ok(())
    }

    async fn put_trust(&self, desired: &Properties) -> Result<(), DriverError> {
        let document = print(&desired.assume_role_policy_document)?;
        let call = self
            .iam
            .sdk
            .update_assume_role_policy()
            .role_name(&desired.role_name)
            .policy_document(document);
        IAM.write(|| call.clone().send().done("iam:UpdateAssumeRolePolicy"))
            .await
    }

    /// `UpdateRole` cannot clear the description on every endpoint: MiniStack ignores an empty one.
    async fn put_description(&self, desired: &Properties) -> Result<(), DriverError> {
        let description = desired.description.as_deref().unwrap_or_default();
        let call = self
            .iam
            .sdk
            .update_role_description()
            .role_name(&desired.role_name)
            .description(description);
        IAM.write(|| call.clone().send().done("iam:UpdateRoleDescription"))
            .await
    }

    async fn put_session(&self, desired: &Properties) -> Result<(), DriverError> {
        let call = self
            .iam
            .sdk
            .update_role()
            .role_name(&desired.role_name)
            .set_description(desired.description.clone())
            .set_max_session_duration(desired.max_session_duration);
        IAM.write(|| call.clone().send().done("iam:UpdateRole"))
            .await
    }

    async fn put_boundary(&self, role: &str, arn: Option<&str>) -> Result<(), DriverError> {
        let Some(arn) = arn else {
            let call = self
                .iam
                .sdk
                .delete_role_permissions_boundary()
                .role_name(role);
            return DELETIONS
                .delete(|| {
                    call.clone()
                        .send()
                        .done("iam:DeleteRolePermissionsBoundary")
                })
                .await;
        };
        let call = self
            .iam
            .sdk
            .put_role_permissions_boundary()
            .role_name(role)
            .permissions_boundary(arn);
        IAM.write(|| call.clone().send().done("iam:PutRolePermissionsBoundary"))
            .await
    }

    async fn attach(&self, role: &str, arn: &str) -> Result<(), DriverError> {
        let call = self
            .iam
            .sdk
            .attach_role_policy()
            .role_name(role)
            .policy_arn(arn);
        IAM.write(|| call.clone().send().done("iam:AttachRolePolicy"))
            .await
    }

    async fn detach(&self, role: &str, arn: &str) -> Result<(), DriverError> {
        let call = self
            .iam
            .sdk
            .detach_role_policy()
            .role_name(role)
            .policy_arn(arn);
        DELETIONS
            .delete(|| call.clone().send().done("iam:DetachRolePolicy"))
            .await
    }

    async fn put(&self, role: &str, policy: &Policy<String>) -> Result<(), DriverError> {
        let document = print(&policy.policy_document)?;
        let call = self
            .iam
            .sdk
            .put_role_policy()
            .role_name(role)
            .policy_name(&policy.policy_name)
            .policy_document(document);
        IAM.write(|| call.clone().send().done("iam:PutRolePolicy"))
            .await
    }

    async fn remove(&self, role: &str, policy: &str) -> Result<(), DriverError> {
        let call = self
            .iam
            .sdk
            .delete_role_policy()
            .role_name(role)
            .policy_name(policy);
        DELETIONS
            .delete(|| call.clone().send().done("iam:DeleteRolePolicy"))
            .await
    }

    /// Removes everything from the role, deletes it, and waits until it is deleted.
    pub(super) async fn delete_role(&self, name: &str) -> Result<(), DriverError> {
        let call = self.iam.sdk.delete_role().role_name(name);
        DELETIONS
            .delete(|| async {
                IAM.or_empty(self.strip(name).await)?;
                call.clone().send().done("iam:DeleteRole").await
            })
            .await?;
        until_gone(&format!("the role {name}"), IAM.policy, || {
            Box::pin(self.get(name))
        })
        .await
    }

    /// Removes from the role everything that prevents its deletion, regardless of its origin.
    async fn strip(&self, name: &str) -> Result<(), DriverError> {
        let (inline, managed, profiles) = tokio::try_join!(
            self.inline_names(name),
            self.managed_arns(name),
            self.profiles(name)
        )?;
        for policy in &inline {
            self.remove(name, policy).await?;
        }
        for arn in &managed {
            self.detach(name, arn).await?;
        }
        for profile in &profiles {
            let call = self
                .iam
                .sdk
                .remove_role_from_instance_profile()
                .role_name(name)
                .instance_profile_name(profile);
            DELETIONS
                .delete(|| {
                    call.clone()
                        .send()
                        .done("iam:RemoveRoleFromInstanceProfile")
                })
                .await?;
        }
        Ok(())
    }

    async fn profiles(&self, name: &str) -> Result<Vec<String>, DriverError> {
        let profiles = self
            .iam
            .sdk
            .list_instance_profiles_for_role()
            .role_name(name)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .sent("iam:ListInstanceProfilesForRole")
            .await?;
        let names = profiles
            .into_iter()
            .map(|found| found.instance_profile_name);
        Ok(names.collect())
    }
}
