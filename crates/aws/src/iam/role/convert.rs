//! A role in the SDK's types and in the model's.

use aws_sdk_iam::types::{AttachedPermissionsBoundary, Role as SdkRole, RoleDetail};
use engine::{Attributes, LiveTags};
use model::types::iam::{Policy, Role};

use super::{Live, Properties};
use crate::iam::client::tags;
use crate::kit::policy_document::parse_encoded;
use crate::kit::typed::TypedLive;

/// A role from the bulk answers.
pub(super) fn bulk(detail: &RoleDetail, summary: &SdkRole) -> Live {
    let policies = detail.role_policy_list().iter().map(|policy| {
        let document = policy.policy_document().unwrap_or_default();
        inline(policy.policy_name().unwrap_or_default(), document)
    });
    let managed = detail
        .attached_managed_policies()
        .iter()
        .filter_map(|policy| policy.policy_arn().map(str::to_owned));
    let properties = Role {
        assume_role_policy_document: parse_encoded(
            detail.assume_role_policy_document().unwrap_or_default(),
        ),
        permissions_boundary: detail.permissions_boundary().and_then(boundary),
        ..properties(summary, managed.collect(), policies.collect())
    };
    let (id, arn) = (detail.role_id(), detail.arn());
    TypedLive {
        id: properties.role_name.clone(),
        attributes: attributes(
            summary.role_name(),
            id.unwrap_or_default(),
            arn.unwrap_or_default(),
        ),
        properties,
        tags: LiveTags::Hinted(tags(detail.tags())),
    }
}

/// A role by itself, with its policies.
pub(super) fn single(role: &SdkRole, managed: Vec<String>, policies: Vec<Policy<String>>) -> Live {
    TypedLive {
        id: role.role_name().to_owned(),
        properties: properties(role, managed, policies),
        attributes: role_attributes(role),
        tags: LiveTags::Read(tags(role.tags())),
    }
}

fn properties(role: &SdkRole, managed: Vec<String>, policies: Vec<Policy<String>>) -> Properties {
    Role {
        role_name: role.role_name().to_owned(),
        path: Some(role.path().to_owned()),
        description: role.description().map(str::to_owned),
        assume_role_policy_document: parse_encoded(
            role.assume_role_policy_document().unwrap_or_default(),
        ),
        managed_policy_arns: managed,
        policies,
        max_session_duration: role.max_session_duration(),
        permissions_boundary: role.permissions_boundary().and_then(boundary),
    }
}

fn boundary(boundary: &AttachedPermissionsBoundary) -> Option<String> {
    boundary.permissions_boundary_arn().map(str::to_owned)
}

/// An inline policy, whose document is URL-encoded.
pub(super) fn inline(name: &str, document: &str) -> Policy<String> {
    Policy {
        policy_name: name.to_owned(),
        policy_document: parse_encoded(document),
    }
}

pub(super) fn role_attributes(role: &SdkRole) -> Attributes {
    attributes(role.role_name(), role.role_id(), role.arn())
}

fn attributes(name: &str, id: &str, arn: &str) -> Attributes {
    Live::assigned([
        (Role::NAME, name.to_owned()),
        (Role::ID, id.to_owned()),
        (Role::ARN, arn.to_owned()),
    ])
}
