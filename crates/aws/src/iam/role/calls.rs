//! The calls about roles.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete, ReadFaster};

/// A role, with the path that the description gives to roles.
const ROLE: &str = "iam::{account}:role{path}{name}";

/// The calls about roles.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["iam:ListRoles"]),
    Calls::to(&[ReadFaster], "*", &["iam:GetAccountAuthorizationDetails"]),
    Calls::reading(
        ROLE,
        &[
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ],
    ),
    Calls::to(&[Create], ROLE, &["iam:CreateRole"]),
    Calls::to(
        &[Create, Change],
        ROLE,
        &[
            "iam:AttachRolePolicy",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:PutRolePermissionsBoundary",
            "iam:DeleteRolePermissionsBoundary",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
        ],
    ),
    Calls::to(
        &[Create, Change, Delete],
        ROLE,
        &["iam:DeleteRolePolicy", "iam:DetachRolePolicy"],
    ),
    Calls::to(&[Change], ROLE, &["iam:UntagRole"]),
    Calls::to(
        &[Delete],
        ROLE,
        &["iam:DeleteRole", "iam:ListInstanceProfilesForRole"],
    ),
    Calls::to(
        &[Delete],
        "iam::{account}:instance-profile/*",
        &["iam:RemoveRoleFromInstanceProfile"],
    ),
];
