//! The calls about authorizers, besides those that find and record them.

use crate::apigatewayv2::calls::INSIDE;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about authorizers, besides those that find and record them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(
        INSIDE,
        &["apigateway:GetAuthorizers", "apigateway:GetRoutes"],
    ),
    Calls::to(
        &[Create, Change],
        INSIDE,
        &["apigateway:CreateAuthorizer", "apigateway:UpdateAuthorizer"],
    ),
    Calls::to(&[Delete], INSIDE, &["apigateway:DeleteAuthorizer"]),
];
