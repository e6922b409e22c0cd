//! The calls about identity providers, besides those that find and record them.

use crate::cognito::calls::POOL;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about identity providers, besides those that find and record them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(
        POOL,
        &[
            "cognito-idp:DescribeIdentityProvider",
            "cognito-idp:ListIdentityProviders",
        ],
    ),
    Calls::to(
        &[Create, Change],
        POOL,
        &[
            "cognito-idp:CreateIdentityProvider",
            "cognito-idp:UpdateIdentityProvider",
        ],
    ),
    Calls::to(&[Delete], POOL, &["cognito-idp:DeleteIdentityProvider"]),
];
