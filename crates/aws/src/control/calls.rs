//! The calls about the table of leases and runs.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::Change;

/// The table, one for all stacks.
const TABLE: &str = "dynamodb:{region}:{account}:table/{system}-control";

/// The calls that read runs and leases.
pub(crate) const HISTORY: &[Calls] = &[Calls::reading(
    TABLE,
    &["dynamodb:GetItem", "dynamodb:Query"],
)];

/// The calls that read which system a name is bound to.
pub(crate) const BINDING: &[Calls] = &[Calls::reading(TABLE, &["dynamodb:GetItem"])];

/// The calls that read runs alone.
pub(crate) const RUNS: &[Calls] = &[Calls::reading(TABLE, &["dynamodb:Query"])];

/// The calls that find a system under another name, in that system's table.
pub(crate) const OTHER_NAMES: &[Calls] = &[Calls::reading(
    "dynamodb:{region}:{account}:table/*-control",
    &["dynamodb:GetItem"],
)];

/// The calls of a run that writes. It creates the table if it is the first, and deletes it if nothing is left.
pub(crate) const LEASES: &[Calls] = &[
    Calls::reading(TABLE, &["dynamodb:GetItem", "dynamodb:Query"]),
    Calls::to(
        &[Change],
        TABLE,
        &[
            "dynamodb:CreateTable",
            "dynamodb:DescribeTable",
            "dynamodb:DeleteItem",
            "dynamodb:DeleteTable",
            "dynamodb:PutItem",
            "dynamodb:TransactWriteItems",
            "dynamodb:UpdateItem",
        ],
    ),
];

/// The calls that take leases away.
pub(crate) const UNLOCKING: &[Calls] = &[
    Calls::reading(TABLE, &["dynamodb:Query"]),
    Calls::to(&[Change], TABLE, &["dynamodb:UpdateItem"]),
];
