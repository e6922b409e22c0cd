//! The calls about groups, which are recorded in the tags of their user pool.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A user pool: AWS assigns the ids.
const POOL: &str = "cognito-idp:{region}:{account}:userpool/*";

/// The calls about groups, which are recorded in the tags of their user pool.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["cognito-idp:ListUserPools"]),
    Calls::reading(
        POOL,
        &[
            "cognito-idp:DescribeUserPool",
            "cognito-idp:ListTagsForResource",
            "cognito-idp:ListGroups",
            "cognito-idp:ListUsersInGroup",
        ],
    ),
    Calls::to(
        &[Create, Change],
        POOL,
        &["cognito-idp:CreateGroup", "cognito-idp:UpdateGroup"],
    ),
    Calls::to(
        &[Create, Change, Delete],
        POOL,
        &["cognito-idp:TagResource"],
    ),
    Calls::to(&[Change, Delete], POOL, &["cognito-idp:UntagResource"]),
    Calls::to(
        &[Delete],
        POOL,
        &["cognito-idp:DeleteGroup", "cognito-idp:GetGroup"],
    ),
];
