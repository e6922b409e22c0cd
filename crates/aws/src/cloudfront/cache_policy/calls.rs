//! The calls about cache policies, whose ids AWS assigns.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// One of them.
const ONE: &str = "cloudfront::{account}:cache-policy/*";

/// The calls about cache policies, whose ids AWS assigns.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["cloudfront:ListCachePolicies"]),
    Calls::to(&[Create], "*", &["cloudfront:CreateCachePolicy"]),
    Calls::to(
        &[Create, Change, Delete],
        ONE,
        &["cloudfront:GetCachePolicy"],
    ),
    Calls::to(&[Create, Change], ONE, &["cloudfront:UpdateCachePolicy"]),
    Calls::to(&[Delete], "*", &["cloudfront:ListDistributions"]),
    Calls::to(&[Delete], ONE, &["cloudfront:DeleteCachePolicy"]),
];
