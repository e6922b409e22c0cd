//! The calls about distributions, whose ids AWS assigns.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A distribution.
const DISTRIBUTION: &str = "cloudfront::{account}:distribution/*";

/// The calls about distributions.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["cloudfront:ListDistributions"]),
    Calls::reading(
        DISTRIBUTION,
        &[
            "cloudfront:GetDistribution",
            "cloudfront:ListTagsForResource",
        ],
    ),
    Calls::to(&[Create], "*", &["cloudfront:CreateDistributionWithTags"]),
    Calls::to(
        &[Create, Change, Delete],
        DISTRIBUTION,
        &["cloudfront:UpdateDistribution"],
    ),
    Calls::to(&[Create, Change], DISTRIBUTION, &["cloudfront:TagResource"]),
    Calls::to(&[Change], DISTRIBUTION, &["cloudfront:UntagResource"]),
    Calls::to(&[Delete], DISTRIBUTION, &["cloudfront:DeleteDistribution"]),
];
