//! The calls about APIs.

use crate::apigatewayv2::calls::{APIS, INSIDE, TAGS};
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about APIs.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(APIS, &["apigateway:GetApis"]),
    Calls::reading(INSIDE, &["apigateway:GetApi"]),
    Calls::reading(TAGS, &["apigateway:GetTags"]),
    Calls::to(&[Create], APIS, &["apigateway:CreateApi"]),
    Calls::to(&[Create, Change], INSIDE, &["apigateway:UpdateApi"]),
    Calls::to(
        &[Create, Change],
        INSIDE,
        &["apigateway:DeleteCorsConfiguration"],
    ),
    Calls::to(&[Create, Change], TAGS, &["apigateway:TagResource"]),
    Calls::to(&[Change], TAGS, &["apigateway:UntagResource"]),
    Calls::to(&[Delete], INSIDE, &["apigateway:DeleteApi"]),
];
