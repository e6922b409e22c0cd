//! The calls about deployments, besides those that find and record them.

use crate::apigatewayv2::calls::INSIDE;
use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The calls about deployments, besides those that find and record them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(
        INSIDE,
        &[
            "apigateway:GetDeployments",
            "apigateway:GetDeployment",
            "apigateway:GetStages",
        ],
    ),
    Calls::to(&[Create, Change], INSIDE, &["apigateway:CreateDeployment"]),
    Calls::to(&[Delete], INSIDE, &["apigateway:DeleteDeployment"]),
];
