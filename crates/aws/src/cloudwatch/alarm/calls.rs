//! The calls about alarms.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// An alarm.
const ALARM: &str = "cloudwatch:{region}:{account}:alarm:{name}";

/// The calls about alarms.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(
        "cloudwatch:{region}:{account}:alarm:*",
        &["cloudwatch:DescribeAlarms"],
    ),
    Calls::reading(ALARM, &["cloudwatch:ListTagsForResource"]),
    Calls::to(
        &[Create, Change],
        ALARM,
        &["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
    ),
    Calls::to(&[Change], ALARM, &["cloudwatch:UntagResource"]),
    Calls::to(&[Delete], ALARM, &["cloudwatch:DeleteAlarms"]),
];
