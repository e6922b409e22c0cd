//! The calls about log groups.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// The log group of a function; the name ends with a wildcard, so `:*` at its end is covered.
const LOG_GROUP: &str = "logs:{region}:{account}:log-group:/aws/lambda/{name}";

/// The calls about log groups.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["logs:DescribeLogGroups"]),
    Calls::reading(LOG_GROUP, &["logs:ListTagsForResource"]),
    Calls::to(&[Create], LOG_GROUP, &["logs:CreateLogGroup"]),
    Calls::to(
        &[Create, Change],
        LOG_GROUP,
        &[
            "logs:AssociateKmsKey",
            "logs:DisassociateKmsKey",
            "logs:PutRetentionPolicy",
            "logs:DeleteRetentionPolicy",
            "logs:TagResource",
        ],
    ),
    Calls::to(
        &[Create, Change, Delete],
        LOG_GROUP,
        &["logs:PutLogGroupDeletionProtection"],
    ),
    Calls::to(&[Change], LOG_GROUP, &["logs:UntagResource"]),
    Calls::to(&[Delete], LOG_GROUP, &["logs:DeleteLogGroup"]),
];
