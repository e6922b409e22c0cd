//! The calls about tables.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A table.
const TABLE: &str = "dynamodb:{region}:{account}:table/{name}";

/// The calls about tables.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["dynamodb:ListTables"]),
    Calls::reading(
        TABLE,
        &[
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:ListTagsOfResource",
            "dynamodb:Scan",
        ],
    ),
    Calls::reading("kms:{region}:{account}:key/*", &["kms:DescribeKey"]),
    Calls::to(&[Create], TABLE, &["dynamodb:CreateTable"]),
    Calls::to(
        &[Create, Change],
        TABLE,
        &[
            "dynamodb:UpdateTimeToLive",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:TagResource",
        ],
    ),
    Calls::to(&[Create, Change, Delete], TABLE, &["dynamodb:UpdateTable"]),
    Calls::to(&[Change], TABLE, &["dynamodb:UntagResource"]),
    Calls::to(&[Delete], TABLE, &["dynamodb:DeleteTable"]),
];
