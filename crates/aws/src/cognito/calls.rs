//! The calls that the types of Cognito share.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A user pool: AWS assigns the ids.
pub(super) const POOL: &str = "cognito-idp:{region}:{account}:userpool/*";

/// The calls by which what is in a user pool is found in it, and recorded in its tags.
pub(super) const CHILDREN: &[Calls] = &[
    Calls::reading("*", &["cognito-idp:ListUserPools"]),
    Calls::reading(
        POOL,
        &[
            "cognito-idp:DescribeUserPool",
            "cognito-idp:ListTagsForResource",
        ],
    ),
    Calls::to(
        &[Create, Change, Delete],
        POOL,
        &["cognito-idp:TagResource"],
    ),
    Calls::to(&[Change, Delete], POOL, &["cognito-idp:UntagResource"]),
];
