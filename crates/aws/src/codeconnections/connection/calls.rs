//! The calls about connections.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A connection: its id is assigned.
const CONNECTION: &str = "codeconnections:{region}:{account}:connection/*";

/// A connection that was created under the service's former name, as by `CloudFormation` before
/// 2024. Its ARN keeps that name.
const FORMER: &str = "codestar-connections:{region}:{account}:connection/*";

const READS: &[&str] = &[
    "codeconnections:GetConnection",
    "codeconnections:ListTagsForResource",
];

const CHANGES: &[&str] = &[
    "codeconnections:TagResource",
    "codeconnections:UntagResource",
];

const DELETIONS: &[&str] = &["codeconnections:DeleteConnection"];

/// The calls about connections.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["codeconnections:ListConnections"]),
    Calls::reading(CONNECTION, READS),
    Calls::reading(FORMER, READS),
    Calls::to(&[Create], "*", &["codeconnections:CreateConnection"]),
    Calls::to(&[Create], CONNECTION, &["codeconnections:TagResource"]),
    Calls::to(&[Change], CONNECTION, CHANGES),
    Calls::to(&[Change], FORMER, CHANGES),
    Calls::to(&[Delete], CONNECTION, DELETIONS),
    Calls::to(&[Delete], FORMER, DELETIONS),
];
