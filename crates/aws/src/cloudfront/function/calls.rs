//! The calls about functions of the edge.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A function.
const FUNCTION: &str = "cloudfront::{account}:function/{name}";

/// The calls about functions of the edge.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["cloudfront:ListFunctions"]),
    Calls::reading(
        FUNCTION,
        &["cloudfront:GetFunction", "cloudfront:ListTagsForResource"],
    ),
    Calls::to(&[Create], "*", &["cloudfront:CreateFunction"]),
    Calls::to(
        &[Create, Change, Delete],
        FUNCTION,
        &["cloudfront:DescribeFunction"],
    ),
    Calls::to(
        &[Create, Change],
        FUNCTION,
        &[
            "cloudfront:UpdateFunction",
            "cloudfront:PublishFunction",
            "cloudfront:TagResource",
        ],
    ),
    Calls::to(&[Change], FUNCTION, &["cloudfront:UntagResource"]),
    Calls::to(&[Delete], "*", &["cloudfront:ListDistributions"]),
    Calls::to(&[Delete], FUNCTION, &["cloudfront:DeleteFunction"]),
];
