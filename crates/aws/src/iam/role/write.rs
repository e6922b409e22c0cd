//! How roles are written, one call an aspect.

use aws_sdk_iam::types::Tag;
use engine::{Changes, DriverError};
use model::types::iam::Policy;

use super::{Properties, Roles};
use crate::account::error::failed;
use crate::kit::policy_document::print;
use crate::kit::wait::{WaitPolicy, retry, until};

/// How long IAM may take to know everywhere what was just made in it.
const PROPAGATION: WaitPolicy = WaitPolicy::seconds(120);

/// What passes by itself: a principal or the role itself was made a moment ago, or another change
/// of the role is under way.
fn passes(error: &DriverError) -> bool {
    error.has_message("MalformedPolicyDocument", "Invalid principal in policy")
        || error.has_message("NoSuchEntity", "The role with name")
        || error.is("ConcurrentModification")
}

/// What passes by itself when a role is deleted: what was just taken from it still counts.
fn deletion_passes(error: &DriverError) -> bool {
    error.is("DeleteConflict") || error.is("ConcurrentModification")
}

/// Takes the absence of what is to be removed for success.
fn absent_is_done(result: Result<(), DriverError>) -> Result<(), DriverError> {
    match result {
        Err(error) if error.is("NoSuchEntity") => Ok(()),
        other => other,
    }
}

impl Roles {
    /// Creates the role without its policies.
    pub(super) async fn create_role(
        &self,
        desired: &Properties,
        tags: Vec<Tag>,
    ) -> Result<(), DriverError> {
        let call = self
            .client
            .create_role()
            .role_name(&desired.role_name)
            .set_path(desired.path.clone())
            .set_description(desired.description.clone())
            .assume_role_policy_document(print(&desired.assume_role_policy_document)?)
            .set_max_session_duration(desired.max_session_duration)
            .set_permissions_boundary(desired.permissions_boundary.clone())
            .set_tags(Some(tags));
        let create = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("iam:CreateRole"))
        };
        retry(PROPAGATION, passes, create).await
    }

    /// Gives a new role its policies.
    pub(super) async fn give_policies(&self, desired: &Properties) -> Result<(), DriverError> {
        for arn in &desired.managed_policy_arns {
            self.attach(&desired.role_name, arn).await?;
        }
        for policy in &desired.policies {
            self.put(&desired.role_name, policy).await?;
        }
        Ok(())
    }

    /// Writes what the changes touch; both sides are normalised. A role never has less than the
    /// wanted rights in between: policies are added before others are taken away.
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
        for policy in desired
            .policies
            .iter()
            .filter(|policy| !live.policies.contains(policy))
        {
            self.put(&desired.role_name, policy).await?;
        }
        let kept = |name: &String| {
            desired
                .policies
                .iter()
                .any(|policy| policy.policy_name == *name)
        };
        for gone in live
            .policies
            .iter()
            .map(|policy| &policy.policy_name)
            .filter(|name| !kept(name))
        {
            self.remove(&desired.role_name, gone).await?;
        }
        Ok(())
    }

    async fn put_trust(&self, desired: &Properties) -> Result<(), DriverError> {
        let document = print(&desired.assume_role_policy_document)?;
        let call = self
            .client
            .update_assume_role_policy()
            .role_name(&desired.role_name)
            .policy_document(document);
        let put = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("iam:UpdateAssumeRolePolicy"))
        };
        retry(PROPAGATION, passes, put).await
    }

    /// `UpdateRole` cannot clear the description on every endpoint: MiniStack takes an empty one
    /// for none said.
    async fn put_description(&self, desired: &Properties) -> Result<(), DriverError> {
        let description = desired.description.as_deref().unwrap_or_default();
        let call = self
            .client
            .update_role_description()
            .role_name(&desired.role_name)
            .description(description);
        let put = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("iam:UpdateRoleDescription"))
        };
        retry(PROPAGATION, passes, put).await
    }

    async fn put_session(&self, desired: &Properties) -> Result<(), DriverError> {
        let call = self
            .client
            .update_role()
            .role_name(&desired.role_name)
            .set_description(desired.description.clone())
            .set_max_session_duration(desired.max_session_duration);
        let put = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("iam:UpdateRole"))
        };
        retry(PROPAGATION, passes, put).await
    }

    async fn put_boundary(&self, role: &str, arn: Option<&str>) -> Result<(), DriverError> {
        let Some(arn) = arn else {
            let call = self
                .client
                .delete_role_permissions_boundary()
                .role_name(role);
            return absent_is_done(
                call.send()
                    .await
                    .map(drop)
                    .map_err(failed("iam:DeleteRolePermissionsBoundary")),
            );
        };
        let call = self
            .client
            .put_role_permissions_boundary()
            .role_name(role)
            .permissions_boundary(arn);
        let put = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("iam:PutRolePermissionsBoundary"))
        };
        retry(PROPAGATION, passes, put).await
    }

    async fn attach(&self, role: &str, arn: &str) -> Result<(), DriverError> {
        let call = self
            .client
            .attach_role_policy()
            .role_name(role)
            .policy_arn(arn);
        let attach = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("iam:AttachRolePolicy"))
        };
        retry(PROPAGATION, passes, attach).await
    }

    async fn detach(&self, role: &str, arn: &str) -> Result<(), DriverError> {
        let call = self
            .client
            .detach_role_policy()
            .role_name(role)
            .policy_arn(arn);
        absent_is_done(
            call.send()
                .await
                .map(drop)
                .map_err(failed("iam:DetachRolePolicy")),
        )
    }

    async fn put(&self, role: &str, policy: &Policy<String>) -> Result<(), DriverError> {
        let document = print(&policy.policy_document)?;
        let call = self
            .client
            .put_role_policy()
            .role_name(role)
            .policy_name(&policy.policy_name)
            .policy_document(document);
        let put = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("iam:PutRolePolicy"))
        };
        retry(PROPAGATION, passes, put).await
    }

    async fn remove(&self, role: &str, policy: &str) -> Result<(), DriverError> {
        let call = self
            .client
            .delete_role_policy()
            .role_name(role)
            .policy_name(policy);
        absent_is_done(
            call.send()
                .await
                .map(drop)
                .map_err(failed("iam:DeleteRolePolicy")),
        )
    }

    /// Takes everything from the role, deletes it, and waits until it is gone.
    pub(super) async fn delete_role(&self, name: &str) -> Result<(), DriverError> {
        let delete = || async {
            absent_is_done(self.strip(name).await)?;
            let call = self.client.delete_role().role_name(name);
            absent_is_done(
                call.send()
                    .await
                    .map(drop)
                    .map_err(failed("iam:DeleteRole")),
            )
        };
        retry(PROPAGATION, deletion_passes, delete).await?;
        until(
            &format!("the role {name} to be deleted"),
            PROPAGATION,
            || async {
                Ok(match self.get(name).await? {
                    None => Ok(()),
                    Some(_) => Err("still there".to_owned()),
                })
            },
        )
        .await
    }

    /// Takes from the role what keeps it from being deleted, whoever gave it.
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
                .client
                .remove_role_from_instance_profile()
                .role_name(name)
                .instance_profile_name(profile);
            let removed = call.send().await.map(drop);
            absent_is_done(removed.map_err(failed("iam:RemoveRoleFromInstanceProfile")))?;
        }
        Ok(())
    }

    async fn profiles(&self, name: &str) -> Result<Vec<String>, DriverError> {
        let profiles = self
            .client
            .list_instance_profiles_for_role()
            .role_name(name)
            .into_paginator()
            .items()
            .send();
        let profiles: Result<Vec<_>, _> = profiles.collect().await;
        let profiles = profiles.map_err(failed("iam:ListInstanceProfilesForRole"))?;
        Ok(profiles
            .into_iter()
            .map(|profile| profile.instance_profile_name)
            .collect())
    }
}
