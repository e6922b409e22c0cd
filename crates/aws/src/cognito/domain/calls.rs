//! The calls about the domains of login pages, besides those that find and record them.

use crate::cognito::calls::POOL;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about the domains of login pages, besides those that find and record them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["cognito-idp:DescribeUserPoolDomain"]),
    Calls::to(
        &[Create, Change],
        POOL,
        &[
            "cognito-idp:CreateUserPoolDomain",
            "cognito-idp:UpdateUserPoolDomain",
        ],
    ),
    Calls::to(&[Delete], POOL, &["cognito-idp:DeleteUserPoolDomain"]),
];
