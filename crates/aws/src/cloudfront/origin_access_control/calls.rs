//! The calls about origin access controls, whose ids AWS assigns.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// One of them.
const ONE: &str = "cloudfront::{account}:origin-access-control/*";

/// The calls about origin access controls, whose ids AWS assigns.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["cloudfront:ListOriginAccessControls"]),
    Calls::to(&[Create], "*", &["cloudfront:CreateOriginAccessControl"]),
    Calls::to(
        &[Create, Change, Delete],
        ONE,
        &["cloudfront:GetOriginAccessControl"],
    ),
    Calls::to(
        &[Create, Change],
        ONE,
        &["cloudfront:UpdateOriginAccessControl"],
    ),
    Calls::to(&[Delete], "*", &["cloudfront:ListDistributions"]),
    Calls::to(&[Delete], ONE, &["cloudfront:DeleteOriginAccessControl"]),
];
