//! The calls about routes, besides those that find and record them.

use crate::apigatewayv2::calls::INSIDE;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about routes, besides those that find and record them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(INSIDE, &["apigateway:GetRoutes"]),
    Calls::to(
        &[Create, Change],
        INSIDE,
        &["apigateway:CreateRoute", "apigateway:UpdateRoute"],
    ),
    Calls::to(&[Delete], INSIDE, &["apigateway:DeleteRoute"]),
];
