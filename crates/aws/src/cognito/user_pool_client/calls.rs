//! The calls about clients, besides those that find and record them.

use crate::cognito::calls::POOL;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about clients, besides those that find and record them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(
        POOL,
        &[
            "cognito-idp:DescribeUserPoolClient",
            "cognito-idp:ListUserPoolClients",
        ],
    ),
    Calls::to(
        &[Create, Change],
        POOL,
        &[
            "cognito-idp:CreateUserPoolClient",
            "cognito-idp:UpdateUserPoolClient",
        ],
    ),
    Calls::to(&[Delete], POOL, &["cognito-idp:DeleteUserPoolClient"]),
];
