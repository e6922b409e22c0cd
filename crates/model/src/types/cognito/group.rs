//! `AWS::Cognito::UserPoolGroup`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::Cognito::UserPoolGroup`.
pub const USER_POOL_GROUP: &ResourceType = &ResourceType {
    name: "AWS::Cognito::UserPoolGroup",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["UserPoolId", "GroupName"],
    create_only: &["UserPoolId", "GroupName"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    // Its memberships. One without members is deleted: see the driver.
    holds_data: true,
    taggable: false,
    refers_to: &["AWS::Cognito::UserPool", "AWS::IAM::Role"],
};

/// A group of users. Their tokens contain its name, as `cognito:groups`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct UserPoolGroup<S = Text> {
    /// The pool. Changing it replaces the group.
    pub user_pool_id: S,
    /// 1 to 128 characters without spaces. Changing it replaces the group, and its members lose
    /// their membership.
    pub group_name: String,
    /// Up to 2,048 characters.
    pub description: Option<String>,
    /// Of a user's groups, the lowest precedence determines the preferred role, 0 and up; absent is
    /// last.
    pub precedence: Option<i32>,
    /// The ARN of the role that its users may assume.
    pub role_arn: Option<S>,
}

impl<S> UserPoolGroup<S> {
    /// A group of a pool, with all other properties absent.
    pub fn new(user_pool_id: S, group_name: impl Into<String>) -> Self {
        Self {
            user_pool_id,
            group_name: group_name.into(),
            description: None,
            precedence: None,
            role_arn: None,
        }
    }
}

impl<S: Serialize> Resource for UserPoolGroup<S> {
    const TYPE: &'static ResourceType = USER_POOL_GROUP;
}

impl<S> UserPoolGroup<S> {
    /// The group's name, once it exists.
    pub const NAME: Attribute<Self> = Attribute::new("GroupName");
}

impl Handle<UserPoolGroup> {
    /// A reference to [`UserPoolGroup::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(UserPoolGroup::NAME)
    }
}
