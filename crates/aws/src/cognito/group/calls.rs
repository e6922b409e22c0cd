//! The calls about groups, besides those that find and record them.

use crate::cognito::calls::POOL;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about groups, besides those that find and record them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(
        POOL,
        &["cognito-idp:ListGroups", "cognito-idp:ListUsersInGroup"],
    ),
    Calls::to(
        &[Create, Change],
        POOL,
        &["cognito-idp:CreateGroup", "cognito-idp:UpdateGroup"],
    ),
    Calls::to(
        &[Delete],
        POOL,
        &["cognito-idp:DeleteGroup", "cognito-idp:GetGroup"],
    ),
];
