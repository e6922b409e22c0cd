//! The calls about rules.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A rule of the default bus.
const RULE: &str = "events:{region}:{account}:rule/{name}";

/// The calls about rules.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["events:ListRules"]),
    Calls::reading(
        RULE,
        &[
            "events:DescribeRule",
            "events:ListTagsForResource",
            "events:ListTargetsByRule",
        ],
    ),
    Calls::to(
        &[Create, Change],
        RULE,
        &["events:PutRule", "events:PutTargets", "events:TagResource"],
    ),
    Calls::to(&[Change], RULE, &["events:UntagResource"]),
    Calls::to(&[Create, Change, Delete], RULE, &["events:RemoveTargets"]),
    Calls::to(&[Delete], RULE, &["events:DeleteRule"]),
];
