//! The limits of log groups that emulators do not enforce.

use model::types::logs::RETENTION_DAYS;

use super::Properties;
use crate::kit::limits::{Checks, Limit};

const NAMES: &str = "CloudWatch Logs API reference, CreateLogGroup, logGroupName";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("LogGroupName", 1, 512, NAMES),
    Limit::characters(
        "LogGroupName",
        |c| c.is_ascii_alphanumeric() || "._-/#".contains(c),
        "letters, digits, ., _, -, / and #",
        NAMES,
    ),
];

/// Retention is one of some numbers. Source: the API reference, `PutRetentionPolicy`.
pub(super) fn check(group: &Properties, checks: &mut Checks) {
    if let Some(days) = group.retention_in_days {
        let numbers: Vec<_> = RETENTION_DAYS.iter().map(ToString::to_string).collect();
        checks.require(
            RETENTION_DAYS.contains(&days),
            "RetentionInDays",
            format!("is {days}; {} are allowed", numbers.join(", ")),
        );
    }
}
