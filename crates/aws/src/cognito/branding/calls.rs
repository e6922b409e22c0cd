//! The calls about the style of login pages, besides those that find and record them.

use crate::cognito::calls::POOL;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about the style of login pages, besides those that find and record them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(
        POOL,
        &[
            "cognito-idp:DescribeManagedLoginBrandingByClient",
            "cognito-idp:ListUserPoolClients",
        ],
    ),
    Calls::to(
        &[Create, Change],
        POOL,
        &[
            "cognito-idp:CreateManagedLoginBranding",
            "cognito-idp:UpdateManagedLoginBranding",
        ],
    ),
    Calls::to(&[Delete], POOL, &["cognito-idp:DeleteManagedLoginBranding"]),
];
