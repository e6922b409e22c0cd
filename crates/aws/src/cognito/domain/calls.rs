//! The calls about the domains of login pages, which are recorded in the tags of their user pool.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A user pool: AWS assigns the ids.
const POOL: &str = "cognito-idp:{region}:{account}:userpool/*";

/// The calls about the domains of login pages, which are recorded in the tags of their user pool.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(
        "*",
        &[
            "cognito-idp:ListUserPools",
            "cognito-idp:DescribeUserPoolDomain",
        ],
    ),
    Calls::reading(
        POOL,
        &[
            "cognito-idp:DescribeUserPool",
            "cognito-idp:ListTagsForResource",
        ],
    ),
    Calls::to(
        &[Create, Change],
        POOL,
        &[
            "cognito-idp:CreateUserPoolDomain",
            "cognito-idp:UpdateUserPoolDomain",
        ],
    ),
    Calls::to(
        &[Create, Change, Delete],
        POOL,
        &["cognito-idp:TagResource"],
    ),
    Calls::to(&[Change, Delete], POOL, &["cognito-idp:UntagResource"]),
    Calls::to(&[Delete], POOL, &["cognito-idp:DeleteUserPoolDomain"]),
];
