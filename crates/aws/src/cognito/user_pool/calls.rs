//! The calls about user pools.

use crate::cognito::calls::POOL;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about user pools.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["cognito-idp:ListUserPools"]),
    Calls::reading(
        POOL,
        &[
            "cognito-idp:DescribeUserPool",
            "cognito-idp:GetUserPoolMfaConfig",
            "cognito-idp:ListTagsForResource",
        ],
    ),
    Calls::to(&[Create], "*", &["cognito-idp:CreateUserPool"]),
    Calls::to(
        &[Create, Change],
        POOL,
        &[
            "cognito-idp:AddCustomAttributes",
            "cognito-idp:SetUserPoolMfaConfig",
            "cognito-idp:TagResource",
        ],
    ),
    Calls::to(
        &[Create, Change, Delete],
        POOL,
        &["cognito-idp:UpdateUserPool"],
    ),
    Calls::to(&[Change], POOL, &["cognito-idp:UntagResource"]),
    Calls::to(
        &[Delete],
        POOL,
        &[
            "cognito-idp:DeleteUserPool",
            "cognito-idp:DeleteUserPoolDomain",
        ],
    ),
];
