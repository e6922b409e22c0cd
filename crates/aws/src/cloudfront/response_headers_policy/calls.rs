//! The calls about response headers policies, whose ids AWS assigns.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// One of them.
const ONE: &str = "cloudfront::{account}:response-headers-policy/*";

/// The calls about response headers policies, whose ids AWS assigns.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["cloudfront:ListResponseHeadersPolicies"]),
    Calls::to(&[Create], "*", &["cloudfront:CreateResponseHeadersPolicy"]),
    Calls::to(
        &[Create, Change, Delete],
        ONE,
        &["cloudfront:GetResponseHeadersPolicy"],
    ),
    Calls::to(
        &[Create, Change],
        ONE,
        &["cloudfront:UpdateResponseHeadersPolicy"],
    ),
    Calls::to(&[Delete], "*", &["cloudfront:ListDistributions"]),
    Calls::to(&[Delete], ONE, &["cloudfront:DeleteResponseHeadersPolicy"]),
];
