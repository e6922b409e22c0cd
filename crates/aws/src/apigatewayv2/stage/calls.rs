//! The calls about stages.

use crate::apigatewayv2::calls::{APIS, INSIDE, TAGS};
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about stages.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(APIS, &["apigateway:GetApis"]),
    Calls::reading(INSIDE, &["apigateway:GetApi", "apigateway:GetStages"]),
    Calls::reading(TAGS, &["apigateway:GetTags"]),
    Calls::to(
        &[Create, Change],
        INSIDE,
        &[
            "apigateway:CreateStage",
            "apigateway:UpdateStage",
            "apigateway:DeleteRouteSettings",
        ],
    ),
    Calls::to(&[Create, Change], TAGS, &["apigateway:TagResource"]),
    Calls::to(&[Change], TAGS, &["apigateway:UntagResource"]),
    Calls::to(&[Delete], INSIDE, &["apigateway:DeleteStage"]),
];
