//! The calls about integrations, besides those that find and record them.

use crate::apigatewayv2::calls::INSIDE;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about integrations, besides those that find and record them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(
        INSIDE,
        &["apigateway:GetIntegrations", "apigateway:GetRoutes"],
    ),
    Calls::to(
        &[Create, Change],
        INSIDE,
        &[
            "apigateway:CreateIntegration",
            "apigateway:UpdateIntegration",
        ],
    ),
    Calls::to(&[Delete], INSIDE, &["apigateway:DeleteIntegration"]),
];
