//! The calls about OIDC providers.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A provider: its ARN ends with its URL.
const PROVIDER: &str = "iam::{account}:oidc-provider/*";

/// The calls about OIDC providers.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["iam:ListOpenIDConnectProviders"]),
    Calls::reading(PROVIDER, &["iam:GetOpenIDConnectProvider"]),
    Calls::to(&[Create], PROVIDER, &["iam:CreateOpenIDConnectProvider"]),
    Calls::to(
        &[Create, Change],
        PROVIDER,
        &[
            "iam:AddClientIDToOpenIDConnectProvider",
            "iam:RemoveClientIDFromOpenIDConnectProvider",
            "iam:TagOpenIDConnectProvider",
            "iam:UpdateOpenIDConnectProviderThumbprint",
        ],
    ),
    Calls::to(&[Change], PROVIDER, &["iam:UntagOpenIDConnectProvider"]),
    Calls::to(&[Delete], PROVIDER, &["iam:DeleteOpenIDConnectProvider"]),
];
